import { randomBytes } from 'node:crypto';
import type { Locale } from '@dittoo/contracts';
import { Clock, derivedId, DomainError, SubjectKeyDestroyed } from '@dittoo/kernel';
import { ContactDirectory, isLinkToken, KeyEncryption } from '@dittoo/personal-data';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import {
  AcceptsForm,
  ApiProblems,
  commandContext,
  Commands,
  FromCaller,
  Idempotent,
  idParam,
  type Caller,
  refuseCardNumbers,
} from '@dittoo/service';
import { Body, Controller, HttpCode, Inject, Param, Post, Res, type StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiConsumes, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Customers } from '../person/customers.query.js';
import { EmailIndex } from '@dittoo/personal-data';
import { evenlyTimed } from '@dittoo/service';
import { CopyHandover } from '../subject-copy/copy-handover.js';
import {
  ConfirmPrivacyRequestBody,
  PrivacyRequestAccepted,
  PrivacyRequestBody,
  TokenExportBody,
} from './privacy-request.http.js';
import { RequestsInFlight } from '../rights-request/requests-in-flight.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import { RequestReceipt } from '../rights-request/rights-request.http.js';
import { RightsRequests } from '../rights-request/rights-request.query.js';
import { requestDueAt } from '../rights-request/swedish-calendar.js';

const confirmationHours = 24;
const tokenShape = /^(?<requestId>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[\w-]{43}$/;

interface EmailRequest {
  readonly email: string;
  readonly kind: PrivacyRequestBody['kind'];
  readonly detail: string | null;
  readonly language: Locale;
  readonly expiresAt: string;
}

/**
 * Requests of people without an account, or who cannot sign in: a confirmation is mailed to the address first, and from
 * then on the request is handled like any other. The responses do not reveal whether an address is known.
 *
 * If the process dies before the append, no mail is sent, and the same call can be repeated.
 */
@ApiTags('Rights')
@ApiProblems(400, 404, 409, 410, 413, 415, 422, 429, 503)
@Controller('api/v1/privacy-requests')
export class PrivacyRequestController {
  constructor(
    private readonly commands: Commands,
    private readonly emails: EmailIndex,
    private readonly contacts: ContactDirectory,
    private readonly customers: Customers,
    private readonly inFlight: RequestsInFlight,
    private readonly requests: RightsRequests,
    private readonly copies: CopyHandover,
    private readonly keys: KeyEncryption,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Post()
  @HttpCode(202)
  @Idempotent()
  @ApiAcceptedResponse({ type: PrivacyRequestAccepted })
  async receive(
    @Body() { email, kind, detail = null, locale = 'sv' }: PrivacyRequestBody,
    @FromCaller() caller: Caller,
  ): Promise<PrivacyRequestAccepted> {
    refuseCardNumbers(detail);
    const expiresAt = new Date(Date.parse(this.clock.now()) + confirmationHours * 3_600_000).toISOString();
    await evenlyTimed(() => this.ask({ email, kind, detail, language: locale, expiresAt }, caller));
    return { confirmBy: expiresAt };
  }

  /** Confirms the request with the mailed token, which proves that the requester reads that mailbox. */
  @Post('confirmation')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: RequestReceipt })
  async confirm(@Body() { token }: ConfirmPrivacyRequestBody, @FromCaller() caller: Caller): Promise<RequestReceipt> {
    const requestId = tokenShape.exec(token)?.groups?.['requestId'];
    if (requestId === undefined) throw new DomainError('invalid-confirmation-token');
    const { history } = await this.commands.load(rightsRequestDecider, requestId);
    const subjectId = history[0]?.recorded.metadata.dataSubjectId ?? null;
    if (subjectId === null) throw new DomainError('invalid-confirmation-token');
    const confirm = (now: string) => ({ type: 'ConfirmByEmail', token, now }) as const;
    const { state } = await this.commands.execute(
      rightsRequestDecider,
      requestId,
      confirm,
      commandContext(caller, subjectId, this.register.noticeVersion),
    );
    if (state.status === 'none') throw new DomainError('internal-error');
    const { dueAt } = state;
    const certificate = this.requests.certificateLink(requestId, state);
    return { requestId, dueAt, ...(certificate === null ? {} : { certificate }) };
  }

  /**
   * Hands the finished copy out, once, for the token of the link that was mailed to the confirmed address. A POST, because
   * programs that check mail open every link.
   */
  @Post(':id/export')
  @HttpCode(200)
  @AcceptsForm()
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiProduces('application/json', 'text/html')
  @ApiOkResponse({ description: 'Everything the shop holds about the person, signed', schema: { type: 'object' } })
  async export(
    @Param('id') id: string,
    @Body() { format = 'json', token }: TokenExportBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const requestId = idParam(id);
    if (!isLinkToken(this.keys, 'subjectCopy', requestId, token)) throw new DomainError('not-found');
    const { history, state } = await this.commands.load(rightsRequestDecider, requestId);
    const subjectId = history[0]?.recorded.metadata.dataSubjectId ?? null;
    // A signed-in customer fetches it from `/me/requests`.
    if (subjectId === null || state.status === 'none' || state.identifiedBy !== 'confirmedEmail')
      throw new DomainError('not-found');
    return this.copies.handOver(requestId, subjectId, format, commandContext(caller, subjectId), reply);
  }

  private async ask(request: EmailRequest, caller: Caller): Promise<void> {
    const subjectId = await this.subjectOf(request.email);
    try {
      await this.askOf(subjectId, request, caller);
    } catch (error) {
      if (!(error instanceof SubjectKeyDestroyed)) throw error;
      // The person was erased after the index was read: the address now belongs to a new person.
      await this.contacts.forget(subjectId);
      await this.askOf(await this.contacts.findOrAdd(request.email), request, caller);
    }
  }

  private async askOf(
    subjectId: string,
    { detail, email, kind, ...mail }: EmailRequest,
    caller: Caller,
  ): Promise<void> {
    const { noticeVersion } = this.register;
    const own = derivedId('privacyRequest', caller.commandId, subjectId);
    // Never equal to a signed-in person's request, which an unconfirmed request of a stranger must not replace.
    const likeness = `byEmail/${this.inFlight.likeness(kind, detail)}`;
    const requestId = await this.inFlight.idFor(subjectId, likeness, own);
    const token = `${requestId}.${randomBytes(32).toString('base64url')}`;
    await this.commands.execute(
      rightsRequestDecider,
      requestId,
      (now) => ({
        type: 'ReceiveByEmail' as const,
        kind,
        detail,
        dueAt: requestDueAt(now),
        noticeVersion,
        email,
        token,
        ...mail,
      }),
      { ...commandContext(caller, subjectId, noticeVersion), actor: { kind: 'system', id: 'anonymous' } },
    );
  }

  /** The customer with this address, otherwise the contact. */
  private async subjectOf(email: string): Promise<string> {
    const indexed = await this.emails.find(email);
    const customer = indexed?.kind === 'customer' && (await this.customers.hasEmail(indexed.subjectId, email));
    return customer ? indexed.subjectId : this.contacts.findOrAdd(email);
  }
}
