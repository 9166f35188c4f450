import { setTimeout as sleep } from 'node:timers/promises';
import type { PartitionInbox, Replay, SchemaMap } from '@dittoo/kernel';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { isClientError, kafkaFailure } from './kafka-client.js';
import type { DeadLetters } from './kafka-dead-letters.js';
import { KafkaIntake, type GroupHandlers } from './kafka-intake.js';
import { categoriesFor, topicOf } from './kafka-topics.js';
import { backOff, withHeartbeats } from './pacing.js';

/** What an operator hears of the Kafka road. Names, numbers and words of ours. */
export interface KafkaAlerts {
  /** A group's loop failed outside a handler, e.g. no broker answers; it goes on by itself. */
  interrupted(group: string, error: unknown): void;
  /** A message went to the dead letters. */
  deadLettered(group: string, place: string, word: string): void;
  /** The road had lost something for the group, or began anew: what is missing is read from the log. */
  lost(group: string, place: string, why: 'retention-passed' | 'topic-made-again' | 'hole'): void;
  /** Messages of a partition the group has not taken in yet; `null` = another process has the partition now. */
  lag(group: string, topic: string, partition: number, messages: number | null): void;
  /** The client gave the group up: only a new process helps. */
  dead(group: string, error: unknown): void;
}

export interface KafkaRoad {
  readonly kafka: Kafka;
  readonly prefix: string;
  readonly inbox: PartitionInbox;
  readonly deadLetters: DeadLetters;
  readonly schemaMap: SchemaMap;
  readonly alerts: KafkaAlerts;
  /** Partitions of one group worked on at the same time; each holds a database connection. */
  readonly concurrency: number;
  /** After that long without a heartbeat Kafka gives a group's partitions to somebody else. */
  readonly sessionTimeoutMs: number;
}

const chunkSize = 100;

/**
 * One consumer group: joins, takes chunks through the inbox, commits to Kafka after the transaction.
 *
 * Order: within a partition, hence within a stream. Dies before the commit to Kafka: the chunk comes again and the inbox
 * drops it. No error of ours reaches the client, which would count it, wait without heartbeats, or stop for good.
 */
