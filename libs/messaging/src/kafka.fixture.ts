import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { migrate } from '@dittoo/database';
import {
  plain,
  type EventContext,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
  type SchemaMap,
} from '@dittoo/kernel';
import { deliveryMigrations, TypeOrmInbox } from '@dittoo/projections';
import { MemoryEventStore, newEvent, testDatabase } from '@dittoo/testing';
import type { Kafka } from 'kafkajs';
import { DataSource, type EntityManager } from 'typeorm';
import type { RunningBroker } from '../../../tools/kafka/broker.mjs';
import { createKafka, kafkaFailure, type KafkaSettings } from './kafka-client.js';
import { InProcessDelivery } from './in-process-delivery.js';
import { InProcessTransport } from './in-process-transport.js';
import { KafkaDelivery, type KafkaDeliveryOptions } from './kafka-delivery.js';
import type { KafkaAlerts } from './kafka-consumer.js';
import { KafkaPublisher, type PublisherOptions } from './kafka-publisher.js';
import { categoriesOf, deadLetterTopicOf, topicOf } from './kafka-topics.js';
import { ensureTopics } from './kafka-topic-setup.js';

/** The broker of this test run. */
export interface TestBroker extends RunningBroker {
  readonly user: { readonly username: string; readonly password: string };
  readonly dir: string;
}

export const testBroker = (): TestBroker => {
  const text = process.env['DITTOO_TEST_KAFKA'];
  if (text === undefined) throw new Error('no broker for tests: run the spec with `npm run test:kafka`');
  return JSON.parse(text) as TestBroker;
};

const lamp = {
  stream: 'lamp',
  schemaVersion: 1,
  purpose: 'test',
  legalBasis: 'contract',
  fields: { n: plain },
} as const;
/** Two stream categories, so two topics. */
export const testSchema: SchemaMap = {
  LampLit: lamp,
  LampPutOut: lamp,
  BellRung: { ...lamp, stream: 'bell' },
};

export const settingsFor = (broker: string, prefix: string, more: Partial<KafkaSettings> = {}): KafkaSettings => ({
  clientId: 'spec',
  brokers: [broker],
  credentials: null,
  authority: null,
  prefix,
  ...more,
});

export const authorityOf = (broker: TestBroker): string => readFileSync(broker.caFile!, 'utf8');

/** One alert of delivery during a spec. */
export interface Report {
  readonly what: string;
  readonly group: string;
  readonly details: readonly unknown[];
}

export type Handler = (event: RecordedEvent, context: EventContext<EntityManager>) => Promise<void>;
export type Handlers = Readonly<Record<string, Handler>>;

export type Groups = Readonly<Record<string, Handlers>>;

export interface KafkaEnvironment {
  readonly prefix: string;
  readonly kafka: Kafka;
  readonly log: EventStore;
  readonly dataSource: DataSource;
  readonly reports: Report[];
  publisher(options?: Partial<PublisherOptions>, kafka?: Kafka): KafkaPublisher;
  /** A delivery without handlers so far. */
  strategy(options?: Partial<KafkaDeliveryOptions>, kafka?: Kafka): KafkaDelivery;
  /** A started delivery of these groups, which may not have joined yet. */
  begin(groups: Groups, options?: Partial<KafkaDeliveryOptions>, kafka?: Kafka): KafkaDelivery;
  /** A delivery of these groups that has joined: it gets later events from Kafka only. */
  deliver(groups: Groups, options?: Partial<KafkaDeliveryOptions>, kafka?: Kafka): Promise<KafkaDelivery>;
  /** In-process delivery of the same groups, before or after Kafka. */
  deliverInProcess(groups: Groups): { relay(): Promise<void>; close(): Promise<void> };
  /** Publishes unpublished events to Kafka as the relay does, with a checkpoint that outlives every run. */
  relay(): { follow(): Promise<void> };
  /** Writes `event.n` to the table `seen` in the handler's transaction. */
  readonly recordSeen: Handler;
  /** `n` of every event a group handled, per stream, in the order the rows were written. */
  seen(group: string): Promise<ReadonlyMap<string, readonly number[]>>;
  /** Appends to the log. @returns the recorded events */
  append(stream: string, ns: readonly number[], more?: Partial<NewEvent>): Promise<readonly RecordedEvent[]>;
  /** All messages of a topic, read without the code under test. */
  messages(topic: string): Promise<readonly RawMessage[]>;
  close(): Promise<void>;
}

