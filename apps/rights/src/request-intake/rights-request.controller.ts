import { Clock, derivedId, DomainError } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import {
  ApiProblems,
  commandContext,
  Commands,
  FreshlyAuthenticated,
  FromCaller,
  FromPrincipal,
  Idempotent,
  idParam,
  PageQuery,
  SignedIn,
  type Caller,
  type Principal,
  refuseCardNumbers,
} from '@dittoo/service';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res, type StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Customers } from '../person/customers.query.js';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import { CopyHandover } from '../subject-copy/copy-handover.js';
import { RequestsInFlight } from '../rights-request/requests-in-flight.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import {
  ExportQuery,
  RequestAnswer,
  RequestBody,
  RequestList,
  RequestReceipt,
  RestrictionLift,
} from '../rights-request/rights-request.http.js';
import { RightsRequests } from '../rights-request/rights-request.query.js';
import { requestDueAt } from '../rights-request/swedish-calendar.js';

/** A customer's requests under art. 15-21. They are only received here; reactors judge and execute them. */
@ApiTags('Rights')
@ApiBearerAuth()
@SignedIn('customer')
@ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
@Controller('api/v1/me/requests')
export class RightsRequestController {
  constructor(
    private readonly commands: Commands,
    private readonly customers: Customers,
    private readonly inFlight: RequestsInFlight,
    private readonly requests: RightsRequests,
    private readonly copies: CopyHandover,
    private readonly rights: DataSubjects,
    private readonly clock: Clock,
    @Inject(RIGHTS_CONFIG) private readonly config: RightsConfig,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Post()
  @HttpCode(202)
  @Idempotent()
  @FreshlyAuthenticated()
  @ApiAcceptedResponse({ type: RequestReceipt, headers: { Location: { schema: { type: 'string' } } } })
  async receive(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Body() { kind, detail = null }: RequestBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RequestReceipt> {
    refuseCardNumbers(detail);
    const { noticeVersion } = this.register;
    const context = commandContext(caller, subjectId, noticeVersion);
    const own = derivedId('rightsRequest', caller.commandId);
    const requestId = await this.inFlight.idFor(subjectId, this.inFlight.likeness(kind, detail), own);
    // A repeated request is answered also while the person is being erased.
    if (requestId === own) {
      await this.customers.requireRegistered(subjectId);
      await this.rights.requireKnown(subjectId);
    }
    const address = requestId === own ? await this.customers.answerAddress(subjectId) : null;
    const { state } = await this.commands.execute(
      rightsRequestDecider,
      requestId,
      (now) => ({
        type: 'ReceiveRequest' as const,
        kind,
        detail,
        noticeVersion,
        dueAt: requestDueAt(now),
        identifiedBy: 'freshReauthentication' as const,
        ...(address === null ? {} : { address }),
      }),
      context,
    );
    if (state.status === 'none') throw new DomainError('internal-error');
    void reply.header('location', `/api/v1/me/requests/${requestId}`);
    const certificate = this.requests.certificateLink(requestId, state);
    return { requestId, dueAt: state.dueAt, ...(certificate === null ? {} : { certificate }) };
  }

  @Get()
  @ApiOkResponse({ type: RequestList })
  list(@FromPrincipal() { subjectId }: Principal, @Query() { cursor, limit = 50 }: PageQuery): Promise<RequestList> {
    return this.requests.listOfSubject(subjectId, limit, cursor);
  }

  /** Stays readable during an erasure, because it contains no personal data. */
  @Get(':id')
  @ApiOkResponse({ type: RequestAnswer })
  one(@FromPrincipal() { subjectId }: Principal, @Param('id') id: string): Promise<RequestAnswer> {
    return this.requests.ofSubject(subjectId, idParam(id));
  }

  /** Returns the finished copy, once. */
  @Get(':id/export')
  @FreshlyAuthenticated()
  @ApiProduces('application/json', 'text/html')
  @ApiOkResponse({ description: 'Everything the shop holds about the person, signed', schema: { type: 'object' } })
  async export(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Query() { format = 'json' }: ExportQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { requestId } = await this.requests.ofSubject(subjectId, idParam(id));
    return this.copies.handOver(requestId, subjectId, format, commandContext(caller, subjectId), reply);
  }

  /** Ends this request's restriction; the person is informed before it ends (art. 18(3)). */
  @Post(':id/restriction-lift')
  @HttpCode(202)
  @FreshlyAuthenticated()
  @ApiAcceptedResponse({ type: RestrictionLift })
  async lift(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Param('id') id: string,
  ): Promise<RestrictionLift> {
    const { requestId } = await this.requests.ofSubject(subjectId, idParam(id));
    const liftsAt = new Date(Date.parse(this.clock.now()) + this.config.liftNoticeMs).toISOString();
    return this.rights.announceLift(subjectId, requestId, liftsAt, commandContext(caller, subjectId));
  }
}
