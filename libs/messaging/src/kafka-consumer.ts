import type { Inbox, SchemaMap } from '@dittoo/kernel';
import type { ConsumerConfig, Kafka } from 'kafkajs';
import type { DeadLetters } from './kafka-dead-letters.js';

/** Alerts about delivery by Kafka. Only names, numbers and internal codes. */
export interface KafkaAlerts {
  /** A group's loop failed outside a handler, e.g. no broker answers; the loop retries by itself. */
  interrupted(group: string, error: unknown): void;
  /** A message was put in the dead-letter queue. */
  deadLettered(group: string, place: string, word: string): void;
  /** Kafka lost messages of the group, or its topic was recreated: the missing events are read from the log. */
  lost(group: string, place: string, why: 'retention-passed' | 'topic-made-again' | 'hole'): void;
  /** Unhandled messages of a partition; `null` = another process has the partition now. */
  lag(group: string, topic: string, partition: number, messages: number | null): void;
  /** The client stopped the group for good: the process must be restarted. */
  dead(group: string, error: unknown): void;
}

/** The parts that all groups of a process share. */
export interface KafkaParts {
  readonly kafka: Kafka;
  readonly prefix: string;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetters;
  readonly schemaMap: SchemaMap;
  readonly alerts: KafkaAlerts;
  /** Partitions of one group handled concurrently; each holds a database connection. */
  readonly concurrency: number;
  /** How often a group is compared with Kafka and with the log. */
  readonly compareEveryMs: number;
  /** An event this old should be in Kafka. */
  readonly settledMs: number;
  /** After this time without a heartbeat Kafka gives a process's partitions to another one. */
  readonly sessionTimeoutMs: number;
}

/** The consumer's settings for every group. @param mayRestart whether the client may restart by itself after a crash */
export const consumerConfig = (
  group: string,
  { prefix, sessionTimeoutMs }: Pick<KafkaParts, 'prefix' | 'sessionTimeoutMs'>,
  mayRestart: () => boolean,
): ConsumerConfig => {
  return {
    groupId: `${prefix}${group}`,
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
      // The client counts errors over its whole lifetime; a success does not reset the count.
      retries: 1_000_000,
      restartOnFailure: () => Promise.resolve(mayRestart()),
    },
  };
};
