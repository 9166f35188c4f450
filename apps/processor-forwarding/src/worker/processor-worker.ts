import { setTimeout as sleep } from 'node:timers/promises';
import { Loop } from '@dittoo/kernel';
import { traced } from '@dittoo/service';
import type { Logger } from 'pino';
import type { Attempts } from '../attempt/attempts.js';
import type { RecipientErasure } from '../attempt/recipient-erasure.js';
import { nameOf } from '../attempt/name-of.js';
import type { ProcessorConnection } from '../attempt/turn.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import type { PaymentWatch } from '../payment/payment-watch.js';
import type { ForwardingConfig } from '../processor-forwarding.config.js';
import type { Claimed, Item, Lane } from '../queue/item.js';
import { LeaseLost } from '../queue/lane-writes.js';
import type { Lanes } from '../queue/lanes.js';
import { breakerSettings, CircuitBreaker } from './circuit-breaker.js';
import { TokenBucket } from './token-bucket.js';

/** Items of one lane before it goes to the end of the queue: no subject occupies a worker. */
const itemsPerLease = 5;
const pollMs = 250;
/** How long an idle worker trusts that it is told of new items; a lost announcement costs that long. */
const longestQuietMs = 3_000;
/** A claimed lane waits at most so long for its turn by the processor's rate. */
const longestPaceMs = 1_000;
/** How long a lane waits at most when the store, the keys or the database do not answer. */
const longestHoldMs = 60_000;

export interface WorkerParts {
  readonly lanes: Lanes;
  readonly attempts: Attempts;
  readonly watch: PaymentWatch;
  readonly erasure: RecipientErasure;
  readonly config: ForwardingConfig;
  readonly logger: Logger;
}

/**
 * Works on the lanes of one processor, as many at a time as its rate and its breaker allow. Planned readings take what is
 * left over: they leave a slot and half the burst free.
 */
export class ProcessorWorker {
  readonly connection: ProcessorConnection;
  readonly breaker: CircuitBreaker;
  private readonly loop: Loop;
  private readonly watching: Loop | null;
  private readonly bucket: TokenBucket;
  private readonly concurrency: number;
  private readonly inHand = new Set<Promise<void>>();
  private pollsInHand = 0;
  private isStopping = false;
  private pausedUntil = 0;
  /** May there be more to claim than there was room for? */
  private isCrowded = false;
  /** Until then no lane is due, unless the worker is woken. */
  private quietUntil = 0;
  /** How often in a row a lane was held, by subject. */
  private readonly holds = new Map<string, number>();

  constructor(
    to: Pick<ProcessorConnection, 'tables' | 'processor' | 'mail'>,
    private readonly parts: WorkerParts,
  ) {
    const { config, logger, watch } = parts;
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
    const failed = (error: unknown): void =>
      logger.warn({ processor: processorId, failure: nameOf(error) }, 'forwarding.interrupted');
    this.loop = new Loop(() => this.claim(), { pauseMs: pollMs, failed });
    const readDue = async (): Promise<boolean> => {
      if ((await watch.readDue(to.tables, config.watchPauseMs)) > 0) this.wake();
      return false;
    };
    this.watching =
      to.processor === null ? null : new Loop(readDue, { pauseMs: Math.min(1_000, config.watchPauseMs), failed });
  }

  start(): void {
    this.loop.start();
    this.watching?.start();
  }

  wake(): void {
    this.quietUntil = 0;
    this.loop.wake();
  }

