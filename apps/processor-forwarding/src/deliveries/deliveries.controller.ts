import { DomainError, type ForwardingId } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { commandContext, Commands, FromCaller, idParam, SignedIn, type Caller } from '@dittoo/service';
import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  BulkRedeliveryAnswer,
  DeliveriesQuery,
  DeliveryList,
  ProcessorHealthAnswer,
  RedeliveryAnswer,
  RedeliveryBody,
} from './deliveries.http.js';
import { Deliveries } from './deliveries.query.js';
import { DeliveryWorker } from '../worker/delivery.worker.js';
import { forwardingDecider } from '../ledger/forwarding.decider.js';

/** Officers list deliveries and request redelivery of parked ones. */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@Controller('api/v1/compliance')
export class DeliveriesController {
  constructor(
    private readonly commands: Commands,
    private readonly deliveries: Deliveries,
    private readonly worker: DeliveryWorker,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Get('deliveries')
  @ApiOkResponse({ type: DeliveryList })
  async list(@Query() query: DeliveriesQuery): Promise<DeliveryList> {
    return this.deliveries.page(query);
  }

  /** Requests redelivery of all parked forwardings. Each passes the gate like a first attempt. */
  @Post('deliveries/redelivery')
  @HttpCode(202)
  @Header('location', '/api/v1/compliance/deliveries')
  @ApiAcceptedResponse({ type: BulkRedeliveryAnswer })
  async redeliverAll(@FromCaller() caller: Caller, @Body() body: RedeliveryBody): Promise<BulkRedeliveryAnswer> {
    let requested = 0;
    for (const forwardingId of await this.deliveries.parked(body.processorId)) {
      try {
        await this.redeliver(forwardingId, caller);
        requested += 1;
      } catch (error) {
        // The list may lag behind the streams: another officer already requested this redelivery.
        if (!(error instanceof DomainError) || error.code !== 'delivery-not-parked') throw error;
      }
    }
    return { requested };
  }

  @Post('deliveries/:id/redelivery')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: RedeliveryAnswer })
  @ApiNotFoundResponse({ description: 'No such delivery' })
  @ApiConflictResponse({ description: 'It is not parked' })
  async redeliverOne(
    @Param('id') id: string,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RedeliveryAnswer> {
    const deliveryId = idParam(id);
    await this.redeliver(deliveryId, caller);
    void reply.header('location', '/api/v1/compliance/deliveries');
    return { deliveryId };
  }

  @Get('processors/:id/health')
  @ApiOkResponse({ type: ProcessorHealthAnswer })
  @ApiNotFoundResponse({ description: 'The register has no such processor' })
  async health(@Param('id') processorId: string): Promise<ProcessorHealthAnswer> {
    if (!Object.hasOwn(this.register.processors, processorId)) throw new DomainError('not-found');
    const figures = this.worker.figures().find((other) => other.processorId === processorId);
    const queue = await this.worker.queueOf(processorId);
    const lastSuccessAt = await this.deliveries.lastSuccessAt(processorId);
    return {
      processorId,
      connected: figures?.connected ?? false,
      breaker: figures?.breaker ?? 'closed',
      queueDepth: queue?.depth ?? 0,
      parked: queue?.parked ?? 0,
      oldestDueAt: queue?.oldestDueAt?.toISOString() ?? null,
      lastSuccessAt: lastSuccessAt?.toISOString() ?? null,
    };
  }

  /** The intake queues the item again when it receives the event. */
  private async redeliver(forwardingId: ForwardingId, caller: Caller): Promise<void> {
    const { history } = await this.commands.load(forwardingDecider, forwardingId);
    const subjectId = history[0]?.recorded.metadata.dataSubjectId ?? null;
    const context = commandContext(caller, subjectId);
    await this.commands.execute(forwardingDecider, forwardingId, { type: 'RequestRedelivery' }, context);
  }
}
