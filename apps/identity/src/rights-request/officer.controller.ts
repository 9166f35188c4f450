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
} from '@dittoo/service';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { IDENTITY_CONFIG, type IdentityConfig } from '../identity.config.js';
import { LegalHolds } from '../legal-hold/legal-holds.query.js';
import { OrderStandings } from '../order-standing/order-standing.query.js';
import { erasureScope, withFiscalYearEnd, withHolds } from './erasure-scope.js';
import { rightsRequestDecider, type RightsRequestCommand } from './rights-request.decider.js';
import { DecisionBody, OfficersRequest, OfficersRequestList, OfficersRequestsQuery } from './rights-request.http.js';
import { RightsRequests } from './rights-request.query.js';

/** What an open order cannot do without; a partly refused erasure leaves it. */
const neededByOpenOrders: readonly DataCategory[] = ['orderDelivery'];

/** The officers' queue: what no rule could decide. */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
@Controller('api/v1/compliance/requests')
export class OfficerController {
  private readonly register: Register;

  constructor(
    private readonly commands: Commands,
    private readonly requests: RightsRequests,
    private readonly orders: OrderStandings,
    private readonly holds: LegalHolds,
    private readonly clock: Clock,
    @Inject(IDENTITY_CONFIG) private readonly config: IdentityConfig,
    @Inject(REGISTER) register: Register,
  ) {
    this.register = withFiscalYearEnd(register, config.fiscalYearEnd);
  }

  @Get()
  @ApiOkResponse({ type: OfficersRequestList })
  list(@Query() { cursor, limit = 50, open = 'true' }: OfficersRequestsQuery): Promise<OfficersRequestList> {
    return this.requests.listForOfficer(open === 'true', this.clock.now(), limit, cursor);
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
    const request = await this.requests.forOfficer(requestId, this.clock.now());
    const context = commandContext(caller, request.subjectId);
    await this.commands.execute(rightsRequestDecider, requestId, await this.commandOf(body, request), context);
    return this.requests.forOfficer(requestId, this.clock.now());
  }

  private async commandOf({ decision, reason }: DecisionBody, request: OfficersRequest): Promise<RightsRequestCommand> {
    if (decision === 'refuse') return { type: 'Refuse', reason: reason! };
    // In part is something only an erasure can be refused today.
    if (decision === 'partlyRefuse' && request.kind !== 'erasure') throw new DomainError('request-not-open');
    const now = this.clock.now();
    const executeAfter = new Date(Date.parse(now) + this.config.coolingOffMs).toISOString();
    const partlyRefusedBecause = decision === 'partlyRefuse' ? reason! : null;
    if (request.kind !== 'erasure') return { type: 'Approve', scope: null, executeAfter, partlyRefusedBecause };
    const kept = decision === 'partlyRefuse' ? neededByOpenOrders : [];
    const { subjectId } = request;
    const all = erasureScope(this.register, await this.orders.of(subjectId), now, kept);
    const scope = withHolds(all, await this.holds.inForce(subjectId, now));
    return { type: 'Approve', scope, executeAfter, partlyRefusedBecause };
  }
}
