import { setTimeout as sleep } from 'node:timers/promises';
import { traced } from '@dittoo/kernel';
import { LOGGER, ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import { ForwardingMetrics } from '../attempt/attempt-metrics.js';
import { Lanes, LeaseLost, type Lane, type QueueFigures } from '../queue/lanes.js';
import { PaymentWatch } from '../payment/payment-watch.js';
import { tableSets, wakeChannel, type TableSet } from '../queue/queue-tables.js';
import type { TransmissionFailed } from '../egress/transmission-failed.js';
import { MAIL_PROVIDER, mailProcessorId, type MailProvider } from '../mailbox/mail-provider.js';
import { PAYMENT_PROCESSORS, type PaymentProcessors } from '../payment/connect-processors.js';
import { AttemptReactor } from '../attempt/attempts.js';
import { breakerSettings, CircuitBreaker } from './circuit-breaker.js';
import type { ProcessorQueue } from '../attempt/turn.js';
import { TokenBucket } from './token-bucket.js';

/** Items of one lane before it goes to the back: no subject keeps a worker to itself. */
const itemsPerLease = 5;
const pollMs = 250;
/** What is claimed may wait so long for its turn by the processor's rate. */
const longestPaceMs = 1_000;
/** How long a lane waits when something of ours does not answer (store, keys, database). */
const holdMs = 1_000;

/** One processor's workers, as the house sees them. */
export interface WorkerFigures {
  readonly processorId: string;
  readonly connected: boolean;
  readonly breaker: 'closed' | 'open' | 'halfOpen';
}

/**
 * Takes due lanes and runs their items, each processor in a loop, a pool and behind a breaker of its own: what is slow
 * at one of them is nobody else's wait.
 *
 * Killed: leases end by themselves and another worker takes the lanes; `AttemptReactor` says what happens to the item
 * in hand. Asked to stop: no lane is claimed any more, the items in hand are finished.
 */
@Injectable()
export class DeliveryReactor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private readonly workers: Worker[];
  private loops: Promise<void>[] = [];

  constructor(
    @Inject(ROW_POOL) private readonly pool: Pool,
    @Inject(LOGGER) logger: Logger,
    @Inject(FORWARDING_CONFIG) config: ForwardingConfig,
    @Inject(PAYMENT_PROCESSORS) private readonly processors: PaymentProcessors,
    @Inject(MAIL_PROVIDER) mail: MailProvider | null,
    attempts: AttemptReactor,
    watch: PaymentWatch,
    metrics: ForwardingMetrics,
  ) {
    this.workers = tableSets.map(
      (tables) => new Worker(tables, pool, config, { processors, mail }, attempts, watch, logger, this.stop.signal),
    );
    metrics.watch(
      async () => {
        const depths = this.workers.map(
          async ({ queue }) => [queue.tables.processorId, (await queue.lanes.figures()).depth] as const,
        );
        return new Map(await Promise.all(depths));
      },
      () => new Map(this.figures().map(({ processorId, breaker }) => [processorId, breaker])),
    );
  }

  onApplicationBootstrap(): void {
    this.loops = [...this.workers.map((worker) => worker.loop()), this.listen()];
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    for (const worker of this.workers) worker.wake();
    await Promise.all(this.loops);
    await Promise.all([...this.processors.values()].map((processor) => processor.close()));
  }

  /** `null` = nothing is ever queued for it. */
  async queueOf(processorId: string): Promise<QueueFigures | null> {
    const worker = this.workers.find(({ queue }) => queue.tables.processorId === processorId);
    return worker === undefined ? null : worker.queue.lanes.figures();
  }

  figures(): WorkerFigures[] {
    return this.workers.map(({ queue, breaker }) => ({
      processorId: queue.tables.processorId,
      connected: queue.processor !== null || queue.mail !== null,
      breaker: breaker.state(performance.now()),
    }));
  }

  /** Wakes a loop when something was queued for it. Only a shortcut: the poll finds everything. */
  private async listen(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      try {
        const client = await this.pool.connect();
        const lost = new Promise<void>((resolve) => {
          client.once('error', () => resolve());
          client.once('end', () => resolve());
          signal.addEventListener('abort', () => resolve(), { once: true });
          if (signal.aborted) resolve(); // it was while we connected
        });
        client.on('notification', ({ payload }) => {
          for (const worker of this.workers) if (worker.queue.tables.processorId === payload) worker.wake();
        });
        await client.query(`LISTEN ${wakeChannel}`);
        await lost;
        client.release(true);
      } catch {
        await pause(holdMs, signal);
      }
    }
  }
}

class Worker {
  readonly queue: ProcessorQueue;
  readonly breaker: CircuitBreaker;
  private readonly bucket: TokenBucket;
  private readonly concurrency: number;
  private readonly inHand = new Set<Promise<void>>();
  private pausedUntil = 0;
  private nextWatch = 0;
  private woken: () => void = () => undefined;

