import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId, type RecordedEvent } from '@dittoo/kernel';
import { freePort, giveUser, startBroker, stopBroker } from '../../../tools/kafka/broker.mjs';
import { createKafka } from './kafka-client.js';
import {
  authorityOf,
  kafkaEnvironment,
  settingsFor,
  testBroker,
  until,
  type Handlers,
  type KafkaEnvironment,
} from './kafka.fixture.js';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
let environment: KafkaEnvironment;
let lamps: readonly string[];
let lights: Handlers;

const prepare = async (broker?: string): Promise<void> => {
  environment = await kafkaEnvironment({ partitions: 4, ...(broker === undefined ? {} : { broker }) });
  lamps = range(0, 8).map(() => `lamp-${newId()}`);
  lights = { LampLit: environment.recordSeen };
};
/** Retries until the publication is acknowledged, as the relay does. */
const publishUntilTaken = async (ns: readonly number[]): Promise<void> => {
  const publisher = environment.publisher({ deadlineMs: 5_000 });
  for (const n of ns) {
    const events: RecordedEvent[] = [];
    for (const lamp of lamps) events.push(...(await environment.append(lamp, [n])));
    await until(
      () =>
        publisher.publish({ events }).then(
          () => true,
          () => false,
        ),
      60_000,
    );
  }
};
const everythingOnceInOrder = async (count: number): Promise<void> => {
  await until(
    async () => [...(await environment.seen('lights')).values()].flat().length >= count * lamps.length,
    60_000,
  );
  const seen = await environment.seen('lights');
  for (const lamp of lamps) expect(seen.get(lamp)).toEqual(range(0, count));
};

describe('a broker that dies', () => {
  let dir: string;
  let broker: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'dittoo-kafka-'));
    broker = `127.0.0.1:${(await startBroker({ dir })).ports.plain}`;
  });
  afterAll(async () => {
    await stopBroker(dir);
    rmSync(dir, { recursive: true, force: true });
  });
  beforeEach(() => prepare(broker));
  afterEach(() => environment.close());

  it('by kill -9 under load, twice, loses nothing and repeats no effect', async () => {
    await environment.deliver({ lights });
    const publishing = publishUntilTaken(range(0, 60));
    for (const progress of [40, 200]) {
      await until(async () => [...(await environment.seen('lights')).values()].flat().length > progress);
      await stopBroker(dir, 'SIGKILL');
      await startBroker({ dir });
    }
    await publishing;
    await everythingOnceInOrder(60);
    expect(environment.reports.filter(({ what }) => what === 'healed' || what === 'lost')).toEqual([]);
  });

  it('and is not running at the start: the group waits and joins when the broker starts', async () => {
    await stopBroker(dir);
    const delivery = environment.begin({ lights });
    await until(() => environment.reports.some(({ what }) => what === 'interrupted'), 60_000);
    expect([delivery.joined, delivery.dead]).toEqual([false, false]);
    await startBroker({ dir });
    await until(() => delivery.joined, 60_000);
    await publishUntilTaken([0, 1]);
    await everythingOnceInOrder(2);
  });
});

describe('consumers that start and stop', () => {
  beforeEach(() => prepare());
  afterEach(() => environment.close());

  it('rebalance the partitions under load, and every effect happens once', async () => {
    const first = await environment.deliver({ lights });
    const publishing = publishUntilTaken(range(0, 60));
    const progress = (count: number) =>
      until(async () => [...(await environment.seen('lights')).values()].flat().length > count);
    await progress(50);
    const second = await environment.deliver({ lights });
    await progress(200);
    await first.close();
    await progress(300);
    await environment.deliver({ lights });
    await publishing;
    await everythingOnceInOrder(60);
    await second.close();
  });
});

describe('topics that lose messages', () => {
  beforeEach(() => prepare());
  afterEach(() => environment.close());

  it('to retention while a group is stopped: the group reads the events from the log', async () => {
    const first = await environment.deliver({ lights });
    await publishUntilTaken([0]);
    await everythingOnceInOrder(1);
    await first.close();
    await publishUntilTaken([1, 2]);
    const admin = environment.kafka.admin();
    await admin.connect();
    const topic = `${environment.prefix}lamp`;
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({
      topic,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
    await admin.disconnect();
    await environment.deliver({ lights });
    await everythingOnceInOrder(3);
    await publishUntilTaken([3]);
    await everythingOnceInOrder(4);
    expect(environment.reports.filter(({ what }) => what === 'lost').map(({ details }) => details[1])).toContain(
      'retention-passed',
    );
  });

  it('because they are recreated while a group is stopped: nothing is skipped', async () => {
    const first = await environment.deliver({ lights });
    await publishUntilTaken([0, 1, 2]);
    await everythingOnceInOrder(3);
    await first.close();
    const admin = environment.kafka.admin();
    await admin.connect();
    const topic = `${environment.prefix}lamp`;
    await admin.deleteTopics({ topics: [topic] });
    await until(async () => !(await admin.listTopics()).includes(topic));
    await admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: true });
    await admin.disconnect();
    await publishUntilTaken([3]);
    await environment.deliver({ lights });
    await publishUntilTaken([4]);
    await everythingOnceInOrder(5);
  });
});

