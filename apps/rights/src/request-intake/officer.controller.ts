import type { ProfileChanges } from '@dittoo/contracts';
import { Clock, DomainError, type DataCategory } from '@dittoo/kernel';
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
import { LegalHolds } from '../legal-hold/legal-holds.query.js';
import { Orders } from '../person/orders.query.js';
import { SubjectRetention } from '../retention/subject-retention.query.js';
import { erasureScope, withHolds } from '../erasure/erasure-scope.js';
import { previewOf } from './preview.js';
import { rightsRequestDecider, type RightsRequestCommand } from '../rights-request/rights-request.decider.js';
import {
  ExaminedRequest,
  OfficersRequest,
  OfficersRequestList,
  OfficersRequestsQuery,
  RestrictionLift,
} from '../rights-request/rights-request.http.js';
import { DecisionBody, ExtensionBody } from './officer-decision.http.js';
import { RightsRequests } from '../rights-request/rights-request.query.js';
import type { ErasureScope } from '../rights-request/rights-request.js';
import { extendedDueAt } from '../rights-request/swedish-calendar.js';

/** What an open order cannot do without; a partly refused erasure leaves it. */
const neededByOpenOrders: readonly DataCategory[] = ['orderDelivery'];

/** The officers' queue: what no rule could decide. */
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
    private readonly rights: DataSubjects,
    private readonly customers: Customers,
    private readonly orders: Orders,
    private readonly retention: SubjectRetention,
    private readonly holds: LegalHolds,
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
    const scope = await this.scope(request.subjectId);
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
    const correction = await this.correctionOf(body, request);
    const command = await this.commandOf(body, request, correction);
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

  /** Ends a restriction of processing, after the person was told (art. 18(3)). */
  @Post(':id/restriction-lift')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: RestrictionLift })
  async lift(@Param('id') id: string, @FromCaller() caller: Caller): Promise<RestrictionLift> {
    const requestId = idParam(id);
    const { subjectId } = await this.requests.forOfficer(requestId, this.clock.now());
    const liftsAt = new Date(Date.parse(this.clock.now()) + this.config.liftNoticeMs).toISOString();
    return this.rights.announceLift(subjectId, requestId, liftsAt, commandContext(caller, subjectId));
  }

  /** What a rectification changes; refused where nothing can be changed. */
  private async correctionOf(
    { changes, decision }: DecisionBody,
    { kind, state, subjectId }: OfficersRequest,
  ): Promise<ProfileChanges | null> {
    if (changes === undefined) return null;
    if (state !== 'referred') throw new DomainError('request-not-open');
    if (kind !== 'rectification' || decision === 'refuse') throw new DomainError('decision-not-possible');
    await this.customers.requireRegistered(subjectId);
    await this.rights.requireKnown(subjectId);
    const { address, ...rest } = changes;
    refuseCardNumbersOf(changes);
    return { ...rest, address: address == null ? address : { ...address } };
  }

  private async commandOf(
    { decision, reason }: DecisionBody,
    request: OfficersRequest,
    correction: ProfileChanges | null,
  ): Promise<RightsRequestCommand> {
    if (decision === 'refuse') return { type: 'Refuse', reason: reason! };
    const now = this.clock.now();
    const partlyRefusedBecause = decision === 'partlyRefuse' ? reason! : null;
    if (request.kind !== 'erasure')
      return { type: 'Approve', scope: null, executeAfter: now, partlyRefusedBecause, correction };
    const executeAfter = new Date(Date.parse(now) + this.config.coolingOffMs).toISOString();
    const kept = decision === 'partlyRefuse' ? neededByOpenOrders : [];
    const scope = await this.scope(request.subjectId, kept);
    return { type: 'Approve', scope, executeAfter, partlyRefusedBecause, correction: null };
  }

  /** What an erasure would take and leave, now. */
  private async scope(subjectId: string, kept: readonly DataCategory[] = []): Promise<ErasureScope> {
    const now = this.clock.now();
    const lastDays = await this.retention.of(subjectId);
    const all = erasureScope(this.register, await this.orders.of(subjectId), now, kept, lastDays);
    return withHolds(all, await this.holds.inForce(subjectId, now));
  }
}
