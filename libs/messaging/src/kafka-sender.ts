import kafkajs, { type Kafka, type Message, type Producer, type TopicMessages } from 'kafkajs';
import { brokerErrorCode } from './kafka-client.js';
import { OneAtATime } from './one-at-a-time.js';

/** The broker and the producer no longer agree on the sequence: the client never mends that by itself. */
const wedged = new Set([45, 46, 47, 59]);

export interface SenderOptions {
  /** How long one batch may take, tries and a new producer included. */
  readonly deadlineMs: number;
  /** The producer was thrown away and made anew. */
  readonly onRebuilt: (code: number) => void;
}

/**
 * An idempotent producer that is safe to use. Two rules make it so, both broken by the bare client:
 *
 * - one request in flight. After a lost answer the client gives the sequence number back before it tries again; a
 *   second send in between takes the number, and the broker drops one of the two as a repetition: acknowledged and lost.
 * - a producer that failed is never used again, because the broker may have taken part of what failed, and another
 *   batch under the same numbers would pass for that.
 *
 * Dies or gives up in between: what was sent may be there or not; sending it again can only repeat it.
 */
export class KafkaSender {
  private producer: Promise<Producer> | undefined;
  private readonly sends = new OneAtATime();

  constructor(
    private readonly kafka: Kafka,
    private readonly options: SenderOptions,
  ) {}

  /** Resolves when all of it is acknowledged by all in-sync replicas. @throws the client's error, or SendUnconfirmed */
  send(batch: TopicMessages[]): Promise<void> {
    return this.sends.run(() => this.sendAlone(batch));
  }

  async close(): Promise<void> {
    await this.sends.drained();
    await this.discard();
  }

  private async sendAlone(batch: TopicMessages[]): Promise<void> {
    const end = Date.now() + this.options.deadlineMs;
    for (;;) {
      const work = this.connected().then((producer) => producer.sendBatch({ topicMessages: batch, acks: -1 }));
      try {
        await within(end - Date.now(), work);
        return;
      } catch (error) {
        void this.discard(work);
        const code = brokerErrorCode(error);
        if (code === undefined || !wedged.has(code) || Date.now() > end) throw error;
        this.options.onRebuilt(code);
      }
    }
  }

  private connected(): Promise<Producer> {
    this.producer ??= (async () => {
      const producer = this.kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
        // Bounded: an endless try outlives `disconnect`, connects again and sends when nobody expects it any more.
        retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 6 },
      });
      try {
        await producer.connect();
      } catch (error) {
        await producer.disconnect().catch(() => undefined);
        throw error;
      }
      return producer;
    })();
    return this.producer;
  }

  /** @param work what it may still be busy with; its connection is closed again afterwards */
  private async discard(work: Promise<unknown> = Promise.resolve()): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    const disconnect = async (): Promise<void> => (await producer)?.disconnect();
    await disconnect().catch(() => undefined);
    await work.then(disconnect, disconnect).catch(() => undefined);
  }
}

/** No answer in time: the batch may be there or not. Send it again. */
export class SendUnconfirmed extends Error {
  override readonly name = 'SendUnconfirmed';
  constructor() {
    super('Kafka did not acknowledge in time');
  }
}

const within = async (ms: number, work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      work,
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new SendUnconfirmed()), Math.max(ms, 0));
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
};

/** Messages by topic, the order within a topic kept. */
export const byTopic = (messages: readonly (readonly [topic: string, message: Message])[]): TopicMessages[] => {
  const topics = new Map<string, Message[]>();
  for (const [topic, message] of messages) {
    const list = topics.get(topic) ?? [];
    topics.set(topic, list);
    list.push(message);
  }
  return [...topics].map(([topic, list]) => ({ topic, messages: list }));
};