export class KafkaGroup {
  /** Joined once: a broker that goes away later does not make the service unready. */
  joined = false;
  /** Given up for good. */
  dead = false;
  private readonly stopping = new AbortController();
  private readonly stopped = new Promise<undefined>((resolve) => {
    this.stopping.signal.addEventListener('abort', () => resolve(undefined));
  });
  private readonly categories: readonly string[];
  private readonly categoryOf: ReadonlyMap<string, string>;
  private readonly intake: KafkaIntake;
  /** The offset each partition goes on with; forgotten when the group is dealt anew. */
  private readonly expected = new Map<string, bigint>();
  private readonly failures = new Map<string, number>();
  /** Partitions whose lag was said. */
  private readonly measured = new Map<string, readonly [topic: string, partition: number]>();
  private readonly pauses = new Set<NodeJS.Timeout>();
  private consumer: Consumer | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    readonly name: string,
    private readonly road: KafkaRoad,
    handlers: GroupHandlers,
  ) {
    this.categories = categoriesFor(handlers.types, road.schemaMap);
    this.categoryOf = new Map(this.categories.map((category) => [topicOf(road.prefix, category), category]));
    this.intake = new KafkaIntake(name, road, handlers);
  }

  start(): void {
    this.running = this.run();
  }

  /** Lets the chunk in hand finish, takes no other. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.pauses) clearTimeout(timer);
    await this.running;
  }

  replayParked(stream: string): Promise<Replay> {
    return this.intake.replayParked(stream);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted; failures++) {
      if (failures > 0) await sleep(backOff(failures), undefined, { signal }).catch(() => undefined);
      try {
        if ((await Promise.race([this.align(), this.stopped])) !== 'aligned') continue;
        const error = await this.consume();
        if (error === undefined) continue;
        this.dead = isBug(error);
        if (this.dead) {
          this.road.alerts.dead(this.name, error);
          return;
        }
        this.road.alerts.interrupted(this.name, error);
      } catch (error) {
        if (!signal.aborted) this.road.alerts.interrupted(this.name, error);
      } finally {
        await this.consumer?.disconnect().catch(() => undefined);
        this.consumer = undefined;
      }
    }
  }

  /**
   * Before the first fetch: a road that is shorter than what the group still needs (it is new, it was away for longer
   * than Kafka keeps, the topic was made again) cannot be followed from its beginning. The log has it all.
   */
  private async align(): Promise<'aligned' | 'later'> {
    const starts: { readonly topic: string; readonly partition: number; readonly low: bigint }[] = [];
    const admin = this.road.kafka.admin();
    await admin.connect();
    try {
      for (const topic of this.categoryOf.keys()) {
        for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
          const own = await this.road.inbox.nextOffset(this.name, topic, partition);
          if ((own ?? 0n) >= BigInt(low) && (own ?? 0n) <= BigInt(high)) continue;
          starts.push({ topic, partition, low: BigInt(low) });
          const why = own !== null && own > BigInt(high) ? 'topic-made-again' : 'retention-passed';
          if (own !== null) this.road.alerts.lost(this.name, `${topic}/${partition}`, why);
        }
      }
    } finally {
      await admin.disconnect();
    }
    if (starts.length > 0 || (await this.road.inbox.isNew(this.name))) {
      if ((await this.intake.catchUp(this.categories, this.stopping.signal)) === 'later') return 'later';
    }
    for (const { topic, partition, low } of starts) await this.road.inbox.place(this.name, topic, partition, low);
    return 'aligned';
  }

  /** Joins and consumes until stopped (`undefined`) or until the client gives up (its error). */
  private async consume(): Promise<Error | undefined> {
    const { signal } = this.stopping;
    const consumer = this.road.kafka.consumer(this.configuration());
    this.consumer = consumer;
    const crashed = new Promise<Error>((resolve) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (payload.restart) this.road.alerts.interrupted(this.name, payload.error);
        else resolve(payload.error);
      });
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.joined = true;
      this.expected.clear();
      for (const [place, [topic, partition]] of this.measured) {
        if (memberAssignment[topic]?.includes(partition) === true) continue;
        this.measured.delete(place);
        this.road.alerts.lag(this.name, topic, partition, null);
      }
    });
    const start = async (): Promise<Error> => {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.categoryOf.keys()], fromBeginning: true });
      if (signal.aborted) await consumer.disconnect();
      else {
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: this.road.concurrency,
          eachBatch: (payload) => this.eachBatch(consumer, payload),
        });
      }
      return crashed;
    };
    return Promise.race([start(), this.stopped]);
  }

  private configuration() {
    const { prefix, sessionTimeoutMs } = this.road;
    return {
      groupId: `${prefix}${this.name}`,
      allowAutoTopicCreation: false,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
      rebalanceTimeout: 2 * sessionTimeoutMs,
      maxWaitTimeInMs: 500,
      minBytes: 1,
      maxBytesPerPartition: 262_144,
      maxBytes: 5_242_880,
      metadataMaxAge: 60_000,
      readUncommitted: false,
      retry: {
        initialRetryTime: 300,
        maxRetryTime: Math.min(5_000, Math.floor(sessionTimeoutMs / 3)),
        // The client counts errors over its whole life; a success does not set it back.
        retries: 1_000_000,
        restartOnFailure: () => Promise.resolve(!this.stopping.signal.aborted),
      },
    };
  }

  private async eachBatch(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    try {
      if ((await this.work(consumer, payload)) === 'later') this.later(payload);
    } catch (error) {
      if (isClientError(error)) throw error;
      this.road.alerts.interrupted(this.name, error);
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
      this.road.alerts.lag(this.name, topic, partition, Number(BigInt(batch.highWatermark) - next));
    };
    // Before the work too: what cannot be taken in comes again and again, and the lag grows with the partition.
    measure(BigInt(messages[0]!.offset));
    const beginning = await withHeartbeats(heartbeat, () => this.begin(consumer, payload));
    if (beginning !== 'here') return beginning === 'later' ? 'later' : 'done';
    for (let start = 0; start < messages.length; start += chunkSize) {
      if (!isRunning() || isStale() || this.stopping.signal.aborted) return 'done';
      const chunk = messages.slice(start, start + chunkSize);
      const last = chunk.at(-1)!.offset;
      const next = BigInt(last) + 1n;
      const outcome = await withHeartbeats(heartbeat, () =>
        this.intake.takeIn(topic, this.categoryOf.get(topic)!, partition, chunk, next),
      );
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
   * Does the batch begin where the group stands? The inbox says where that is; Kafka's own offset is a shortcut and may be
   * gone, or ahead of a database that was restored. A hole in what follows is a loss: nothing here compacts or aborts.
   */
  private async begin(consumer: Consumer, { batch }: EachBatchPayload): Promise<'here' | 'elsewhere' | 'later'> {
    const { topic, partition } = batch;
    const place = `${topic}/${partition}`;
    const first = BigInt(batch.messages[0]!.offset);
    const known = this.expected.get(place);
    const own = known ?? (await this.road.inbox.nextOffset(this.name, topic, partition)) ?? first;
    this.expected.set(place, own);
    if (own === first) return 'here';
    if (BigInt(batch.highWatermark) < own) {
      this.road.alerts.lost(this.name, place, 'topic-made-again');
      await this.road.inbox.place(this.name, topic, partition, first);
      return this.intake.catchUp(this.categories, this.stopping.signal).then(stay);
    }
    if (known === undefined) {
      consumer.seek({ topic, partition, offset: String(own) });
      return 'elsewhere';
    }
    if (own > first) return 'here';
    this.road.alerts.lost(this.name, place, 'hole');
    return this.intake.catchUp(this.categories, this.stopping.signal).then(stay);
  }

  /** Comes back to what is not resolved after a pause in which the other partitions go on. */
  private later({ batch, pause }: EachBatchPayload): void {
    if (this.stopping.signal.aborted) return;
    const place = `${batch.topic}/${batch.partition}`;
    const failures = (this.failures.get(place) ?? 0) + 1;
    this.failures.set(place, failures);
    const resume = pause();
    const timer = setTimeout(() => {
      this.pauses.delete(timer);
      if (!this.stopping.signal.aborted) resume();
    }, backOff(failures));
    this.pauses.add(timer);
  }
}

const stay = (outcome: 'done' | 'later'): 'here' | 'later' => (outcome === 'done' ? 'here' : 'later');

/** These the client takes for the end of the world; whatever else ends it, a new consumer may have better luck. */
const isBug = (error: Error): boolean =>
  /TypeError|RangeError|ReferenceError|SyntaxError|NotImplemented|InvariantViolation/.test(kafkaFailure(error));