  constructor(
    tables: TableSet,
    pool: Pool,
    private readonly config: ForwardingConfig,
    { processors, mail }: { readonly processors: PaymentProcessors; readonly mail: MailProvider | null },
    private readonly attempts: AttemptReactor,
    private readonly watch: PaymentWatch,
    private readonly logger: Logger,
    private readonly signal: AbortSignal,
  ) {
    this.breaker = new CircuitBreaker({ ...breakerSettings, pauseMs: config.breakerPauseMs });
    const { perSecond, burst, concurrency } = config.rates[tables.processorId] ?? { perSecond: 1, burst: 1 };
    this.concurrency = concurrency ?? config.concurrency;
    this.bucket = new TokenBucket(perSecond, burst, performance.now());
    this.queue = {
      tables,
      lanes: new Lanes(pool, tables, config.leaseSeconds),
      processor: processors.get(tables.processorId) ?? null,
      mail: tables.processorId === mailProcessorId ? mail : null,
      limits: config.limits[tables.processorId] ?? config,
      pace: async (requests) => {
        let wait = 0;
        for (let request = 0; request < requests; request++) wait = this.bucket.take(performance.now());
        if (wait > 0) await sleep(wait);
      },
      called: (failed) => this.called(failed),
    };
  }

  wake(): void {
    this.woken();
  }

  async loop(): Promise<void> {
    const { processorId } = this.queue.tables;
    while (!this.signal.aborted) {
      try {
        await this.lookAtPending();
        const now = performance.now();
        // What would wait long for its turn waits in the lane, where no lease runs and a stop is not held up.
        const paused = now < this.pausedUntil || this.bucket.wait(now) > longestPaceMs;
        const free = paused ? 0 : this.concurrency - this.inHand.size;
        const wanted = this.breaker.allowance(now, free);
        const lanes = wanted > 0 ? await this.queue.lanes.claim(wanted) : [];
        if (lanes.length > 0) this.breaker.probe(now);
        for (const lane of lanes) this.take(lane);
        // As many as were wanted: there may be more.
        if (lanes.length === 0 || lanes.length < wanted || this.inHand.size >= this.concurrency) await this.idle();
      } catch (error) {
        this.logger.warn({ processor: processorId, failure: nameOf(error) }, 'forwarding.interrupted');
        await pause(holdMs, this.signal);
      }
    }
    await Promise.all(this.inHand);
  }

  private take(lane: Lane): void {
    const work = this.work(lane).finally(() => {
      this.inHand.delete(work);
      this.wake();
    });
    this.inHand.add(work);
  }

  private async work(claimed: Lane): Promise<void> {
    const { lanes, tables } = this.queue;
    const renewal = setInterval(
      () => void lanes.renew(claimed).catch(() => undefined),
      (this.config.leaseSeconds * 1000) / 3,
    );
    try {
      let lane = claimed;
      for (let taken = 0; taken < itemsPerLease && !this.signal.aborted; taken++) {
        const item = await lanes.begin(lane);
        if (item === null) break;
        const options = { parent: item.payload.traceparent, attributes: { 'dittoo.processor': tables.processorId } };
        const next = await traced(`forward ${item.kind}`, options, () => this.attempts.run(this.queue, lane, item));
        if (next === 'leave') return;
        lane = { ...lane, attempt: 0 };
        if (this.breaker.state(performance.now()) !== 'closed') break;
      }
      await lanes.release(lane);
    } catch (error) {
      if (error instanceof LeaseLost) return; // somebody else has it, and nothing of ours was written
      if (nameOf(error) === 'Interrupted') return; // a spec killed us here: the lease has to end by itself
      // Something of ours did not answer: hold. Nothing is sent on what was true a while ago.
      this.logger.warn({ processor: tables.processorId, failure: nameOf(error) }, 'forwarding.held');
      await lanes.release(claimed, holdMs).catch(() => undefined);
    } finally {
      clearInterval(renewal);
      this.breaker.unused();
    }
  }

  private called(failed: TransmissionFailed | null): void {
    const now = performance.now();
    const processor = this.queue.tables.processorId;
    if (failed?.then.credentials === true) {
      this.logger.error({ processor, failure: failed.failure }, 'forwarding.credentials-refused');
      return this.breaker.trip(now);
    }
    if (failed?.failure === 'http-429') this.pausedUntil = now + (failed.then.retryAfterMs ?? 0);
    // Whatever was answered with a refusal was answered.
    if (failed === null || failed.outcome === 'rejected') this.breaker.succeeded();
    else this.breaker.failed(now);
  }

  private async lookAtPending(): Promise<void> {
    const now = performance.now();
    if (now < this.nextWatch || this.queue.processor === null) return;
    this.nextWatch = now + Math.min(1_000, this.config.watchPauseMs);
    await this.watch.readDue(this.queue.tables, this.config.watchPauseMs);
  }

  private async idle(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      this.woken = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.signal.aborted) this.woken();
    });
    this.woken = () => undefined;
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
