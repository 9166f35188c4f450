import { setTimeout as sleep } from 'node:timers/promises';
import { backOffMs, Loop, type Replay } from '@dittoo/kernel';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { isClientError, kafkaFailure } from './kafka-client.js';
import { KafkaComparison } from './kafka-comparison.js';
import { consumerConfig, type KafkaParts } from './kafka-consumer.js';
import { KafkaIntake, type GroupHandlers } from './kafka-intake.js';
import { categoriesFor, topicOf } from './kafka-topics.js';
import { withHeartbeats } from './with-heartbeats.js';

const chunkSize = 100;
/** Longest wait for a join to end at shutdown: an available broker needs less, an unavailable one is not waited for. */
const joiningMs = 5_000;

/**
 * One consumer group: joins, passes chunks of messages to the inbox, commits to Kafka after the transaction.
 *
 * Order: within a partition, hence within a stream. If the process dies before the commit to Kafka, the chunk is
 * redelivered and the inbox drops it. No handler's error reaches the client, which would count it, wait without
 * heartbeats, or stop for good.
 */
export class KafkaGroup {
  /** Stays `true` after the first join: a broker that fails later does not make the service unready. */
  joined = false;
  /** Stopped for good. */
  dead = false;
  private readonly loop: Loop;
  private readonly stopped: Promise<undefined>;
  private readonly categories: readonly string[];
  private readonly categoryOf: ReadonlyMap<string, string>;
  private readonly intake: KafkaIntake;
  private readonly comparison: KafkaComparison;
  /** The next offset of each partition; cleared when the group is rebalanced. */
  private readonly expected = new Map<string, bigint>();
  private readonly failures = new Map<string, number>();
  /** Partitions whose lag was reported. */
  private readonly measured = new Map<string, readonly [topic: string, partition: number]>();
  private readonly pauses = new Set<NodeJS.Timeout>();
  private consumer: Consumer | undefined;
  private joining: Promise<unknown> = Promise.resolve();

  constructor(
    readonly name: string,
    private readonly parts: KafkaParts,
    handlers: GroupHandlers,
  ) {
    this.categories = categoriesFor(handlers.types, parts.schemaMap);
    this.categoryOf = new Map(this.categories.map((category) => [topicOf(parts.prefix, category), category]));
    this.intake = new KafkaIntake(name, parts, handlers);
    this.comparison = new KafkaComparison(
      name,
      [...this.categoryOf.keys()],
      parts,
      (recordedBefore) => this.intake.catchUp(this.categories, this.loop.signal, recordedBefore),
      () => this.expected.clear(),
    );
    this.loop = new Loop(({ progressed }) => this.session(progressed), {
      pauseMs: 0,
      failed: (error) => {
        if (!(error instanceof NotCaughtUp)) this.parts.alerts.interrupted(this.name, error);
      },
    });
    this.stopped = new Promise((resolve) => {
      this.loop.signal.addEventListener('abort', () => resolve(undefined));
    });
  }

  start(): void {
    this.loop.start();
    this.comparison.start();
  }

  /** Lets the current chunk finish and starts no other. */
  async stop(): Promise<void> {
    for (const timer of this.pauses) clearTimeout(timer);
    await Promise.all([this.loop.stop(), this.comparison.stop()]);
  }

  replayParked(stream: string): Promise<Replay> {
    return this.intake.replayParked(stream);
  }

  /** From joining to leaving. */
  private async session(progressed: () => void): Promise<boolean> {
    try {
      const aligned = await Promise.race([this.align(), this.stopped]);
      if (aligned === 'later') throw new NotCaughtUp();
      if (aligned === undefined) return false;
      const error = await this.consume(progressed);
      if (error === undefined) return false;
      if (!isBug(error)) throw error;
      this.dead = true;
      this.parts.alerts.dead(this.name, error);
      this.loop.end();
      return false;
    } finally {
      await this.joiningEnds();
      await this.consumer?.disconnect().catch(() => undefined);
      this.consumer = undefined;
    }
  }

  /**
   * Before the first fetch: reads the log first if Kafka no longer has everything the group needs (a new group, one
   * that read the log before, one that was stopped for longer than the retention, a recreated topic).
   */
  private async align(): Promise<'aligned' | 'later'> {
    const lost = await this.comparison.lostPlaces();
    if (lost.length > 0) {
      if ((await this.comparison.recover(lost)) === 'later') return 'later';
    } else if (await this.parts.inbox.needsCatchUp(this.name)) {
      if ((await this.intake.catchUp(this.categories, this.loop.signal)) === 'later') return 'later';
    }
    return 'aligned';
  }

