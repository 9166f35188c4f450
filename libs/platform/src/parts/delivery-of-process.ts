import { readFileSync } from 'node:fs';
import { schemaMap } from '@dittoo/contracts';
import type { EventPublisher, EventStore } from '@dittoo/kernel';
import {
  categoriesOf,
  createKafka,
  InProcessDelivery,
  InProcessTransport,
  KafkaDelivery,
  kafkaFailure,
  KafkaPublisher,
  topicOf,
  type DeliveryLog,
  type EventDelivery,
  type KafkaSettings,
} from '@dittoo/messaging';
import { TypeOrmInbox, type InboxAlerts } from '@dittoo/projections';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import type { KafkaConfig } from '../config/kafka.config.js';

/** The transport of events: the publisher for the relay, and the strategy for the consumer groups. */
export interface EventTransport {
  readonly publisher: EventPublisher;
  delivery(dataSource: DataSource): EventDelivery;
  /** Whether a part has failed that only a restart of the process repairs. */
  broken(): boolean;
  close(): Promise<void>;
}

export const openInProcessTransport = (store: EventStore, alerts: InboxAlerts & DeliveryLog): EventTransport => {
  const publisher = new InProcessTransport(store);
  return {
    publisher,
    delivery: (dataSource) => new InProcessDelivery(publisher, new TypeOrmInbox(dataSource, store, alerts), alerts),
    broken: () => false,
    close: () => Promise.resolve(),
  };
};

const publishDeadlineMs = 60_000;

export const kafkaSettings = (config: KafkaConfig, clientId: string): KafkaSettings => ({
  clientId,
  brokers: config.brokers,
  credentials: config.credentials,
  authority: config.caFile === null ? null : readFileSync(config.caFile, 'utf8'),
  prefix: config.topicPrefix,
});

/** Nothing is connected yet: an unavailable broker is waited for and does not prevent a start. */
export const openKafkaTransport = (
  config: KafkaConfig,
  clientId: string,
  store: EventStore,
  parts: { readonly metrics: Registry; readonly logger: Logger; readonly alerts: InboxAlerts },
): EventTransport => {
  const { logger } = parts;
  const kafka = createKafka(kafkaSettings(config, clientId), (level, event, details) => logger[level](details, event));
  const alerts = { ...parts.alerts, ...kafkaAlerts(parts.metrics, logger) };
  const publisher = new KafkaPublisher(kafka, {
    prefix: config.topicPrefix,
    topics: categoriesOf(schemaMap).map((category) => topicOf(config.topicPrefix, category)),
    deadlineMs: publishDeadlineMs,
    onRebuilt: (code) => logger.warn({ code }, 'kafka.producer-rebuilt'),
  });
  const deliveries: KafkaDelivery[] = [];
  return {
    publisher,
    delivery: (dataSource) => {
      const inbox = new TypeOrmInbox(dataSource, store, alerts);
      const delivery = new KafkaDelivery(
        kafka,
        inbox,
        { prefix: config.topicPrefix, schemaMap, sessionTimeoutMs: config.sessionTimeoutMs },
        alerts,
      );
      deliveries.push(delivery);
      return delivery;
    },
    broken: () => deliveries.some(({ dead }) => dead),
    close: () => publisher.close(),
  };
};

const kafkaAlerts = (metrics: Registry, logger: Logger) => {
  const registers = [metrics];
  const count = (name: string, help: string, ...labelNames: string[]): Counter =>
    new Counter({ name, help, labelNames, registers });
  const deadLetters = count('dittoo_kafka_dead_letters_total', 'Messages a group put with the dead letters', 'group');
  const lost = count(
    'dittoo_kafka_lost_total',
    'Times Kafka had lost events of a group and the log was read',
    'group',
    'why',
  );
  const lag = new Gauge({
    name: 'dittoo_kafka_consumer_lag',
    help: 'Messages of a partition a group has not taken in yet',
    labelNames: ['group', 'topic', 'partition'],
    registers,
  });
  return {
    interrupted: (group: string, error: unknown): void =>
      logger.warn({ group, failure: kafkaFailure(error) }, 'delivery.interrupted'),
    deadLettered: (group: string, place: string, word: string): void => {
      deadLetters.inc({ group });
      logger.error({ group, place, failure: word }, 'delivery.dead-lettered');
    },
    lost: (group: string, place: string, why: string): void => {
      lost.inc({ group, why });
      logger.error({ group, place, why }, 'delivery.lost');
    },
    lag: (group: string, topic: string, partition: number, messages: number | null): void =>
      messages === null ? lag.remove({ group, topic, partition }) : lag.set({ group, topic, partition }, messages),
    dead: (group: string, error: unknown): void =>
      logger.fatal({ group, failure: kafkaFailure(error) }, 'delivery.dead'),
  };
};
