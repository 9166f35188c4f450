import { Readable } from 'node:stream';
import { DomainError, type OrderId, type SubjectId } from '@dittoo/kernel';
import { ApiProblems, FromPrincipal, idParam, SignedIn, type Principal } from '@dittoo/service';
import { Controller, Get, Param, Res, StreamableFile, type OnModuleDestroy } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { OrderProgress } from './order-progress.query.js';
import { Orders } from './order.query.js';

const connectionsPerPrincipal = 5;
const connectionsInAll = 500;
const heartbeatMs = 15_000;
/** After this time the client reconnects with a valid token. */
const longestMs = 10 * 60_000;

/**
 * `GET /orders/{id}/events`: the storefront follows a payment. Dies here: the client reconnects.
 *
 * Written without `@Sse()`, which sends 200 before the handler has checked whose order it is.
 */
@ApiTags('Orders')
@ApiBearerAuth()
@Controller('api/v1/orders')
export class OrderProgressController implements OnModuleDestroy {
  private readonly open = new Map<string, number>();
  private readonly closing = new AbortController();

  constructor(
    private readonly orders: Orders,
    private readonly progress: OrderProgress,
  ) {}

  /** Server-sent events: the order's state now, then each change; `data` has the form of the response to placing it. */
  @Get(':orderId/events')
  @SignedIn()
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiProblems(401, 404, 429, 503)
  async watch(
    @FromPrincipal() principal: Principal,
    @Param('orderId') orderId: string,
    @Res({ passthrough: true }) { raw }: FastifyReply,
  ): Promise<StreamableFile> {
    await this.orders.get(idParam(orderId), principal);
    const leave = this.enter(principal.subjectId);
    const left = new AbortController();
    // Listen to the response, not the stream: the stream closes only when the generator yields next.
    const gone = (): void => {
      left.abort();
      leave();
    };
    if (raw.destroyed) gone();
    else raw.once('close', gone);
    const signal = AbortSignal.any([left.signal, this.closing.signal, AbortSignal.timeout(longestMs)]);
    return new StreamableFile(Readable.from(this.messages(orderId, signal)), {
      type: 'text/event-stream; charset=utf-8',
    });
  }

  /** Open connections would keep the process from ending. */
  onModuleDestroy(): void {
    this.closing.abort();
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

  /** @returns call it when the connection ends */
  private enter(subjectId: SubjectId): () => void {
    const own = this.open.get(subjectId) ?? 0;
    const all = [...this.open.values()].reduce((sum, count) => sum + count, 0);
    if (own >= connectionsPerPrincipal || all >= connectionsInAll) throw new DomainError('too-many-requests');
    this.open.set(subjectId, own + 1);
    return () => {
      const left = this.open.get(subjectId)! - 1;
      if (left > 0) this.open.set(subjectId, left);
      else this.open.delete(subjectId);
    };
  }
}
