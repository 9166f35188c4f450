/*
 * Promised: what Kafka lost is handled, once, without waiting for another message, and is said. Whether the group was
 * stopped, paused or running, whether the topic that was made again is shorter than the group's offset, as long, or
 * longer, and whether anything is published afterwards. Every event has a stream of its own, so that no later event of
 * its stream shows that it is missing.
 */
import { newId, type RecordedEvent } from '@dittoo/kernel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KafkaDelivery } from './kafka-delivery.js';
import { kafkaEnvironment, until, type Handlers, type KafkaEnvironment } from './kafka.fixture.js';

const handledBefore = 10;
const options = { compareEveryMs: 500, settledMs: 0 };

let environment: KafkaEnvironment;
let topic: string;
let delivery: KafkaDelivery | undefined;
let paused: boolean;
let next: number;
let lights: Handlers;

beforeEach(async () => {
  environment = await kafkaEnvironment({ partitions: 1 });
  topic = `${environment.prefix}lamp`;
  paused = false;
  next = 0;
  lights = {
    LampLit: async (event, context) => {
      if (paused) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      await environment.recordSeen(event, context);
    },
  };
});
afterEach(() => environment.close());

const appended = async (count: number): Promise<readonly RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for (const end = next + count; next < end; next++) {
    events.push(...(await environment.append(`lamp-${newId()}`, [next])));
  }
  return events;
};
const publish = async (count: number): Promise<void> => {
  const events = await appended(count);
  const publisher = environment.publisher();
  await until(() =>
    publisher.publish({ events }).then(
      () => true,
      () => false, // the topic was made a moment ago
    ),
  );
};
const handledAll = async (): Promise<void> => {
  await until(async () => (await environment.seen('lights')).size === next);
  const numbers = [...(await environment.seen('lights')).values()].flat().sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: next }, (_, index) => index));
};
const withAdmin = async (work: (admin: ReturnType<KafkaEnvironment['kafka']['admin']>) => Promise<void>) => {
  const admin = environment.kafka.admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
};
const makeTopicAgain = () =>
  withAdmin(async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    await until(async () => !(await admin.listTopics()).includes(topic));
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  });

type Meanwhile = 'stopped' | 'paused' | 'running';

/** The group as it is while Kafka loses something, and how it goes on afterwards. */
const begin = async (meanwhile: Meanwhile): Promise<() => Promise<void>> => {
  delivery = await environment.deliver({ lights }, options);
  await publish(handledBefore);
  await handledAll();
  if (meanwhile === 'stopped') await delivery.close();
  paused = meanwhile === 'paused';
  return async () => {
    paused = false;
    if (meanwhile === 'stopped') delivery = await environment.deliver({ lights }, options);
  };
};

const table = (['stopped', 'paused', 'running'] as const).flatMap((meanwhile) =>
  (
    [
      ['below', handledBefore - 4],
      ['equal to', handledBefore],
      ['above', handledBefore + 5],
    ] as const
  ).flatMap(([where, newEnd]) => ([0, 3] as const).map((afterwards) => ({ meanwhile, where, newEnd, afterwards }))),
);

describe('a topic made again', () => {
  it.each(table)(
    'while the group is $meanwhile, with its end $where the old offset, $afterwards events afterwards',
    async ({ afterwards, meanwhile, newEnd }) => {
      const goOn = await begin(meanwhile);
      await makeTopicAgain();
      await publish(newEnd);
      await goOn();
      if (afterwards > 0) await publish(afterwards);
      await handledAll();
      await publish(1);
      await handledAll();
      expect(environment.reports.some(({ what }) => what === 'dead')).toBe(false);
    },
    60_000,
  );
});

describe('messages removed by retention', () => {
  it.each(
    (['stopped', 'paused'] as const).flatMap((meanwhile) => [0, 3].map((afterwards) => ({ meanwhile, afterwards }))),
  )(
    'while the group is $meanwhile, $afterwards events afterwards',
    async ({ afterwards, meanwhile }) => {
      const goOn = await begin(meanwhile);
      await publish(20);
      await withAdmin(async (admin) => {
        const partitions = (await admin.fetchTopicOffsets(topic)).map(({ high, partition }) => ({
          partition,
          offset: high,
        }));
        await admin.deleteTopicRecords({ topic, partitions });
      });
      await goOn();
      if (afterwards > 0) await publish(afterwards);
      await handledAll();
      expect(environment.reports.filter(({ what }) => what === 'lost').map(({ details }) => details[1])).toContain(
        'retention-passed',
      );
    },
    60_000,
  );
});

it('an event that Kafka never got is read from the log, and said', async () => {
  delivery = await environment.deliver({ lights }, options);
  await appended(2);
  await publish(1);
  await handledAll();
  expect(environment.reports.filter(({ what }) => what === 'healed')).toHaveLength(2);
});
