import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId, type RecordedEvent } from '@dittoo/kernel';
import { newEvent } from '@dittoo/testing';
import { kafkaGround, until, type Handlers, type KafkaGround } from './kafka.fixture.js';
import { toMessage } from './kafka-message.js';
import { deadLetterTopicOf, topicOf } from './kafka-topics.js';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

// Promised: each stream in revision order, each event's rows once, nothing passed over without a word.
// Left open: how far two groups or two streams are from each other.
describe('delivery by Kafka', () => {
  let ground: KafkaGround;
  let lamps: readonly string[];
  let lights: Handlers;
  let topic: string;

  beforeEach(async () => {
    ground = await kafkaGround({ groups: ['lights', 'bells', 'all'] });
    lamps = range(0, 6).map(() => `lamp-${newId()}`);
    lights = { LampLit: ground.recordSeen };
    topic = topicOf(ground.prefix, 'lamp');
  });
  afterEach(() => ground.close());

  const publish = async (events: readonly RecordedEvent[]): Promise<void> => ground.publisher().publish({ events });
  const seenAll = (group: string, count: number) =>
    until(async () => {
      const seen = await ground.seen(group);
      return [...seen.values()].flat().length >= count ? seen : undefined;
    });
  const said = (what: string): readonly (readonly unknown[])[] =>
    ground.said.filter((it) => it.what === what).map(({ details }) => details);

  describe('order', () => {
    it('brings every stream in revision order, to each group for itself', async () => {
      await ground.deliver({ lights, bells: { BellRung: ground.recordSeen }, all: { '*': ground.recordSeen } });
      const events = [];
      for (const n of range(0, 40)) events.push(...(await ground.append(lamps[n % lamps.length]!, [n])));
      const bell = `bell-${newId()}`;
      events.push(...(await ground.append(bell, [1, 2, 3])));
      await publish(events);
      const seen = await seenAll('lights', 40);
      for (const [index, lamp] of lamps.entries()) {
        expect(seen.get(lamp)).toEqual(range(0, 40).filter((n) => n % lamps.length === index));
      }
      expect([...(await seenAll('bells', 3))]).toEqual([[bell, [1, 2, 3]]]);
      expect((await seenAll('all', 43)).size).toBe(7);
    });

    it('moves on over types it does not handle', async () => {
      const [lamp] = lamps as [string];
      await ground.deliver({ lights });
      const events = [
        ...(await ground.append(lamp, [0])),
        ...(await ground.append(lamp, [1], { type: 'LampPutOut' })),
        ...(await ground.append(lamp, [2])),
      ];
      await publish(events);
      expect((await seenAll('lights', 2)).get(lamp)).toEqual([0, 2]);
      expect(said('healed')).toEqual([]);
    });
  });

  it('closed at any moment, it has left its group', async () => {
    const admin = ground.kafka.admin();
    await admin.connect();
    try {
      for (const moment of [0, 10, 20, 40, 60, 80, 100, 150, 200, 300]) {
        const delivery = ground.begin({ lights });
        await sleep(moment);
        await delivery.close();
        await sleep(300); // in which a join that goes on would end
        const { groups } = await admin.describeGroups([`${ground.prefix}lights`]);
        expect({ moment, members: groups[0]?.members }).toEqual({ moment, members: [] });
      }
    } finally {
      await admin.disconnect();
    }
  });

  describe('idempotence', () => {
    it('drops what comes again', async () => {
      const [lamp] = lamps as [string];
      await ground.deliver({ lights });
      const events = await ground.append(lamp, range(0, 10));
      await publish(events);
      await publish(events.slice(5));
      await publish(events);
      await publish(await ground.append(lamp, [10]));
      expect((await seenAll('lights', 11)).get(lamp)).toEqual(range(0, 11));
      expect(said('repeated').flat()).not.toEqual([]);
    });

    it('reads from the log what Kafka had lost', async () => {
      const [lamp] = lamps as [string];
      await ground.deliver({ lights });
      const events = await ground.append(lamp, range(0, 10));
      await publish(events.slice(0, 3));
      await seenAll('lights', 3);
      await publish(events.slice(7));
      expect((await seenAll('lights', 10)).get(lamp)).toEqual(range(0, 10));
      expect(said('healed')).toEqual([[lamp, 4]]);
    });

    it('takes a new group through the whole log, also what Kafka no longer has', async () => {
      const [old, fresh] = lamps as [string, string];
      await ground.append(old, [0, 1, 2]);
      await ground.deliver({ lights });
      expect((await seenAll('lights', 3)).get(old)).toEqual([0, 1, 2]);
      await publish(await ground.append(fresh, [7]));
      expect((await seenAll('lights', 4)).get(fresh)).toEqual([7]);
    });

    it('goes in process, comes to Kafka, goes back and comes again: what the log holds is handled once', async () => {
      const everything = range(0, 12);
      let appended = 0;
      const append = async (): Promise<void> => {
        for (const lamp of lamps) await ground.append(lamp, [everything[appended]!]);
        appended += 1;
      };
      const handled = () => seenAll('lights', appended * lamps.length);
      const onceInOrder = async (): Promise<void> => {
        const seen = await handled();
        for (const lamp of lamps) expect(seen.get(lamp)).toEqual(range(0, appended));
      };
      for (const round of [1, 2]) {
        const inProcess = ground.deliverInProcess({ lights });
        await append();
        await inProcess.relay();
        await onceInOrder();
        await append(); // published, and not handled before the process ends
        await inProcess.close();

        const relay = ground.relay();
        await append();
        const byKafka = await ground.deliver({ lights });
        await relay.follow();
        await append();
        await relay.follow();
        await onceInOrder();
        await append();
        await relay.follow();
        await byKafka.close();
        await append(); // in the log, and never on Kafka in this round
        expect(appended).toBe(round * 6);
      }
      const last = ground.deliverInProcess({ lights });
      await onceInOrder();
      await last.close();
      await onceInOrder();
    });

    it('believes the database, not Kafka, about where it stands', async () => {
      const [lamp] = lamps as [string];
      const first = await ground.deliver({ lights });
      await publish(await ground.append(lamp, range(0, 5)));
      await seenAll('lights', 5);
      await first.close();
      // A database from before: rows, cursors and offsets of the last two events are gone, Kafka's offset is not.
      await ground.dataSource.query('DELETE FROM seen WHERE n >= 3');
      await ground.dataSource.query('UPDATE delivery.stream_revision SET revision = 2');
      await ground.dataSource.query('UPDATE delivery.partition_offset SET next_offset = 3 WHERE next_offset > 3');
      await ground.deliver({ lights });
      await publish(await ground.append(lamp, [5]));
      expect((await seenAll('lights', 6)).get(lamp)).toEqual(range(0, 6));
      expect(said('healed')).toEqual([]);
    });
  });

  describe('lag', () => {
    it('is what is not taken in yet, also while nothing can be, and of its own partitions only', async () => {
      let broken = true;
      const [lamp] = lamps as [string];
      const lightsOrNot: Handlers = {
        LampLit: async (event, context) => {
          if (broken) throw Object.assign(new Error('away'), { code: 'ECONNRESET' });
          await ground.recordSeen(event, context);
        },
      };
      await ground.deliver({ lights: lightsOrNot });
      await publish(await ground.append(lamp, range(0, 5)));
      await until(() => said('lag').some(([, , messages]) => Number(messages) > 0));
      expect(said('lag').filter(([, , messages]) => messages === 0)).toEqual([]);
      broken = false;
      await until(() => said('lag').at(-1)?.[2] === 0 || undefined);
      // Enough streams for every partition; then more members than partitions, so that it loses some.
      for (const n of range(0, 30)) await publish(await ground.append(`lamp-${newId()}`, [n]));
      await seenAll('lights', 35);
      for (let i = 0; i < 3; i++) await ground.deliver({ lights: lightsOrNot });
      await until(() => said('lag').some(([, , messages]) => messages === null) || undefined);
    });
  });

  describe('failures', () => {
    it('comes again to what may succeed later, in order, and lets the other partitions go on', async () => {
      const [lamp] = lamps as [string];
      let failures = 0;
      await ground.deliver({
        lights: {
          LampLit: async (event, context) => {
            if (event.stream === lamp && failures++ < 3)
              throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
            await ground.recordSeen(event, context);
          },
        },
      });
      const events = [];
      for (const stream of lamps) events.push(...(await ground.append(stream, [0, 1, 2])));
      await publish(events);
      const seen = await seenAll('lights', 18);
      for (const stream of lamps) expect(seen.get(stream)).toEqual([0, 1, 2]);
      expect(said('retrying').length).toBeGreaterThanOrEqual(3);
    });

    it('keeps its partitions while a handler takes longer than a session lasts', async () => {
      const [lamp] = lamps as [string];
      let tries = 0;
      await ground.deliver({
        lights: {
          LampLit: async (event, context) => {
            tries++;
            await context.transaction.query('SELECT pg_sleep(8)');
            await ground.recordSeen(event, context);
          },
        },
      });
      await publish(await ground.append(lamp, [0]));
      expect((await seenAll('lights', 1)).get(lamp)).toEqual([0]);
      await publish(await ground.append(lamp, [1], { type: 'LampPutOut' }));
      expect(tries).toBe(1);
      expect(said('repeated')).toEqual([]);
    });

    it('parks the stream of a poisoned event, keeps the event with the dead letters, goes on with the others', async () => {
      const [poisoned, healthy] = lamps as [string, string];
      await ground.deliver({
        lights: {
          LampLit: async (event, context) => {
            await ground.recordSeen(event, context);
            if (event.stream === poisoned && event.data['n'] === 1) throw new TypeError('quotes a name');
          },
        },
      });
      const events = [...(await ground.append(poisoned, [0, 1, 2])), ...(await ground.append(healthy, [0, 1, 2]))];
      await publish(events);
      const seen = await seenAll('lights', 4);
      expect(seen.get(healthy)).toEqual([0, 1, 2]);
      expect(seen.get(poisoned)).toEqual([0]);
      await publish(await ground.append(poisoned, [3]));
      await until(async () => (await ground.dataSource.query('SELECT FROM delivery.parked_event')).length === 3);
      expect((await ground.seen('lights')).get(poisoned)).toEqual([0]);
      const letters = await ground.messages(deadLetterTopicOf(topic, 'lights'));
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

    it('waits with the poison while the dead letters cannot be kept', async () => {
      const [lamp] = lamps as [string];
      const admin = ground.kafka.admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [deadLetterTopicOf(topic, 'lights')] });
      let poisonous = true;
      await ground.deliver({
        lights: {
          LampLit: async (event, context) => {
            if (poisonous) throw new TypeError('not yet');
            await ground.recordSeen(event, context);
          },
        },
      });
      await publish(await ground.append(lamp, [0]));
      await until(() => said('retrying').length > 0, 60_000);
      await admin.disconnect();
      expect(await ground.dataSource.query('SELECT FROM delivery.parked_stream')).toEqual([]);
      poisonous = false;
      expect((await seenAll('lights', 1)).get(lamp)).toEqual([0]);
    });
  });

  describe('messages that are not ours', () => {
    const produce = async (
      messages: Parameters<ReturnType<KafkaGround['kafka']['producer']>['send']>[0]['messages'],
    ) => {
      const producer = ground.kafka.producer();
      await producer.connect();
      await producer.send({ topic, messages });
      await producer.disconnect();
    };

    it('puts them with the dead letters, with a reason, and goes on', async () => {
      const [lamp] = lamps as [string];
      await ground.deliver({ lights });
      const [event] = await ground.append(lamp, [0]);
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
        // These look like events and cannot be written down: not the row, and not that they are parked.
        { ...broken({ 'es-stream': 'lamp-\u0000' }), key: 'lamp-\u0000' } as never,
        broken({ 'es-position': '9999999999999999999', 'es-revision': '7' }) as never,
        broken({ 'es-metadata': String(whole.headers!['es-metadata']).replace('2026-01', 'soon') }) as never,
        { ...whole, key: 'lamp-of-somebody-else' },
        { ...whole, value: 'not json' },
        whole,
      ]);
      await seenAll('lights', 1);
      const words = said('deadLettered').map(([, word]) => word);
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
      expect(await ground.messages(deadLetterTopicOf(topic, 'lights'))).toHaveLength(11);
    });

    it('keeps what it does not know yet: a new type passes, a new shape of a known type waits', async () => {
      const [typed, shaped] = lamps as [string, string];
      const newer = newEvent('LampLit', { n: 1 });
      await ground.deliver({ lights });
      const events = [
        ...(await ground.append(typed, [0], { type: 'LampDimmed' })),
        ...(await ground.append(typed, [1])),
        ...(await ground.append(shaped, [0], { metadata: { ...newer.metadata, schemaVersion: 2 } })),
        ...(await ground.append(shaped, [1])),
      ];
      await publish(events);
      expect([...(await seenAll('lights', 1))]).toEqual([[typed, [1]]]);
      await until(async () => (await ground.dataSource.query('SELECT FROM delivery.parked_event')).length === 2);
      expect(said('deadLettered').map(([, word]) => word)).toEqual(
        expect.arrayContaining(['UnknownType', 'FutureSchema']),
      );
    });
  });

  it('refuses a handler that waits for a type no contract has', () => {
    expect(() => ground.begin({ lights: { LampStolen: ground.recordSeen } })).toThrow('LampStolen');
  });
});
