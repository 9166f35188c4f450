import { DomainError } from '@dittoo/kernel';
import { ContactDirectory, UnsubscribeTokens } from '@dittoo/personal-data';
import {
  AcceptsForm,
  ApiProblems,
  commandContext,
  evenlyTimed,
  FromCaller,
  Idempotent,
  type Caller,
} from '@dittoo/service';
import { Body, Controller, Header, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { PolicyArchive } from '../policy/policy-archive.query.js';
import {
  ConfirmBody,
  SubscribeBody,
  SubscriptionAsked,
  SubscriptionConfirmed,
  UnsubscribeBody,
  Unsubscribed,
  UnsubscribeQuery,
} from './newsletter.http.js';
import { Subscriptions } from './subscriptions.js';

/**
 * Newsletter routes for any address. Customers are not looked up here: a customer's address is handled like any other,
 * so the answer does not reveal one.
 */
@ApiTags('Consent and policy')
@Controller('api/v1/newsletter')
export class NewsletterController {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly contacts: ContactDirectory,
    private readonly policies: PolicyArchive,
    private readonly unsubscribeTokens: UnsubscribeTokens,
  ) {}

  @Post('subscriptions')
  @HttpCode(202)
  @Header('location', '/api/v1/newsletter/confirmations')
  @Idempotent()
  @ApiAcceptedResponse({ type: SubscriptionAsked })
  @ApiProblems(400, 409, 413, 415, 422, 503)
  async subscribe(
    @Body() { email, locale: language = 'sv', noticeVersion }: SubscribeBody,
    @FromCaller() caller: Caller,
  ): Promise<SubscriptionAsked> {
    const { digest: noticeDigest } = await this.policies.published(noticeVersion);
    const notice = { noticeVersion, noticeDigest, language };
    await evenlyTimed(async () => {
      const subjectId = await this.contacts.findOrAdd(email);
      // It is not known yet whether the owner of the address typed it.
      const actor = { kind: 'system', id: 'anonymous' } as const;
      const context = { ...commandContext(caller, subjectId, noticeVersion), actor };
      await this.subscriptions.request(subjectId, email, notice, context);
    });
    return { status: 'confirmationAwaited' };
  }

  @Post('confirmations')
  @HttpCode(200)
  @ApiOkResponse({ type: SubscriptionConfirmed })
  @ApiProblems(400, 413, 415, 503)
  async confirm(@Body() { token }: ConfirmBody, @FromCaller() caller: Caller): Promise<SubscriptionConfirmed> {
    await this.subscriptions.confirm(token, caller);
    return { status: 'confirmed' };
  }

  /**
   * RFC 8058: one POST without sign-in or confirmation, with the same answer the second time. A GET of the link changes
   * nothing.
   */
  @Post('unsubscriptions')
  @HttpCode(200)
  @AcceptsForm()
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded', 'multipart/form-data')
  @ApiOkResponse({ type: Unsubscribed })
  @ApiProblems(400, 413, 415, 503)
  async unsubscribe(
    @Body() body: UnsubscribeBody,
    @Query() query: UnsubscribeQuery,
    @FromCaller() caller: Caller,
  ): Promise<Unsubscribed> {
    const token = body.token ?? (body['List-Unsubscribe'] === undefined ? undefined : query.token);
    if (token === undefined) {
      const message = 'is missing: say it here, or in the address of a one-click form';
      throw new DomainError('invalid-field', undefined, [{ field: 'token', message }]);
    }
    const subjectId = this.unsubscribeTokens.subjectOf(token);
    if (subjectId === null) throw new DomainError('invalid-confirmation-token');
    await this.subscriptions.unsubscribe(subjectId, commandContext({ ...caller, principal: null }, subjectId));
    return { status: 'unsubscribed' };
  }
}