export interface RawMessage {
  readonly partition: number;
  readonly offset: string;
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

interface EnvironmentOptions {
  readonly broker?: string;
  readonly groups?: readonly string[];
  readonly partitions?: number;
  readonly retentionMs?: number;
  readonly schemaMap?: SchemaMap;
}

/** A test environment for one spec: its own database, topics and groups. */
export const kafkaEnvironment = async ({
  broker = testBroker().brokers[0]!,
  groups = ['lights'],
  partitions = 3,
  retentionMs = 604_800_000,
  schemaMap = testSchema,
}: EnvironmentOptions = {}): Promise<KafkaEnvironment> => {
  const prefix = `t${randomBytes(4).toString('hex')}.`;
  const kafka = createKafka(settingsFor(broker, prefix), () => undefined);
  const topics = categoriesOf(schemaMap).map((category) => topicOf(prefix, category));
  await ensureTopics(kafka, [
    ...topics.map((topic) => ({ topic, partitions, replication: 1, retentionMs })),
    ...topics.flatMap((topic) =>
      groups.map((group) => ({ topic: deadLetterTopicOf(topic, group), partitions: 1, replication: 1, retentionMs })),
    ),
  ]);
  const database = await testDatabase('kafka');
  await migrate(database.url, deliveryMigrations);
  const dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: 8 }).initialize();
  await dataSource.query(`CREATE TABLE seen (
    id bigint GENERATED ALWAYS AS IDENTITY, group_id text, stream text, n int, event_id uuid)`);
  const log = new MemoryEventStore();
  const reports: Report[] = [];
  const report =
    (what: string) =>
    (group: string, ...details: readonly unknown[]): void => {
      reports.push({ what, group, details: details.map((it) => (it instanceof Error ? kafkaFailure(it) : it)) });
    };
  const alerts: KafkaAlerts = {
    interrupted: report('interrupted'),
    deadLettered: report('deadLettered'),
    lost: report('lost'),
    lag: report('lag'),
    dead: report('dead'),
  };
  const inboxAlerts = {
    parked: report('parked'),
    retrying: report('retrying'),
    repeated: report('repeated'),
    healed: report('healed'),
    replayFailed: report('replayFailed'),
    tookIn: report('tookIn'),
  };
  const closers: (() => Promise<void>)[] = [];
  const inbox = new TypeOrmInbox(dataSource, log, inboxAlerts);
  let onKafka: bigint | null = null;
  const serve = (delivery: KafkaDelivery | InProcessDelivery, wanted: Groups): void => {
    for (const [group, handlers] of Object.entries(wanted)) {
      for (const [type, handler] of Object.entries(handlers))
        delivery.addHandler(type, handler as never, true, { group });
    }
    let refusal: unknown;
    delivery.listen((error) => (refusal = error));
    if (refusal !== undefined) throw refusal;
    closers.push(() => delivery.close());
  };
  // Not compared with the log unless a spec asks for it: the events here say that they are old, so all of them would
  // count as lost that are in the log and not in Kafka yet.
  const unasked = { sessionTimeoutMs: 6_000, compareEveryMs: 3_600_000 };
  const strategy: KafkaEnvironment['strategy'] = (options = {}, from = kafka) =>
    new KafkaDelivery(from, inbox, { prefix, schemaMap, ...unasked, ...options }, alerts);
  const begin: KafkaEnvironment['begin'] = (wanted, options = {}, from = kafka) => {
    const delivery = strategy(options, from);
    serve(delivery, wanted);
    return delivery;
  };
  return {
    prefix,
    kafka,
    log,
    dataSource,
    reports,
    publisher: (options = {}, from = kafka) => {
      const rebuilt = report('rebuilt');
      const publisher = new KafkaPublisher(from, {
        prefix,
        deadlineMs: 30_000,
        onRebuilt: (code) => rebuilt('publisher', code),
        ...options,
      });
      closers.push(() => publisher.close());
      return publisher;
    },
    strategy,
    begin,
    deliverInProcess: (groups) => {
      const transport = new InProcessTransport(log);
      const delivery = new InProcessDelivery(transport, inbox, { interrupted: report('interrupted') });
      serve(delivery, groups);
      return {
        relay: async () => transport.publish(await log.readAll({ after: null })),
        close: () => delivery.close(),
      };
    },
    relay: () => {
      const publisher = new KafkaPublisher(kafka, { prefix, deadlineMs: 30_000, onRebuilt: () => undefined });
      closers.push(() => publisher.close());
      return {
        follow: async () => {
          const page = await log.readAll({ after: onKafka });
          await publisher.publish(page);
          onKafka = page.checkpoint;
        },
      };
    },
    deliver: async (groups, options, from) => {
      const delivery = begin(groups, options, from);
      await until(() => delivery.joined);
      return delivery;
    },
    recordSeen: async (event, { group, transaction }) => {
      await transaction.query('INSERT INTO seen (group_id, stream, n, event_id) VALUES ($1, $2, $3, $4)', [
        group,
        event.stream,
        event.data['n'],
        event.eventId,
      ]);
    },
    seen: async (group) => {
      const rows = await dataSource.query<{ stream: string; n: number }[]>(
        'SELECT stream, n FROM seen WHERE group_id = $1 ORDER BY id',
        [group],
      );
      const streams = new Map<string, number[]>();
      for (const { stream, n } of rows) streams.set(stream, [...(streams.get(stream) ?? []), n]);
      return streams;
    },
    append: async (stream, ns, more = {}) => {
      let last: bigint | 'no-stream' = 'no-stream';
      for await (const event of log.readStream(stream)) last = event.revision;
      const before = last;
      await log.append(
        stream,
        ns.map((n) => ({ ...newEvent(stream.startsWith('bell') ? 'BellRung' : 'LampLit', { n }), ...more })),
        before,
      );
      const recorded: RecordedEvent[] = [];
      const fromRevision = before === 'no-stream' ? 0n : before + 1n;
      for await (const event of log.readStream(stream, { fromRevision })) recorded.push(event);
      return recorded;
    },
    messages: (topic) => readTopic(kafka, topic),
    close: async () => {
      for (const close of closers.reverse()) await close();
      await dataSource.destroy();
      await database.drop();
    },
  };
};

