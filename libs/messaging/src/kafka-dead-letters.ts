import { createHash } from 'node:crypto';
import type { RecordedEvent } from '@dittoo/kernel';
import type { Kafka, Message } from 'kafkajs';
import { toMessage } from './kafka-message.js';
import { KafkaSender, type SenderOptions } from './kafka-sender.js';
import { deadLetterTopicOf } from './kafka-topics.js';

/** Where a message stood that could not be taken in. */
export interface Place {
  readonly partition: number;
  readonly offset: string;
}

/** Why it could not be. */
export interface Failure {
  readonly word: string;
  readonly error: unknown;
}

/**
 * Keeps what a group cannot take in, as it came, in `<topic>.<group>.dlq`; resolves once Kafka has it. Headers say why in
 * words of ours: an error's own message may quote data.
 */
export class DeadLetters {
  private readonly sender: KafkaSender;

  constructor(kafka: Kafka, options: SenderOptions) {
    this.sender = new KafkaSender(kafka, options);
  }

  /** @param place `undefined` = it was read from the log, not from a partition */
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

/** The same place in the code, the same hash; the message, which comes first, is left out. */
const stackHash = (error: unknown): string => {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return frames.length === 0 ? '' : createHash('sha256').update(frames.join('\n')).digest('hex').slice(0, 16);
};