describe('topics that nobody has made', () => {
  beforeEach(() => prepare());
  afterEach(() => environment.close());

  it('are named and waited for without a warning, and the group joins once they are there', async () => {
    const topic = `${environment.prefix}lamp`;
    const admin = environment.kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await until(async () => !(await admin.listTopics()).includes(topic));
    const delivery = environment.begin({ lights });
    const publisher = environment.publisher({ topics: [topic] });
    const ready = publisher.ready();
    await until(() => delivery.missing.length > 0 && publisher.missing.length > 0);
    expect([delivery.missing, publisher.missing]).toEqual([[topic], [topic]]);
    await new Promise((resolve) => setTimeout(resolve, 2_500)); // what asks again and again would have asked by now
    expect([delivery.joined, environment.reports]).toEqual([false, []]);
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
    await Promise.all([ready, until(() => delivery.joined)]);
    await publishUntilTaken([0]);
    await everythingOnceInOrder(1);
  });

  it('are not waited for any longer when the delivery is closed', async () => {
    const admin = environment.kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [`${environment.prefix}lamp`] });
    await admin.disconnect();
    const delivery = environment.begin({ lights });
    await until(() => delivery.missing.length > 0);
    await delivery.close();
    expect(delivery.joined).toBe(false);
  });
});

describe('authentication', () => {
  beforeEach(() => prepare());
  afterEach(() => environment.close());

  const roundTrip = async (kafka: ReturnType<typeof createKafka>): Promise<void> => {
    const delivery = environment.begin({ lights }, {}, kafka);
    await until(() => delivery.joined);
    const events = await environment.append(lamps[0]!, [0]);
    await environment.publisher({}, kafka).publish({ events });
    await until(async () => (await environment.seen('lights')).size === 1);
  };
  const client = (port: number, more: Parameters<typeof settingsFor>[2] = {}) =>
    createKafka(settingsFor(`127.0.0.1:${port}`, environment.prefix, more), () => undefined);

  it('succeeds with SCRAM-SHA-512', () =>
    roundTrip(client(testBroker().ports.sasl, { credentials: testBroker().user })));

  it('succeeds with SCRAM-SHA-512 under TLS', () => {
    const broker = testBroker();
    return roundTrip(client(broker.ports.secure, { credentials: broker.user, authority: authorityOf(broker) }));
  });

  it('with a wrong password fails, is reported and retried, and does not stop the group for good', async () => {
    const wrong = client(testBroker().ports.sasl, { credentials: { username: 'shop', password: 'guessed' } });
    const delivery = environment.begin({ lights }, {}, wrong);
    const interruptions = () => environment.reports.filter(({ what }) => what === 'interrupted');
    await until(() => interruptions().length >= 2);
    expect(String(interruptions()[0]!.details[0])).toMatch(/SASL/);
    expect(JSON.stringify(environment.reports)).not.toContain('guessed');
    expect([delivery.joined, delivery.dead]).toEqual([false, false]);
    const events = await environment.append(lamps[0]!, [0]);
    await expect(environment.publisher({ deadlineMs: 3_000 }, wrong).publish({ events })).rejects.toThrow();
  });

  it('succeeds without a restart once the broker knows the password', async () => {
    const credentials = { username: `late-${newId().slice(0, 8)}`, password: 'mended-while-running' };
    const kafka = client(testBroker().ports.sasl, { credentials });
    const delivery = environment.begin({ lights }, {}, kafka);
    const publisher = environment.publisher({ deadlineMs: 5_000 }, kafka);
    const [event] = await environment.append(lamps[0]!, [0]);
    await expect(publisher.publish({ events: [event!] })).rejects.toThrow();
    await until(() => environment.reports.some(({ what }) => what === 'interrupted'));
    giveUser(testBroker().brokers[0]!, credentials);
    await until(() => delivery.joined, 60_000);
    const publish = () =>
      publisher.publish({ events: [event!] }).then(
        () => true,
        () => false,
      );
    await until(publish, 60_000);
    await until(async () => (await environment.seen('lights')).size === 1);
    expect(environment.reports.map(({ details }) => details.join()).join()).not.toContain(credentials.password);
  }, 150_000);

  it('refuses a broker with a certificate of another authority', async () => {
    const broker = testBroker();
    const other = authorityOf(broker).replace(/[\s\S]+/, '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n');
    const wary = client(broker.ports.secure, { credentials: broker.user, authority: other });
    const events = await environment.append(lamps[0]!, [0]);
    await expect(environment.publisher({ deadlineMs: 3_000 }, wary).publish({ events })).rejects.toThrow();
  });

  it('at a port where nothing answers is given up at the deadline', async () => {
    const events = await environment.append(lamps[0]!, [0]);
    const nowhere = client(await freePort());
    await expect(environment.publisher({ deadlineMs: 2_000 }, nowhere).publish({ events })).rejects.toMatchObject({
      name: 'SendUnconfirmed',
    });
  });
});
