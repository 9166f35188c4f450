import type { Inbox, SchemaMap } from '@dittoo/kernel';
import type { ConsumerConfig, Kafka } from 'kafkajs';
import type { DeadLetters } from './kafka-dead-letters.js';

/** What an operator hears of delivery by Kafka. Names, numbers and words of ours. */
export interface KafkaAlerts {
  /** A group's loop failed outside a handler, e.g. no broker answers; it goes on by itself. */
  interrupted(group: string, error: unknown): void;
  /** A message went to the dead letters. */
  deadLettered(group: string, place: string, word: string): void;
  /** Kafka had lost something for the group, or its topic was made again: what is missing is read from the log. */
  lost(group: string, place: string, why: 'retention-passed' | 'topic-made-again' | 'hole'): void;
  /** Messages of a partition the group has not taken in yet; `null` = another process has the partition now. */
  lag(group: string, topic: string, partition: number, messages: number | null): void;
  /** The client gave the group up: only a new process helps. */
  dead(group: string, error: unknown): void;
}

/** What all groups of a process share. */
export interface KafkaParts {
  readonly kafka: Kafka;
  readonly prefix: string;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetters;
  readonly schemaMap: SchemaMap;
  readonly alerts: KafkaAlerts;
  /** Partitions of one group worked on at the same time; each holds a database connection. */
  readonly concurrency: number;
  /** After that long without a heartbeat Kafka gives a group's partitions to another process. */
  readonly sessionTimeoutMs: number;
}

/** How every group consumes. @param mayRestart may the client begin anew by itself after it crashed? */
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
      // The client counts errors over its whole life; a success does not set it back.
      retries: 1_000_000,
      restartOnFailure: () => Promise.resolve(mayRestart()),
    },
  };
};
