import { createHash } from 'node:crypto';
import type { RecordedEvent } from '@dittoo/kernel';
import type { Kafka, Message } from 'kafkajs';
import { toMessage } from './kafka-message.js';
import { KafkaSender, type SenderOptions } from './kafka-sender.js';
import { deadLetterTopicOf } from './kafka-topics.js';

/** The place of a message that could not be handled. */
export interface Place {
  readonly partition: number;
  readonly offset: string;
}

/** Why a message could not be handled. */
export interface Failure {
  readonly word: string;
  readonly error: unknown;
}

/**
 * Stores unhandled messages of a group unchanged in `<topic>.<group>.dlq`; resolves once Kafka has them. Headers give
 * the reason as an internal code, because an error's own message may quote data.
 */
export class DeadLetters {
  private readonly sender: KafkaSender;

  constructor(kafka: Kafka, options: SenderOptions) {
    this.sender = new KafkaSender(kafka, options);
  }

  /** @param place `undefined` = the event was read from the log, not from a partition */
  async keep(
    group: string,
    topic: string,
    message: Message,
    place: Place | undefined,
    failure: Failure,
  ): Promise<void> {
    const { error } = failure;
    const code = (error as { code?: unknown } | undefined)?.code;
    const letter: Message = {
      key: message.key ?? null,
      value: message.value,
      headers: {
        ...message.headers,
        'x-error-class': failure.word,
        'x-error-code': typeof code === 'string' && /^[\w-]{1,64}$/.test(code) ? code : failure.word,
        'x-stack-hash': stackHash(error),
        'x-original-topic': topic,
        'x-original-partition': place === undefined ? 'log' : String(place.partition),
        'x-original-offset': place?.offset ?? 'log',
        'x-attempts': '1',
      },
    };
    await this.sender.send([{ topic: deadLetterTopicOf(topic, group), messages: [letter] }]);
  }

  keepEvent(group: string, topic: string, event: RecordedEvent, failure: Failure): Promise<void> {
    return this.keep(group, topic, toMessage(event), undefined, failure);
  }

  close(): Promise<void> {
    return this.sender.close();
  }
}

/** The hash of the stack frames: equal for errors from the same place in the code. The error's message is left out. */
const stackHash = (error: unknown): string => {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return frames.length === 0 ? '' : createHash('sha256').update(frames.join('\n')).digest('hex').slice(0, 16);
};
