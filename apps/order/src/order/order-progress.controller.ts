import { DomainError } from '@dittoo/kernel';
import { ApiProblems, FromPrincipal, idParam, SignedIn, type Principal } from '@dittoo/service';
import { Controller, Param, Sse, SseSignal, type MessageEvent, type OnModuleDestroy } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { from, type Observable } from 'rxjs';
import { OrderProgress } from './order-progress.query.js';
import { Orders } from './order.query.js';

const connectionsPerPrincipal = 5;
const connectionsInAll = 500;
const heartbeatMs = 15_000;
/** Then the client comes again, with a token that is still good. */
const longestMs = 10 * 60_000;

/** `GET /orders/{id}/events`: the storefront watches a payment come through. Dies here: the client connects again. */
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

  @Sse(':orderId/events')
  @SignedIn()
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiProblems(401, 404, 429, 503)
  async watch(
    @FromPrincipal() principal: Principal,
    @Param('orderId') orderId: string,
    @SseSignal() left: AbortSignal,
  ): Promise<Observable<MessageEvent>> {
    await this.orders.get(idParam(orderId), principal);
    const signal = AbortSignal.any([left, this.closing.signal, AbortSignal.timeout(longestMs)]);
    this.count(principal.subjectId, signal);
    return from(this.messages(orderId, signal));
  }

  /** Open connections would keep the process from ending. */
  onModuleDestroy(): void {
    this.closing.abort();
  }

  private async *messages(orderId: string, signal: AbortSignal): AsyncGenerator<MessageEvent> {
    let spokeAt = performance.now();
    for await (const state of this.progress.follow(orderId, signal)) {
      if (state !== null) yield { type: 'order', data: state, retry: 2_000 };
      else if (performance.now() - spokeAt > heartbeatMs) yield { comment: 'still here' };
      else continue;
      spokeAt = performance.now();
    }
  }

  private count(subjectId: string, signal: AbortSignal): void {
    const own = this.open.get(subjectId) ?? 0;
    const all = [...this.open.values()].reduce((sum, count) => sum + count, 0);
    if (own >= connectionsPerPrincipal || all >= connectionsInAll) throw new DomainError('too-many-requests');
    if (signal.aborted) return;
    this.open.set(subjectId, own + 1);
    signal.addEventListener('abort', () => {
      const left = (this.open.get(subjectId) ?? 1) - 1;
      if (left > 0) this.open.set(subjectId, left);
      else this.open.delete(subjectId);
    });
  }
}
