import kafkajs, { type Kafka, type Message, type Producer, type TopicMessages } from 'kafkajs';
import { brokerErrorCode } from './kafka-client.js';
import { OneAtATime } from './one-at-a-time.js';

/** Broker and producer disagree on the sequence number: the client never recovers from that by itself. */
const wedged = new Set([45, 46, 47, 59]);

export interface SenderOptions {
  /** Limit for one batch, including retries and a new producer. */
  readonly deadlineMs: number;
  /** The producer was replaced by a new one. */
  readonly onRebuilt: (code: number) => void;
}

/**
 * An idempotent producer that is safe to use, by two rules that the bare client does not keep:
 *
 * - one request in flight. After a lost response the client releases the sequence number before it retries; a
 *   concurrent send takes the number, and the broker drops one of the two as a duplicate: acknowledged and lost.
 * - a producer that failed is never used again: the broker may have accepted part of the failed batch, and would take
 *   another batch under the same numbers for a duplicate of it.
 *
 * If the process dies or gives up in between, the batch may be there or not; sending it again can only duplicate it.
 */
export class KafkaSender {
  private producer: Promise<Producer> | undefined;
  private readonly sends = new OneAtATime();

  constructor(
    private readonly kafka: Kafka,
    private readonly options: SenderOptions,
  ) {}

  /** Resolves when all in-sync replicas acknowledged the batch. @throws the client's error, or SendUnconfirmed */
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
        // Bounded: an endless retry outlives `disconnect`, reconnects and sends when nothing expects it any more.
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

  /** @param work the producer's pending send; its connection is closed again afterwards */
  private async discard(work: Promise<unknown> = Promise.resolve()): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    const disconnect = async (): Promise<void> => (await producer)?.disconnect();
    await disconnect().catch(() => undefined);
    await work.then(disconnect, disconnect).catch(() => undefined);
  }
}

/** No response in time: the batch may be there or not. Send it again. */
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

/** Groups messages by topic and keeps the order within a topic. */
export const byTopic = (messages: readonly (readonly [topic: string, message: Message])[]): TopicMessages[] => {
  const topics = new Map<string, Message[]>();
  for (const [topic, message] of messages) {
    const list = topics.get(topic) ?? [];
    topics.set(topic, list);
    list.push(message);
  }
  return [...topics].map(([topic, list]) => ({ topic, messages: list }));
};
