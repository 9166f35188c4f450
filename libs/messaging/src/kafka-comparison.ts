import { Loop, type Inbox } from '@dittoo/kernel';
import type { Kafka } from 'kafkajs';
import { isClientError } from './kafka-client.js';
import type { KafkaAlerts } from './kafka-consumer.js';

export interface ComparisonParts {
  readonly kafka: Kafka;
  readonly inbox: Inbox;
  readonly alerts: KafkaAlerts;
  /** How often a group is compared. */
  readonly compareEveryMs: number;
  /** An event this old should be in Kafka. */
  readonly settledMs: number;
}

/** A partition whose next offset Kafka does not have: `low` is the first one it has. */
export interface LostPlace {
  readonly topic: string;
  readonly partition: number;
  readonly low: bigint;
  /** `null` = the group never read the partition, so nothing was lost. */
  readonly why: 'retention-passed' | 'topic-made-again' | null;
}

interface Place {
  readonly own: bigint | null;
  readonly low: bigint;
  readonly high: bigint;
}

/**
 * Compares a group with Kafka and with the log, at its start and from time to time. Offsets alone do not tell: a topic
 * that was made again and grew beyond the group's offset looks as if nothing had happened, and where retention removed
 * the last messages none will come that shows it. So once the group has handled everything that Kafka had, what the log
 * had long before must be handled too; where it is not, it is read from the log.
 */
export class KafkaComparison {
  private readonly loop: Loop;
  /** The ends of all partitions at an earlier moment. */
  private earlier: { readonly at: number; readonly ends: ReadonlyMap<string, bigint> } | undefined;

  /**
   * @param catchUp handles what is unhandled in the log, all of it or what was recorded before a time
   * @param moved called after the group's offsets were changed
   */
  constructor(
    private readonly group: string,
    private readonly topics: readonly string[],
    private readonly parts: ComparisonParts,
    private readonly catchUp: (recordedBefore?: string) => Promise<'done' | 'later'>,
    private readonly moved: () => void,
  ) {
    this.loop = new Loop(() => this.compare(), {
      pauseMs: parts.compareEveryMs,
      capMs: parts.compareEveryMs,
      failed: (error) => {
        // A broker that does not answer is reported by the group itself.
        if (!isClientError(error)) parts.alerts.interrupted(group, error);
      },
    });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** The partitions whose next offset Kafka does not have, or that the group never read. */
  async lostPlaces(): Promise<readonly LostPlace[]> {
    const lost: LostPlace[] = [];
    for (const [[topic, partition], { high, low, own }] of await this.places()) {
      if (own === null) {
        if (low > 0n) lost.push({ topic, partition, low, why: null });
      } else if (own > high) lost.push({ topic, partition, low, why: 'topic-made-again' });
      else if (own < low) lost.push({ topic, partition, low, why: 'retention-passed' });
    }
    return lost;
  }

  /** Reads the log where Kafka lost something, and lets the group go on where Kafka begins. */
  async recover(lost: readonly LostPlace[]): Promise<'done' | 'later'> {
    for (const { partition, topic, why } of lost) {
      if (why !== null) this.parts.alerts.lost(this.group, `${topic}/${partition}`, why);
    }
    if ((await this.catchUp()) === 'later') return 'later';
    for (const { low, partition, topic } of lost) await this.parts.inbox.place(this.group, topic, partition, low);
    this.moved();
    return 'done';
  }

  private async compare(): Promise<boolean> {
    const lost = (await this.lostPlaces()).filter(({ why }) => why !== null);
    if (lost.length > 0) {
      await this.recover(lost);
      this.earlier = undefined;
      return false;
    }
    const places = await this.places();
    const { earlier } = this;
    const reached = (name: string, end: bigint): boolean =>
      [...places].some(([at, { own }]) => nameOf(at) === name && (own ?? 0n) >= end);
    if (earlier !== undefined && ![...earlier.ends].every(([name, end]) => reached(name, end))) return false;
    if (earlier !== undefined) {
      await this.catchUp(new Date(earlier.at - this.parts.settledMs).toISOString());
    }
    this.earlier = { at: Date.now(), ends: new Map([...places].map(([at, { high }]) => [nameOf(at), high])) };
    return false;
  }

  /** The group's own offsets are read first: they only grow, so one beyond the end is no message that came meanwhile. */
  private async places(): Promise<ReadonlyMap<readonly [topic: string, partition: number], Place>> {
    const admin = this.parts.kafka.admin();
    await admin.connect();
    try {
      const places = new Map<readonly [string, number], Place>();
      for (const topic of this.topics) {
        const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition }) => partition);
        const owns = new Map<number, bigint | null>();
        for (const partition of partitions) {
          owns.set(partition, await this.parts.inbox.nextOffset(this.group, topic, partition));
        }
        for (const { high, low, partition } of await admin.fetchTopicOffsets(topic)) {
          places.set([topic, partition], {
            own: owns.get(partition) ?? null,
            low: BigInt(low),
            high: BigInt(high),
          });
        }
      }
      return places;
    } finally {
      await admin.disconnect();
    }
  }
}

const nameOf = ([topic, partition]: readonly [string, number]): string => `${topic}/${partition}`;
