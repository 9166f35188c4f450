/* eslint max-lines: off -- one broker and one database are started for all of it */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId, type RecordedEvent } from '@dittoo/kernel';
import { newEvent } from '@dittoo/testing';
import { kafkaEnvironment, until, type Handlers, type KafkaEnvironment } from './kafka.fixture.js';
import { toMessage } from './kafka-message.js';
import { deadLetterTopicOf, topicOf } from './kafka-topics.js';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

// Promised: each stream in revision order, each event's rows once, nothing skipped without an alert.
// Left open: how far apart two groups or two streams are in their progress.
describe('delivery by Kafka', () => {
  let environment: KafkaEnvironment;
  let lamps: readonly string[];
  let lights: Handlers;
  let topic: string;

  beforeEach(async () => {
    environment = await kafkaEnvironment({ groups: ['lights', 'bells', 'all'] });
    lamps = range(0, 6).map(() => `lamp-${newId()}`);
    lights = { LampLit: environment.recordSeen };
    topic = topicOf(environment.prefix, 'lamp');
  });
  afterEach(() => environment.close());

  const publish = async (events: readonly RecordedEvent[]): Promise<void> =>
    environment.publisher().publish({ events });
  const seenAll = (group: string, count: number) =>
    until(async () => {
      const seen = await environment.seen(group);
      return [...seen.values()].flat().length >= count ? seen : undefined;
    });
  const reportsOf = (what: string): readonly (readonly unknown[])[] =>
    environment.reports.filter((it) => it.what === what).map(({ details }) => details);

  describe('order', () => {
    it('delivers every stream in revision order, to each group independently', async () => {
      await environment.deliver({
        lights,
        bells: { BellRung: environment.recordSeen },
        all: { '*': environment.recordSeen },
      });
      const events = [];
      for (const n of range(0, 40)) events.push(...(await environment.append(lamps[n % lamps.length]!, [n])));
      const bell = `bell-${newId()}`;
      events.push(...(await environment.append(bell, [1, 2, 3])));
      await publish(events);
      const seen = await seenAll('lights', 40);
      for (const [index, lamp] of lamps.entries()) {
        expect(seen.get(lamp)).toEqual(range(0, 40).filter((n) => n % lamps.length === index));
      }
      expect([...(await seenAll('bells', 3))]).toEqual([[bell, [1, 2, 3]]]);
      expect((await seenAll('all', 43)).size).toBe(7);
    });

    it('skips types it does not handle', async () => {
      const [lamp] = lamps as [string];
      await environment.deliver({ lights });
      const events = [
        ...(await environment.append(lamp, [0])),
        ...(await environment.append(lamp, [1], { type: 'LampPutOut' })),
        ...(await environment.append(lamp, [2])),
      ];
      await publish(events);
      expect((await seenAll('lights', 2)).get(lamp)).toEqual([0, 2]);
      expect(reportsOf('healed')).toEqual([]);
    });
  });

  it('leaves its group when it is closed, at any moment', async () => {
    const admin = environment.kafka.admin();
    await admin.connect();
    try {
      for (const moment of [0, 10, 20, 40, 60, 80, 100, 150, 200, 300]) {
        const delivery = environment.begin({ lights });
        await sleep(moment);
        await delivery.close();
        await sleep(300); // long enough for a join that was not stopped to end
        const { groups } = await admin.describeGroups([`${environment.prefix}lights`]);
        expect({ moment, members: groups[0]?.members }).toEqual({ moment, members: [] });
      }
    } finally {
      await admin.disconnect();
    }
  });

  describe('idempotence', () => {
    it('drops redelivered events', async () => {
      const [lamp] = lamps as [string];
      await environment.deliver({ lights });
      const events = await environment.append(lamp, range(0, 10));
      await publish(events);
      await publish(events.slice(5));
      await publish(events);
      await publish(await environment.append(lamp, [10]));
      expect((await seenAll('lights', 11)).get(lamp)).toEqual(range(0, 11));
      expect(reportsOf('repeated').flat()).not.toEqual([]);
    });

    it('reads events that Kafka lost from the log', async () => {
      const [lamp] = lamps as [string];
      await environment.deliver({ lights });
      const events = await environment.append(lamp, range(0, 10));
      await publish(events.slice(0, 3));
      await seenAll('lights', 3);
      await publish(events.slice(7));
      expect((await seenAll('lights', 10)).get(lamp)).toEqual(range(0, 10));
      expect(reportsOf('healed')).toEqual([[lamp, 4]]);
    });

    it('delivers the whole log to a new group, including events Kafka no longer has', async () => {
      const [old, fresh] = lamps as [string, string];
      await environment.append(old, [0, 1, 2]);
      await environment.deliver({ lights });
      expect((await seenAll('lights', 3)).get(old)).toEqual([0, 1, 2]);
      await publish(await environment.append(fresh, [7]));
      expect((await seenAll('lights', 4)).get(fresh)).toEqual([7]);
    });

    it('handles each event of the log once when a group changes between in-process delivery and Kafka, twice each way', async () => {
      const everything = range(0, 12);
      let appended = 0;
      const append = async (): Promise<void> => {
        for (const lamp of lamps) await environment.append(lamp, [everything[appended]!]);
        appended += 1;
      };
      const handled = () => seenAll('lights', appended * lamps.length);
      const onceInOrder = async (): Promise<void> => {
        const seen = await handled();
        for (const lamp of lamps) expect(seen.get(lamp)).toEqual(range(0, appended));
      };
      for (const round of [1, 2]) {
        const inProcess = environment.deliverInProcess({ lights });
        await append();
        await inProcess.relay();
        await onceInOrder();
        await append(); // published, but not handled before the process ends
        await inProcess.close();

        const relay = environment.relay();
        await append();
        const byKafka = await environment.deliver({ lights });
        await relay.follow();
        await append();
        await relay.follow();
        await onceInOrder();
        await append();
        await relay.follow();
        await byKafka.close();
        await append(); // in the log, but never published to Kafka in this round
        expect(appended).toBe(round * 6);
      }
      const last = environment.deliverInProcess({ lights });
      await onceInOrder();
      await last.close();
      await onceInOrder();
    });

    it('takes its progress from the database, not from Kafka', async () => {
      const [lamp] = lamps as [string];
      const first = await environment.deliver({ lights });
      await publish(await environment.append(lamp, range(0, 5)));
      await seenAll('lights', 5);
      await first.close();
      // A restored database: rows, revisions and offsets of the last two events are gone, Kafka's offset is not.
      await environment.dataSource.query('DELETE FROM seen WHERE n >= 3');
      await environment.dataSource.query('UPDATE delivery.stream_revision SET revision = 2');
      await environment.dataSource.query('UPDATE delivery.partition_offset SET next_offset = 3 WHERE next_offset > 3');
      await environment.deliver({ lights });
      await publish(await environment.append(lamp, [5]));
      expect((await seenAll('lights', 6)).get(lamp)).toEqual(range(0, 6));
      expect(reportsOf('healed')).toEqual([]);
    });
  });

  describe('lag', () => {
    it('counts unhandled messages, also during a failure, and only of its own partitions', async () => {
      let broken = true;
      const [lamp] = lamps as [string];
      const lightsOrNot: Handlers = {
        LampLit: async (event, context) => {
          if (broken) throw Object.assign(new Error('away'), { code: 'ECONNRESET' });
          await environment.recordSeen(event, context);
        },
      };
      await environment.deliver({ lights: lightsOrNot });
      await publish(await environment.append(lamp, range(0, 5)));
      await until(() => reportsOf('lag').some(([, , messages]) => Number(messages) > 0));
      expect(reportsOf('lag').filter(([, , messages]) => messages === 0)).toEqual([]);
      broken = false;
      await until(() => reportsOf('lag').at(-1)?.[2] === 0 || undefined);
      // Enough streams for every partition; then more members than partitions, so that this member loses some.
      for (const n of range(0, 30)) await publish(await environment.append(`lamp-${newId()}`, [n]));
      await seenAll('lights', 35);
      for (let i = 0; i < 3; i++) await environment.deliver({ lights: lightsOrNot });
      await until(() => reportsOf('lag').some(([, , messages]) => messages === null) || undefined);
    });
  });

  describe('failures', () => {
    it('retries transient ones in order, and lets the other partitions continue', async () => {
      const [lamp] = lamps as [string];
      let failures = 0;
      await environment.deliver({
        lights: {
          LampLit: async (event, context) => {
            if (event.stream === lamp && failures++ < 3)
              throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
            await environment.recordSeen(event, context);
          },
        },
      });
      const events = [];
      for (const stream of lamps) events.push(...(await environment.append(stream, [0, 1, 2])));
      await publish(events);
      const seen = await seenAll('lights', 18);
      for (const stream of lamps) expect(seen.get(stream)).toEqual([0, 1, 2]);
      expect(reportsOf('retrying').length).toBeGreaterThanOrEqual(3);
    });

    it('keeps its partitions while a handler takes longer than the session timeout', async () => {
      const [lamp] = lamps as [string];
      let tries = 0;
      await environment.deliver({
        lights: {
          LampLit: async (event, context) => {
            tries++;
            await context.transaction.query('SELECT pg_sleep(8)');
            await environment.recordSeen(event, context);
          },
        },
      });
      await publish(await environment.append(lamp, [0]));
      expect((await seenAll('lights', 1)).get(lamp)).toEqual([0]);
      await publish(await environment.append(lamp, [1], { type: 'LampPutOut' }));
      expect(tries).toBe(1);
      expect(reportsOf('repeated')).toEqual([]);
    });

    it('parks the stream of a poisoned event, stores the event in the dead-letter queue, continues with the others', async () => {
      const [poisoned, healthy] = lamps as [string, string];
      await environment.deliver({
        lights: {
          LampLit: async (event, context) => {
            await environment.recordSeen(event, context);
            if (event.stream === poisoned && event.data['n'] === 1) throw new TypeError('quotes a name');
          },
        },
      });
      const events = [
        ...(await environment.append(poisoned, [0, 1, 2])),
        ...(await environment.append(healthy, [0, 1, 2])),
      ];
      await publish(events);
      const seen = await seenAll('lights', 4);
      expect(seen.get(healthy)).toEqual([0, 1, 2]);
      expect(seen.get(poisoned)).toEqual([0]);
      await publish(await environment.append(poisoned, [3]));
      await until(async () => (await environment.dataSource.query('SELECT FROM delivery.parked_event')).length === 3);
      expect((await environment.seen('lights')).get(poisoned)).toEqual([0]);
      const letters = await environment.messages(deadLetterTopicOf(topic, 'lights'));
      expect(letters).toHaveLength(1);
      expect(letters[0]).toMatchObject({
        key: poisoned,
        value: '{"n":1}',
        headers: {
          ce_id: events[1]!.eventId,
          'x-error-class': 'TypeError',
          'x-original-topic': topic,
          'x-attempts': '1',
        },
      });
      expect(letters[0]!.headers['x-stack-hash']).toMatch(/^[0-9a-f]{16}$/);
      expect(JSON.stringify(letters)).not.toContain('quotes a name');
    });

    it('does not skip poison while the dead-letter queue is unavailable', async () => {
      const [lamp] = lamps as [string];
      const admin = environment.kafka.admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [deadLetterTopicOf(topic, 'lights')] });
      let poisonous = true;
      await environment.deliver({
        lights: {
          LampLit: async (event, context) => {
            if (poisonous) throw new TypeError('not yet');
            await environment.recordSeen(event, context);
          },
        },
      });
      await publish(await environment.append(lamp, [0]));
      await until(() => reportsOf('retrying').length > 0, 60_000);
      await admin.disconnect();
      expect(await environment.dataSource.query('SELECT FROM delivery.parked_stream')).toEqual([]);
      poisonous = false;
      expect((await seenAll('lights', 1)).get(lamp)).toEqual([0]);
    });
  });

  describe('messages that are not valid events', () => {
    const produce = async (
      messages: Parameters<ReturnType<KafkaEnvironment['kafka']['producer']>['send']>[0]['messages'],
    ) => {
      const producer = environment.kafka.producer();
      await producer.connect();
      await producer.send({ topic, messages });
      await producer.disconnect();
    };

    it('go to the dead-letter queue with a reason, and delivery continues', async () => {
      const [lamp] = lamps as [string];
      await environment.deliver({ lights });
      const [event] = await environment.append(lamp, [0]);
      const whole = toMessage(event!);
      const broken = (change: Record<string, string | undefined>) => ({
        ...whole,
        headers: Object.fromEntries(
          Object.entries({ ...whole.headers, ...change }).filter(([, it]) => it !== undefined),
        ),
      });
      await produce([
        { key: lamp, value: 'no event at all' },
        { key: null, value: null },
        broken({ ce_specversion: '0.3' }) as never,
        broken({ ce_id: 'seventeen' }) as never,
        broken({ 'es-revision': '-1' }) as never,
        broken({ 'es-metadata': '{}' }) as never,
        // These are well-formed but cannot be stored: neither in a row nor as parked.
        { ...broken({ 'es-stream': 'lamp-\u0000' }), key: 'lamp-\u0000' } as never,
        broken({ 'es-position': '9999999999999999999', 'es-revision': '7' }) as never,
        broken({ 'es-metadata': String(whole.headers!['es-metadata']).replace('2026-01', 'soon') }) as never,
        { ...whole, key: 'lamp-of-another-stream' },
        { ...whole, value: 'not json' },
        whole,
      ]);
      await seenAll('lights', 1);
      const words = reportsOf('deadLettered').map(([, word]) => word);
      expect(words).toEqual(
        expect.arrayContaining([
          'Unreadable:no-ce_specversion',
          'Unreadable:not-cloudevents-1.0',
          'Unreadable:bad-ce_id',
          'Unreadable:bad-es-revision',
          'Unreadable:bad-es-metadata',
          'Unreadable:bad-es-stream',
          'Unreadable:bad-es-position',
          'Unreadable:key-is-not-the-stream',
          'Unreadable:bad-value',
        ]),
      );
      expect(await environment.messages(deadLetterTopicOf(topic, 'lights'))).toHaveLength(11);
    });

    it('of an unknown type are stored as dead letters; of a newer shape of a known type they wait', async () => {
      const [typed, shaped] = lamps as [string, string];
      const newer = newEvent('LampLit', { n: 1 });
      await environment.deliver({ lights });
      const events = [
        ...(await environment.append(typed, [0], { type: 'LampDimmed' })),
        ...(await environment.append(typed, [1])),
        ...(await environment.append(shaped, [0], { metadata: { ...newer.metadata, schemaVersion: 2 } })),
        ...(await environment.append(shaped, [1])),
      ];
      await publish(events);
      expect([...(await seenAll('lights', 1))]).toEqual([[typed, [1]]]);
      await until(async () => (await environment.dataSource.query('SELECT FROM delivery.parked_event')).length === 2);
      expect(reportsOf('deadLettered').map(([, word]) => word)).toEqual(
        expect.arrayContaining(['UnknownType', 'FutureSchema']),
      );
    });
  });

  it('refuses a handler of a type that no contract defines', () => {
    expect(() => environment.begin({ lights: { LampStolen: environment.recordSeen } })).toThrow('LampStolen');
  });
});