/** All messages of a topic, read by the bare client. */
export const readTopic = async (kafka: Kafka, topic: string): Promise<readonly RawMessage[]> => {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const open = new Set(ends.filter(({ low, high }) => low !== high).map(({ partition }) => partition));
  if (open.size === 0) return [];
  const messages: RawMessage[] = [];
  const consumer = kafka.consumer({ groupId: `reader-${randomBytes(6).toString('hex')}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve) => {
    void consumer.run({
      autoCommit: false,
      eachMessage: ({ partition, message }) => {
        const { key, value, headers, offset } = message;
        const texts = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)] as const);
        messages.push({
          partition,
          offset,
          key: key?.toString(),
          value: value?.toString(),
          headers: Object.fromEntries(texts),
        });
        const end = ends.find((entry) => entry.partition === partition)!;
        if (BigInt(offset) + 1n >= BigInt(end.high)) open.delete(partition);
        if (open.size === 0) resolve();
        return Promise.resolve();
      },
    });
  });
  await consumer.disconnect();
  return messages;
};

/** Waits for a condition, not for time. @throws Error it is not met within `timeoutMs` */
export const until = async <T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 30_000,
): Promise<T> => {
  for (const end = Date.now() + timeoutMs; ;) {
    const result = await probe();
    if (result !== undefined && result !== false) return result;
    if (Date.now() > end) throw new Error(`the condition was not met within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};
