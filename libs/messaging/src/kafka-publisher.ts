import { EventPublisher, streamCategory, Unpublishable, type LogPage, type RecordedEvent } from '@dittoo/kernel';
import type { Kafka, Message } from 'kafkajs';
import { brokerErrorCode } from './kafka-client.js';
import { largestMessageBytes, toMessage, weightOf } from './kafka-message.js';
import { byTopic, KafkaSender, type SenderOptions } from './kafka-sender.js';
import { topicOf } from './kafka-topics.js';
import { AwaitedTopics } from './kafka-topics-awaited.js';
import { OneAtATime } from './one-at-a-time.js';

export interface PublisherOptions extends SenderOptions {
  readonly prefix: string;
  /** The topics it publishes to, which must exist before it is ready. Default: none is looked for. */
  readonly topics?: readonly string[];
  /** Default `largestMessageBytes`. */
  readonly maxMessageBytes?: number;
}

interface Parcel {
  readonly event: RecordedEvent;
  readonly topic: string;
  readonly message: Message;
  readonly weight: number;
}

const maxBatchBytes = 512 * 1024;
const maxBatchEvents = 500;
/** MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_RECORD */
const refused = new Set([10, 18, 87]);

/**
 * Publishes events to Kafka: a topic per stream category, the stream as key, so that a stream stays in one partition
 * and in order. Batches are sent in sequence.
 *
 * Promised: once it resolves, all in-sync replicas have every event. Not promised: that none of them is there twice.
 */
export class KafkaPublisher extends EventPublisher {
  override readonly transport: string;
  private readonly sender: KafkaSender;
  private readonly publications = new OneAtATime();
  private readonly prefix: string;
  private readonly maxMessageBytes: number;
  private readonly topics: AwaitedTopics;

  constructor(kafka: Kafka, options: PublisherOptions) {
    super();
    this.sender = new KafkaSender(kafka, options);
    this.prefix = options.prefix;
    this.topics = new AwaitedTopics(kafka, options.topics ?? []);
    this.transport = `kafka:${options.prefix}`;
    this.maxMessageBytes = options.maxMessageBytes ?? largestMessageBytes;
  }

  override ready(signal?: AbortSignal): Promise<void> {
    return this.topics.exist(signal);
  }

  override get missing(): readonly string[] {
    return this.topics.missing;
  }

  override publish({ events }: Pick<LogPage, 'events'>): Promise<void> {
    return this.publications.run(async () => {
      for (const batch of batches(events.map((event) => this.parcel(event)))) await this.sendBatch(batch);
    });
  }

  async close(): Promise<void> {
    await this.publications.drained();
    await this.sender.close();
  }

  private parcel(event: RecordedEvent): Parcel {
    let message;
    try {
      message = toMessage(event);
    } catch {
      throw new Unpublishable(event, 'unserialisable');
    }
    const weight = weightOf(message);
    if (weight > this.maxMessageBytes) throw new Unpublishable(event, 'too-large');
    return { event, topic: topicOf(this.prefix, streamCategory(event.stream)), message, weight };
  }

  private async sendBatch(batch: readonly Parcel[]): Promise<void> {
    try {
      await this.sender.send(byTopic(batch.map(({ topic, message }) => [topic, message])));
    } catch (error) {
      if (!refused.has(brokerErrorCode(error) ?? 0)) throw error;
      if (batch.length === 1) throw new Unpublishable(batch[0]!.event, 'too-large');
      // The broker refused one of them without saying which.
      for (const parcel of batch) await this.sendBatch([parcel]);
    }
  }
}

const batches = function* (parcels: readonly Parcel[]): Generator<readonly Parcel[]> {
  let batch: Parcel[] = [];
  let weight = 0;
  for (const parcel of parcels) {
    if (batch.length > 0 && (weight + parcel.weight > maxBatchBytes || batch.length === maxBatchEvents)) {
      yield batch;
      batch = [];
      weight = 0;
    }
    batch.push(parcel);
    weight += parcel.weight;
  }
  if (batch.length > 0) yield batch;
};
