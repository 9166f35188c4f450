import {
  DomainError,
  type Inbox,
  type ParkedPlace,
  type ParkedStream,
  type Replay,
  type SchemaMap,
} from '@dittoo/kernel';
import { EventDelivery } from './event-delivery.js';
import type { Kafka } from './kafka-client.js';
import { DeadLetters } from './kafka-dead-letters.js';
import type { KafkaAlerts } from './kafka-consumer.js';
import { KafkaGroup } from './kafka-group.js';
import { categoriesFor, topicOf } from './kafka-topics.js';
import { AwaitedTopics } from './kafka-topics-awaited.js';

export interface KafkaDeliveryOptions {
  readonly prefix: string;
  /** Determines which topics a group reads, and which shapes of an event are known. */
  readonly schemaMap: SchemaMap;
  readonly concurrency?: number;
  readonly sessionTimeoutMs?: number;
  /** How often a group is compared with Kafka and with the log; default 15 s. */
  readonly compareEveryMs?: number;
  /** An event this old should be in Kafka; default 30 s. */
  readonly settledMs?: number;
}

/**
 * Delivery by Kafka: every group of handlers is a consumer group, with its own progress, in up to as many processes as
 * there are partitions. Groups start in the background: a service whose broker is unavailable answers requests, and its
 * groups join when the broker is back.
 */
export class KafkaDelivery extends EventDelivery {
  override readonly transportId = Symbol.for('kafka');
  private readonly deadLetters: DeadLetters;
  private consumers: KafkaGroup[] = [];
  private topics: AwaitedTopics | undefined;
  private beginning: Promise<void> = Promise.resolve();
  private readonly closing = new AbortController();

  constructor(
    private readonly kafka: Kafka,
    protected override readonly inbox: Inbox,
    private readonly options: KafkaDeliveryOptions,
    private readonly alerts: KafkaAlerts,
  ) {
    super();
    this.deadLetters = new DeadLetters(kafka, { deadlineMs: 20_000, onRebuilt: () => undefined });
  }

  override listen(callback: (error?: unknown) => void): void {
    const { alerts, deadLetters, inbox, kafka } = this;
    const defaults = { concurrency: 3, sessionTimeoutMs: 30_000, compareEveryMs: 15_000, settledMs: 30_000 };
    const parts = { ...defaults, ...this.options, alerts, deadLetters, inbox, kafka };
    try {
      this.consumers = [...this.groups].map(
        ([group, handlers]) =>
          new KafkaGroup(group, parts, {
            types: handlers.keys(),
            takesAll: handlers.has('*'),
            handling: this.handling(group),
          }),
      );
    } catch (error) {
      callback(error);
      return;
    }
    const categories = new Set(
      [...this.groups.values()].flatMap((group) => categoriesFor(group.keys(), parts.schemaMap)),
    );
    const topics = [...categories].map((category) => topicOf(parts.prefix, category));
    this.topics = new AwaitedTopics(kafka, topics, (error) => {
      for (const group of this.groups.keys()) alerts.interrupted(group, error);
    });
    this.beginning = this.begin(this.topics);
    callback();
  }

  /** Starts the groups once their topics exist: each would ask for them again and again. */
  private async begin(topics: AwaitedTopics): Promise<void> {
    const { signal } = this.closing;
    await topics.exist(signal).catch(() => undefined);
    if (!signal.aborted) for (const consumer of this.consumers) consumer.start();
  }

  override get missing(): readonly string[] {
    return this.topics?.missing ?? [];
  }

  override parkedStreams(): Promise<ParkedStream[]> {
    return this.inbox.parkedStreams();
  }

  override parkedAmong(streams: readonly string[]): Promise<ParkedPlace[]> {
    return this.inbox.parkedAmong(streams);
  }

  override async replayParked(group: string, stream: string): Promise<Replay> {
    const consumer = this.consumers.find(({ name }) => name === group);
    if (consumer === undefined) throw new DomainError('not-found');
    return consumer.replayParked(stream);
  }

  override get joined(): boolean {
    return this.consumers.every((consumer) => consumer.joined);
  }

  /** Whether a group stopped for good. Then this process should end. */
  get dead(): boolean {
    return this.consumers.some((consumer) => consumer.dead);
  }

  override async close(): Promise<void> {
    this.closing.abort();
    await this.beginning;
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
    await this.deadLetters.close();
  }
}
