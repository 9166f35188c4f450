import {
  streamCategory,
  type DeliveryOutcome,
  type GroupHandling,
  type Inbox,
  type PartitionEvent,
  type RecordedEvent,
  type Replay,
  type SchemaMap,
} from '@dittoo/kernel';
import type { KafkaMessage } from 'kafkajs';
import type { DeadLetters } from './kafka-dead-letters.js';
import { readMessage, Unreadable } from './kafka-message.js';
import { topicOf } from './kafka-topics.js';

/** The handlers of one group. */
export interface GroupHandlers {
  readonly types: Iterable<string>;
  /** Whether a handler takes every type (`*`). It reads no fields, so newer shapes are safe for it. */
  readonly takesAll: boolean;
  readonly handling: GroupHandling;
}

interface IntakeParts {
  readonly prefix: string;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetters;
  readonly schemaMap: SchemaMap;
  readonly alerts: { deadLettered(group: string, place: string, word: string): void };
}

/**
 * Passes a partition's messages to the inbox. A message that is not a valid event is stored as a dead letter and
 * skipped: if it should have been one, its stream now misses a revision, which the inbox reads from the log.
 */
export class KafkaIntake {
  private readonly handling: GroupHandling;

  constructor(
    private readonly group: string,
    private readonly parts: IntakeParts,
    private readonly handlers: GroupHandlers,
  ) {
    const { handle, handles, react } = handlers.handling;
    this.handling = {
      handles,
      ...(react === undefined
        ? {}
        : {
            react: async (events) => {
              for (const event of events) this.requireKnownSchema(event);
              await react(events);
            },
          }),
      handle: async (event, transaction, page) => {
        this.requireKnownSchema(event);
        await handle(event, transaction, page);
      },
      poisoned: (event, word, error) => this.keepEvent(event, word, error),
    };
  }

  /** Handles the unhandled events of the log: for a new group, or one for which Kafka lost messages. */
  catchUp(categories: readonly string[], signal: AbortSignal, recordedBefore?: string): Promise<'done' | 'later'> {
    return this.parts.inbox.catchUp(this.group, categories, this.handling, signal, recordedBefore);
  }

  /** Replays a parked stream. */
  replayParked(stream: string): Promise<Replay> {
    return this.parts.inbox.replayParked(this.group, stream, this.handling);
  }

  async takeIn(
    topic: string,
    category: string,
    partition: number,
    from: bigint,
    messages: readonly KafkaMessage[],
    nextOffset: bigint,
  ): Promise<DeliveryOutcome> {
    const events: PartitionEvent[] = [];
    const origin = new Map<string, KafkaMessage>();
    for (const message of messages) {
      const event = await this.read(topic, category, partition, message);
      if (event === undefined) continue;
      events.push({ offset: BigInt(message.offset), event });
      origin.set(event.eventId, message);
    }
    const poisoned = (event: RecordedEvent, word: string, error: unknown): Promise<void> => {
      const message = origin.get(event.eventId);
      return message === undefined
        ? this.keepEvent(event, word, error)
        : this.keep(topic, partition, message, word, error);
    };
    const stretch = { source: 'partition', topic, partition, from, events, nextOffset } as const;
    return this.parts.inbox.deliver(this.group, stretch, { ...this.handling, poisoned });
  }

  private async read(
    topic: string,
    category: string,
    partition: number,
    message: KafkaMessage,
  ): Promise<RecordedEvent | undefined> {
    let event;
    try {
      event = readMessage(message, category);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      await this.keep(topic, partition, message, `Unreadable:${error.code}`, error);
      return undefined;
    }
    // From a newer build. No handler of this build needs it, so its stream continues; the dead letter records it.
    if (!this.handlers.takesAll && !Object.hasOwn(this.parts.schemaMap, event.type)) {
      await this.keep(topic, partition, message, 'UnknownType', undefined);
    }
    return event;
  }

  /** @throws FutureSchema a handled type in a newer shape: its stream is parked until a newer build replays it */
  private requireKnownSchema({ type, metadata }: RecordedEvent): void {
    const definition = Object.hasOwn(this.parts.schemaMap, type) ? this.parts.schemaMap[type] : undefined;
    if (definition === undefined || this.handlers.takesAll) return;
    if (metadata.schemaVersion > definition.schemaVersion) throw new FutureSchema();
  }

  private async keep(
    topic: string,
    partition: number,
    { key, value, headers, offset }: KafkaMessage,
    word: string,
    error: unknown,
  ): Promise<void> {
    const message = { key, value, ...(headers === undefined ? {} : { headers }) };
    await this.parts.deadLetters.keep(this.group, topic, message, { partition, offset }, { word, error });
    this.parts.alerts.deadLettered(this.group, `${topic}/${partition}@${offset}`, word);
  }

  private async keepEvent(event: RecordedEvent, word: string, error: unknown): Promise<void> {
    const topic = topicOf(this.parts.prefix, streamCategory(event.stream));
    await this.parts.deadLetters.keepEvent(this.group, topic, event, { word, error });
    this.parts.alerts.deadLettered(this.group, `${event.stream}@${event.revision}`, word);
  }
}

class FutureSchema extends Error {
  override readonly name = 'FutureSchema';
}
