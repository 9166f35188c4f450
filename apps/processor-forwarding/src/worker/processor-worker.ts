import { setTimeout as sleep } from 'node:timers/promises';
import { Loop } from '@dittoo/kernel';
import { traced } from '@dittoo/service';
import type { Logger } from 'pino';
import type { Attempts } from '../attempt/attempts.js';
import type { ProcessorConnection } from '../attempt/turn.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import type { PaymentWatch } from '../payment/payment-watch.js';
import type { ForwardingConfig } from '../processor-forwarding.config.js';
import type { Lane } from '../queue/item.js';
import { LeaseLost } from '../queue/lane-transaction.js';
import type { Lanes } from '../queue/lanes.js';
import { breakerSettings, CircuitBreaker } from './circuit-breaker.js';
import { nameOf } from './name-of.js';
import { TokenBucket } from './token-bucket.js';

/** Items of one lane before it goes to the end of the queue: no subject occupies a worker. */
const itemsPerLease = 5;
const pollMs = 250;
/** A claimed lane waits at most so long for its turn by the processor's rate. */
const longestPaceMs = 1_000;
/** How long a lane waits when the store, the keys or the database do not answer. */
const holdMs = 1_000;

export interface WorkerParts {
  readonly lanes: Lanes;
  readonly attempts: Attempts;
  readonly watch: PaymentWatch;
  readonly config: ForwardingConfig;
  readonly logger: Logger;
}

/** Works on the lanes of one processor, as many at a time as its rate and its breaker allow. */
export class ProcessorWorker {
  readonly connection: ProcessorConnection;
  readonly breaker: CircuitBreaker;
  private readonly loop: Loop;
  private readonly bucket: TokenBucket;
  private readonly concurrency: number;
  private readonly inHand = new Set<Promise<void>>();
  private isStopping = false;
  private pausedUntil = 0;
  private nextWatch = 0;

  constructor(
    to: Pick<ProcessorConnection, 'tables' | 'processor' | 'mail'>,
    private readonly parts: WorkerParts,
  ) {
    const { config, logger } = parts;
    const { processorId } = to.tables;
    this.breaker = new CircuitBreaker({ ...breakerSettings, pauseMs: config.breakerPauseMs });
    const { perSecond, burst, concurrency } = config.rates[processorId] ?? { perSecond: 1, burst: 1 };
    this.concurrency = concurrency ?? config.concurrency;
    this.bucket = new TokenBucket(perSecond, burst, performance.now());
    this.connection = {
      ...to,
      limits: config.limits[processorId] ?? config,
      pace: (requests) => this.pace(requests),
      call: (work) => this.call(work),
    };
    this.loop = new Loop(() => this.claim(), {
      pauseMs: pollMs,
      failed: (error) => logger.warn({ processor: processorId, failure: nameOf(error) }, 'forwarding.interrupted'),
    });
  }

  start(): void {
    this.loop.start();
  }

  wake(): void {
    this.loop.wake();
  }

  /** Claims no more lanes. @returns when the items in hand are finished */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.loop.stop();
    await Promise.all(this.inHand);
  }

  /** @returns `true` = there may be more to claim */
  private async claim(): Promise<boolean> {
    await this.queueReadings();
    const now = performance.now();
    // An item that would wait long for its turn waits in the lane, where no lease runs and a stop need not wait for it.
    const paused = now < this.pausedUntil || this.bucket.wait(now) > longestPaceMs;
    const free = paused ? 0 : this.concurrency - this.inHand.size;
    const wanted = this.breaker.allowance(free, this.inHand.size);
    const lanes = wanted > 0 ? await this.parts.lanes.claim(this.connection.tables, wanted) : [];
    for (const lane of lanes) this.take(lane);
    // As many as were wanted: there may be more.
    return lanes.length > 0 && lanes.length === wanted && this.inHand.size < this.concurrency;
  }

  private take(lane: Lane): void {
    const work = this.work(lane).finally(() => {
      this.inHand.delete(work);
      this.wake();
    });
    this.inHand.add(work);
  }

  private async work(claimed: Lane): Promise<void> {
    const { attempts, config, lanes, logger } = this.parts;
    const { processorId } = this.connection.tables;
    const renewal = setInterval(() => void lanes.renew(claimed).catch(() => undefined), (config.leaseSeconds * 1000) / 3); // prettier-ignore
    try {
      let lane = claimed;
      for (let taken = 0; taken < itemsPerLease && !this.isStopping; taken++) {
        const item = await lanes.begin(lane);
        if (item === null) break;
        const turn = { connection: this.connection, lane, item };
        const options = { parent: item.payload.traceparent, attributes: { 'dittoo.processor': processorId } };
        const next = await traced(`forward ${item.kind}`, options, () => attempts.run(turn));
        if (next === 'leave') return;
        lane = { ...lane, attempt: 0 };
        if (this.breaker.state !== 'closed') break;
      }
      await lanes.release(lane);
    } catch (error) {
      if (error instanceof LeaseLost) return; // another worker has the lane, and nothing of ours was written
      // The store, the keys or the database did not answer: hold. Nothing is sent on what was true earlier.
      logger.warn({ processor: processorId, failure: nameOf(error) }, 'forwarding.held');
      await lanes.release(claimed, holdMs).catch(() => undefined);
    } finally {
      clearInterval(renewal);
    }
  }

  private async pace(requests: number): Promise<void> {
    let wait = 0;
    for (let request = 0; request < requests; request++) wait = this.bucket.take(performance.now());
    if (wait > 0) await sleep(wait);
  }

  private async call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.breaker.call(work);
    } catch (error) {
      if (!(error instanceof TransmissionFailed)) throw error;
      const { failure, then } = error;
      const processor = this.connection.tables.processorId;
      if (then.credentials === true) this.parts.logger.error({ processor, failure }, 'forwarding.credentials-refused');
      if (failure === 'http-429') this.pausedUntil = performance.now() + (then.retryAfterMs ?? 0);
      throw error;
    }
  }

  private async queueReadings(): Promise<void> {
    const { config, watch } = this.parts;
    const now = performance.now();
    if (now < this.nextWatch || this.connection.processor === null) return;
    this.nextWatch = now + Math.min(1_000, config.watchPauseMs);
    await watch.readDue(this.connection.tables, config.watchPauseMs);
  }
}