  /** Joins and consumes until stopped (`undefined`) or until the client gives up (its error). */
  private async consume(progressed: () => void): Promise<Error | undefined> {
    const { signal } = this.loop;
    const consumer = this.parts.kafka.consumer(consumerConfig(this.name, this.parts, () => !signal.aborted));
    this.consumer = consumer;
    const crashed = new Promise<Error>((resolve) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (payload.restart) this.parts.alerts.interrupted(this.name, payload.error);
        else resolve(payload.error);
      });
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.joined = true;
      progressed();
      this.expected.clear();
      for (const [place, [topic, partition]] of this.measured) {
        if (memberAssignment[topic]?.includes(partition) === true) continue;
        this.measured.delete(place);
        this.parts.alerts.lag(this.name, topic, partition, null);
      }
    });
    const start = async (): Promise<Error> => {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.categoryOf.keys()], fromBeginning: true });
      if (signal.aborted) await consumer.disconnect();
      else {
        const joining = consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: this.parts.concurrency,
          eachBatch: (payload) => this.eachBatch(consumer, payload),
        });
        this.joining = joining.catch(() => undefined);
        await joining;
      }
      return crashed;
    };
    return Promise.race([start(), this.stopped]);
  }

  /**
   * Waits for a join in progress: the client cannot leave a group while joining it, and would consume after its end.
   */
  private async joiningEnds(): Promise<void> {
    const ended = new AbortController();
    const { signal } = ended;
    await Promise.race([this.joining, sleep(joiningMs, undefined, { signal }).catch(() => undefined)]);
    ended.abort();
  }

  private async eachBatch(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    try {
      if ((await this.work(consumer, payload)) === 'later') this.later(payload);
    } catch (error) {
      if (isClientError(error)) throw error;
      this.parts.alerts.interrupted(this.name, error);
      this.later(payload);
    }
  }

  private async work(consumer: Consumer, payload: EachBatchPayload): Promise<'done' | 'later'> {
    const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload;
    const { topic, partition, messages } = batch;
    const place = `${topic}/${partition}`;
    if (messages.length === 0) return 'done';
    const measure = (next: bigint): void => {
      this.measured.set(place, [topic, partition]);
      this.parts.alerts.lag(this.name, topic, partition, Number(BigInt(batch.highWatermark) - next));
    };
    // Before the work too: while a batch fails and is retried, the lag grows with the partition.
    measure(BigInt(messages[0]!.offset));
    const beginning = await withHeartbeats(heartbeat, () => this.begin(consumer, payload));
    if (beginning !== 'here') return beginning === 'later' ? 'later' : 'done';
    for (let start = 0; start < messages.length; start += chunkSize) {
      if (!isRunning() || isStale() || this.loop.signal.aborted) return 'done';
      const chunk = messages.slice(start, start + chunkSize);
      const last = chunk.at(-1)!.offset;
      const next = BigInt(last) + 1n;
      const from = BigInt(chunk[0]!.offset);
      const outcome = await withHeartbeats(heartbeat, () =>
        this.intake.takeIn(topic, this.categoryOf.get(topic)!, partition, from, chunk, next),
      );
      if (outcome === 'elsewhere') return this.findPlace(consumer, payload);
      if (outcome === 'later') return 'later';
      this.failures.delete(place);
      this.expected.set(place, next);
      resolveOffset(last);
      await consumer.commitOffsets([{ topic, partition, offset: String(next) }]);
      measure(next);
      await heartbeat();
    }
    return 'done';
  }

  /**
   * Whether the batch begins at the group's next offset, which the inbox has. Kafka's own offset is only a shortcut: it
   * may be lost, or ahead of a restored database. A hole in the offsets is a loss, because these topics are neither
   * compacted nor transactional.
   */
  private async begin(consumer: Consumer, { batch }: EachBatchPayload): Promise<'here' | 'elsewhere' | 'later'> {
    const { topic, partition } = batch;
    const place = `${topic}/${partition}`;
    const first = BigInt(batch.messages[0]!.offset);
    const expected = this.expected.get(place);
    const own = expected ?? (await this.parts.inbox.nextOffset(this.name, topic, partition)) ?? 0n;
    this.expected.set(place, own);
    if (own === first) return 'here';
    const madeAgain = BigInt(batch.highWatermark) < own;
    if (!madeAgain && expected === undefined) {
      consumer.seek({ topic, partition, offset: String(own) });
      return 'elsewhere';
    }
    if (!madeAgain && own > first) return 'here';
    this.parts.alerts.lost(this.name, place, madeAgain ? 'topic-made-again' : 'hole');
    if ((await this.intake.catchUp(this.categories, this.loop.signal)) === 'later') return 'later';
    await this.parts.inbox.place(this.name, topic, partition, first);
    return 'here';
  }

  /**
   * The inbox's offset is not the expected one: the database lost its last commits, or the group read the log
   * meanwhile. Forgets the expected offset, reads the log if necessary, and seeks to the inbox's offset.
   */
  private async findPlace(consumer: Consumer, { batch, heartbeat }: EachBatchPayload): Promise<'done' | 'later'> {
    const { topic, partition } = batch;
    const { inbox } = this.parts;
    this.expected.delete(`${topic}/${partition}`);
    return withHeartbeats(heartbeat, async () => {
      if (await inbox.needsCatchUp(this.name)) {
        if ((await this.intake.catchUp(this.categories, this.loop.signal)) === 'later') return 'later';
      }
      const own = (await inbox.nextOffset(this.name, topic, partition)) ?? 0n;
      consumer.seek({ topic, partition, offset: String(own) });
      return 'done';
    });
  }

  /** Retries the unresolved messages after a pause, in which the other partitions continue. */
  private later({ batch, pause }: EachBatchPayload): void {
    if (this.loop.signal.aborted) return;
    const place = `${batch.topic}/${batch.partition}`;
    const failures = (this.failures.get(place) ?? 0) + 1;
    this.failures.set(place, failures);
    const resume = pause();
    const timer = setTimeout(() => {
      this.pauses.delete(timer);
      if (!this.loop.signal.aborted) resume();
    }, backOffMs(failures));
    this.pauses.add(timer);
  }
}

/** The log could not be read to its end; the inbox has already alerted the reason. */
class NotCaughtUp extends Error {
  override readonly name = 'NotCaughtUp';
}

/** Programming errors, for which the client stops for good; after any other error a new consumer may succeed. */
const isBug = (error: Error): boolean =>
  /TypeError|RangeError|ReferenceError|SyntaxError|NotImplemented|InvariantViolation/.test(kafkaFailure(error));
