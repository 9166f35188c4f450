import { Clock, derivedId, DomainError } from '@dittoo/kernel';
import { ContactDirectory, EmailIndex } from '@dittoo/personal-data';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import {
  ApiProblems,
  commandContext,
  Commands,
  FromCaller,
  Idempotent,
  refuseCardNumbers,
  SignedIn,
  type Caller,
} from '@dittoo/service';
import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Customers } from '../person/customers.query.js';
import { SubjectStreams } from '../person/subject-streams.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import { OfficersRequest } from '../rights-request/rights-request.http.js';
import { RightsRequests } from '../rights-request/rights-request.query.js';
import { requestDueAt } from '../rights-request/swedish-calendar.js';
import { EnteredRequestBody } from './officer-decision.http.js';

/** A request that waited longer than this before it was entered was mistyped. */
const longestMs = 366 * 86_400_000;

/**
 * Requests that reached the shop by letter, by phone or at the counter: an officer, who has identified the person, enters
 * them. From then on they are handled like any other; the due date is counted from the day they came.
 *
 * If the process dies before the append, nothing happened, and the same call can be repeated.
 */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
@Controller('api/v1/compliance/requests')
export class EnteredRequestController {
  constructor(
    private readonly commands: Commands,
    private readonly requests: RightsRequests,
    private readonly customers: Customers,
    private readonly streams: SubjectStreams,
    private readonly emails: EmailIndex,
    private readonly contacts: ContactDirectory,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Post()
  @Idempotent()
  @ApiCreatedResponse({ type: OfficersRequest, headers: { Location: { schema: { type: 'string' } } } })
  async enter(
    @Body() body: EnteredRequestBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OfficersRequest> {
    const { channel, detail = null, kind, locale: language = 'sv' } = body;
    refuseCardNumbers(detail);
    const receivedAt = this.receivedAt(body.receivedAt);
    const subjectId = await this.subject(body);
    const address =
      body.email === undefined ? await this.customers.answerAddress(subjectId) : { email: body.email, language };
    const { noticeVersion } = this.register;
    const requestId = derivedId('enteredRequest', caller.commandId);
    await this.commands.execute(
      rightsRequestDecider,
      requestId,
      {
        type: 'ReceiveRequest',
        kind,
        detail,
        noticeVersion,
        dueAt: requestDueAt(receivedAt),
        identifiedBy: 'byOfficer',
        entered: { channel, receivedAt },
        ...(address === null ? {} : { address }),
      },
      commandContext(caller, subjectId, noticeVersion),
    );
    void reply.header('location', `/api/v1/compliance/requests/${requestId}`);
    return this.requests.forOfficer(requestId, this.clock.now());
  }

  /** @throws DomainError `invalid-field` in the future, or too long ago */
  private receivedAt(said: string | undefined): string {
    const now = this.clock.now();
    if (said === undefined) return now;
    const at = Date.parse(said);
    if (Number.isNaN(at) || at > Date.parse(now) || at < Date.parse(now) - longestMs)
      throw new DomainError('invalid-field', 'receivedAt must be in the past year');
    return new Date(at).toISOString();
  }

  /** @throws DomainError `not-found` nobody has that id; `subject-erased` the account is closed */
  private async subject({ email, subjectId: said }: EnteredRequestBody): Promise<string> {
    if (said !== undefined) {
      const subjectId = said.toLowerCase();
      if (await this.customers.isCustomer(subjectId)) await this.customers.requireRegistered(subjectId);
      else if ((await this.streams.of(subjectId)).length === 0) throw new DomainError('not-found');
      return subjectId;
    }
    if (email === undefined) throw new DomainError('invalid-request', 'name the person by subjectId or email');
    const indexed = await this.emails.find(email);
    const customer = indexed?.kind === 'customer' && (await this.customers.hasEmail(indexed.subjectId, email));
    return customer ? indexed.subjectId : this.contacts.findOrAdd(email);
  }
}
