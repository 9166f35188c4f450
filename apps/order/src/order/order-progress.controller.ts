import { Clock, type OrderId } from '@dittoo/kernel';
import { ApiProblems, EventStreams, FromPrincipal, idParam, SignedIn, type Principal } from '@dittoo/service';
import { Controller, Get, Param, Res, type OnModuleDestroy, type StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { OrderProgress } from './order-progress.query.js';
import { Orders } from './order.query.js';

const heartbeatMs = 15_000;
/**
 * `GET /orders/{id}/events`: the storefront follows a payment. Dies here: the client reconnects.
 *
 * Written without `@Sse()`, which sends 200 before the handler has checked whose order it is.
 */
@ApiTags('Orders')
@ApiBearerAuth()
@Controller('api/v1/orders')
export class OrderProgressController implements OnModuleDestroy {
  private readonly streams: EventStreams;

  constructor(
    private readonly orders: Orders,
    private readonly progress: OrderProgress,
    clock: Clock,
  ) {
    this.streams = new EventStreams(clock);
  }

  /** Server-sent events: the order's state now, then each change; `data` has the form of the response to placing it. */
  @Get(':orderId/events')
  @SignedIn()
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiProblems(401, 404, 429, 503)
  async watch(
    @FromPrincipal() principal: Principal,
    @Param('orderId') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const orderId = idParam<OrderId>(id);
    await this.orders.get(orderId, principal);
    return this.streams.stream(principal, reply, (signal) => this.messages(orderId, signal));
  }

  /** Open connections would keep the process from ending. */
  onModuleDestroy(): void {
    this.streams.close();
  }

  private async *messages(orderId: OrderId, signal: AbortSignal): AsyncGenerator<string> {
    let spokeAt = performance.now();
    for await (const state of this.progress.follow(orderId, signal)) {
      if (state !== null) yield `retry: 2000\ndata: ${JSON.stringify(state)}\n\n`;
      else if (performance.now() - spokeAt > heartbeatMs) yield ': still here\n\n';
      else continue;
      spokeAt = performance.now();
    }
  }
}