  /** Claims no more lanes. @returns when the current items are finished */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all([this.loop.stop(), this.watching?.stop()]);
    await Promise.all(this.inHand);
  }

  /** @returns `true` = there may be more to claim */
  private async claim(): Promise<boolean> {
    const now = performance.now();
    // An item that would wait long for its turn waits in the lane, where no lease runs and a stop need not wait for it.
    const paused = now < this.pausedUntil || this.bucket.wait(now) > longestPaceMs;
    const free = paused ? 0 : this.concurrency - this.inHand.size;
    const commands = this.breaker.allowance(free, this.inHand.size);
    if (commands === 0 && this.inHand.size === 0) await this.parts.erasure.recordAhead(this.connection.tables);
    const polls = this.pollsAmong(commands);
    if (commands > 0 && now < this.quietUntil) return false;
    const claimed = commands > 0 ? await this.parts.lanes.claim(this.connection.tables, commands, polls) : [];
    if (claimed.length === 0 && polls > 0 && this.inHand.size === 0) await this.rest(now);
    for (const one of claimed) this.take(one);
    // As many as were wanted: there may be more.
    const urgent = claimed.filter((one) => one.urgent).length;
    this.isCrowded = (commands > 0 && urgent === commands) || (polls > 0 && claimed.length - urgent === polls);
    return urgent > 0 && urgent === commands && this.inHand.size < this.concurrency;
  }

  /** Nothing is due: looks when something will be, instead of looking four times a second whether something is. */
  private async rest(since: number): Promise<void> {
    this.quietUntil = since + longestQuietMs;
    const dueMs = await this.parts.lanes.nextDueMs(this.connection.tables);
    // Zero again: it was woken while it looked.
    if (dueMs !== null && this.quietUntil > 0) this.quietUntil = Math.min(this.quietUntil, since + dueMs);
  }

  /** Planned readings that may be claimed beside commands for that many free slots. */
  private pollsAmong(free: number): number {
    if (this.breaker.state !== 'closed' || !this.bucket.isHalfFull(performance.now())) return 0;
    const most = Math.max(1, Math.floor(this.concurrency / 2));
    // Where there is one slot only, a reading takes it when nothing else waits.
    return Math.max(0, Math.min(most - this.pollsInHand, this.concurrency === 1 ? free : free - 1));
  }

  private take(claimed: Claimed): void {
    if (!claimed.urgent) this.pollsInHand++;
    const work = this.work(claimed).finally(() => {
      this.inHand.delete(work);
      this.quietUntil = 0; // its lane may be due again
      if (!claimed.urgent) this.pollsInHand--;
      if (this.isCrowded) this.wake();
    });
    this.inHand.add(work);
  }

  private async work({ item: head, lane: claimed }: Claimed): Promise<void> {
    const { attempts, config, lanes } = this.parts;
    const { processorId } = this.connection.tables;
    const renewal = setInterval(() => void lanes.renew(claimed).catch(() => undefined), (config.leaseSeconds * 1000) / 3); // prettier-ignore
    let lane = claimed;
    let item = head;
    try {
      for (let taken = 0; taken < itemsPerLease && !this.isStopping; taken++) {
        item ??= await lanes.begin(lane);
        if (item === null) return void this.holds.delete(lane.subjectId);
        // A planned reading behind a command of the same person waits as the others do.
        if (taken > 0 && item.polled) break;
        const turn = { connection: this.connection, lane, item };
        const options = { parent: item.payload.traceparent, attributes: { 'dittoo.processor': processorId } };
        const next = await traced(`forward ${item.kind}`, options, () => attempts.run(turn));
        this.holds.delete(lane.subjectId);
        if (next === 'leave') return;
        lane = { ...lane, attempt: 0 };
        item = next === 'next' ? null : next;
        if (this.breaker.state !== 'closed') break;
      }
      this.isCrowded = true; // what is given back is due at once
      await lanes.release(lane);
    } catch (error) {
      if (error instanceof LeaseLost) return void this.holds.delete(lane.subjectId); // another worker has the lane, and nothing of ours was written
      await this.hold(lane, item, error);
    } finally {
      clearInterval(renewal);
    }
  }

  /**
   * The store, the keys or the database did not answer, or a failure could not be recorded. Nothing is sent on what was
   * true earlier, and no attempt is used: the lane waits, longer each time.
   */
  private async hold(lane: Lane, item: Item | null, error: unknown): Promise<void> {
    const { config, lanes, logger } = this.parts;
    const held = (this.holds.get(lane.subjectId) ?? 0) + 1;
    this.holds.set(lane.subjectId, held);
    const delayMs = Math.min(longestHoldMs, 2 * config.retryBaseMs * 2 ** Math.min(held - 1, 20));
    const { processorId: processor } = this.connection.tables;
    const what = { processor, forwardingId: item?.forwardingId, intent: item?.kind, failure: nameOf(error), held, delayMs }; // prettier-ignore
    logger.warn(what, 'forwarding.held');
    await lanes.release(lane, delayMs).catch(() => undefined);
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
}
