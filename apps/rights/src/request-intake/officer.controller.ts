import type { ProfileChanges, RightsRequestKind } from '@dittoo/contracts';
import { Clock, type DataCategory } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import {
  ApiProblems,
  commandContext,
  Commands,
  FromCaller,
  Idempotent,
  idParam,
  SignedIn,
  type Caller,
  refuseCardNumbers,
  refuseCardNumbersOf,
} from '@dittoo/service';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { Recipients } from '../recipients/recipients.query.js';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import { Customers } from '../person/customers.query.js';
import { SubjectStreams } from '../person/subject-streams.js';
import { ErasureScopes } from '../erasure/erasure-scopes.query.js';
import { rightsRequestDecider, type RightsRequestCommand } from '../rights-request/rights-request.decider.js';
import {
  ExaminedRequest,
  OfficersRequest,
  OfficersRequestList,
  OfficersRequestsQuery,
  RestrictionLift,
} from '../rights-request/rights-request.http.js';
import { CorrectionBody, DecisionBody, ExtensionBody } from './officer-decision.http.js';
import { requestKinds } from '../rights-request/request-kinds.js';
import { RightsRequests } from '../rights-request/rights-request.query.js';
import type { ErasureScope } from '../rights-request/rights-request.js';
import { extendedDueAt } from '../rights-request/swedish-calendar.js';
import { previewOf } from './preview.js';

/** The officers' queue of requests that no rule could decide. */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
@Controller('api/v1/compliance/requests')
export class OfficerController {
  constructor(
    private readonly commands: Commands,
    private readonly requests: RightsRequests,
    private readonly recipients: Recipients,
    private readonly subjects: DataSubjects,
    private readonly customers: Customers,
    private readonly streams: SubjectStreams,
    private readonly scopes: ErasureScopes,
    private readonly clock: Clock,
    @Inject(RIGHTS_CONFIG) private readonly config: RightsConfig,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Get()
  @ApiOkResponse({ type: OfficersRequestList })
  list(@Query() { cursor, limit = 50, open = 'true' }: OfficersRequestsQuery): Promise<OfficersRequestList> {
    return this.requests.listForOfficer(open === 'true', this.clock.now(), limit, cursor);
  }

  @Get(':id')
  @ApiOkResponse({ type: ExaminedRequest })
  async examine(@Param('id') id: string): Promise<ExaminedRequest> {
    const request = await this.requests.forOfficer(idParam(id), this.clock.now());
    if (request.state !== 'referred') return { ...request, preview: null };
    const scope = await this.scope(request.kind, request.subjectId);
    const holders = await this.recipients.of(request.subjectId);
    return { ...request, preview: previewOf(this.register, request, scope, holders) };
  }

  @Post(':id/decision')
  @HttpCode(200)
  @Idempotent()
  @ApiOkResponse({ type: OfficersRequest })
  async decide(
    @Param('id') id: string,
    @Body() body: DecisionBody,
    @FromCaller() caller: Caller,
  ): Promise<OfficersRequest> {
    const requestId = idParam(id);
    refuseCardNumbers(body.reason);
    const request = await this.requests.forOfficer(requestId, this.clock.now());
    const context = commandContext(caller, request.subjectId);
    const command = await this.commandOf(body, request);
    if (body.changes !== undefined) await this.requireCorrectable(requestId, command, request.subjectId);
    await this.commands.execute(rightsRequestDecider, requestId, command, context);
    return this.requests.forOfficer(requestId, this.clock.now());
  }

  @Post(':id/extension')
  @HttpCode(200)
  @Idempotent()
  @ApiOkResponse({ type: OfficersRequest })
  async extend(
    @Param('id') id: string,
    @Body() { reason }: ExtensionBody,
    @FromCaller() caller: Caller,
  ): Promise<OfficersRequest> {
    const requestId = idParam(id);
    refuseCardNumbers(reason);
    const { receivedAt, subjectId } = await this.requests.forOfficer(requestId, this.clock.now());
    const dueAt = extendedDueAt(receivedAt);
    const extend = (now: string) => ({ type: 'Extend', reason, dueAt, now }) as const;
    await this.commands.execute(rightsRequestDecider, requestId, extend, commandContext(caller, subjectId));
    return this.requests.forOfficer(requestId, this.clock.now());
  }

  /** Records that the person was given the answer by other means, where no mail could bring it. */
  @Post(':id/answer-delivery')
  @HttpCode(200)
  @ApiOkResponse({ type: OfficersRequest })
  async delivered(@Param('id') id: string, @FromCaller() caller: Caller): Promise<OfficersRequest> {
    const requestId = idParam(id);
    const { subjectId } = await this.requests.forOfficer(requestId, this.clock.now());
    const command = { type: 'RecordDelivery', by: 'officer' } as const;
    await this.commands.execute(rightsRequestDecider, requestId, command, commandContext(caller, subjectId));
    return this.requests.forOfficer(requestId, this.clock.now());
  }

  /** Ends a restriction of processing, after the person was informed (art. 18(3)). */
  @Post(':id/restriction-lift')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: RestrictionLift })
  async lift(@Param('id') id: string, @FromCaller() caller: Caller): Promise<RestrictionLift> {
    const requestId = idParam(id);
    const { subjectId } = await this.requests.forOfficer(requestId, this.clock.now());
    const liftsAt = new Date(Date.parse(this.clock.now()) + this.config.liftNoticeMs).toISOString();
    return this.subjects.announceLift(subjectId, requestId, liftsAt, commandContext(caller, subjectId));
  }

  private async commandOf(
    { changes, decision, reason }: DecisionBody,
    { kind, subjectId }: OfficersRequest,
  ): Promise<RightsRequestCommand> {
    const now = this.clock.now();
    const { keptIfPartlyRefused } = requestKinds[kind];
    return {
      type: 'Decide',
      decision,
      reason: reason ?? null,
      correction: correctionOf(changes),
      scope:
        decision === 'refuse'
          ? null
          : await this.scope(kind, subjectId, decision === 'partlyRefuse' ? keptIfPartlyRefused : []),
      now,
      coolingOffMs: this.config.coolingOffMs,
    };
  }

  /** Requires a profile to correct, after the request's own rules were checked. */
  private async requireCorrectable(requestId: string, command: RightsRequestCommand, subjectId: string): Promise<void> {
    const { state } = await this.commands.load(rightsRequestDecider, requestId);
    rightsRequestDecider.decide(command, state);
    await this.customers.requireRegistered(subjectId);
    await this.subjects.requireKnown(subjectId);
  }

  /** The scope if it were decided now; `null` = the kind has none. */
  private async scope(
    kind: RightsRequestKind,
    subjectId: string,
    kept: readonly DataCategory[] = [],
  ): Promise<ErasureScope | null> {
    if (requestKinds[kind].judgedBy !== 'erasureScope') return null;
    return (await this.scopes.judge(subjectId, await this.streams.of(subjectId), kept)).scope;
  }
}

const correctionOf = (changes: CorrectionBody | undefined): ProfileChanges | null => {
  if (changes === undefined) return null;
  refuseCardNumbersOf(changes);
  const { address, ...rest } = changes;
  return { ...rest, address: address == null ? address : { ...address } };
};
