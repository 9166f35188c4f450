/*
 * Promised beyond the contract: no service can change an event, the leaf hash is the kernel's, an append survives lost
 * connections, and readers notice a log that contradicts itself.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { leafHashOf, leafOf, newId, type NewEvent, RevisionConflict } from '@dittoo/kernel';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import pg from 'pg';
import { eventStoreContract, collect, exampleEvent } from './event-store.contract.js';
import { eventStoreMigrations } from './event-store.migration.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { PostgresSequencer } from './postgres-sequencer.js';

const role = 'dittoo_app';
const int8Parser = pg.types.getTypeParser(20, 'text');

const openDatabase = async (): Promise<TestDatabase> => {
  const database = await testDatabase('event_store');
  await database.migrate(eventStoreMigrations, { schema: 'event_store' });
  return database;
};

eventStoreContract('PostgreSQL', async () => {
  const database = await openDatabase();
  const pool = database.pool({ role });
  const sequencer = new PostgresSequencer(pool.options as pg.ClientConfig, { onSequenced: () => store.wake() });
  const store = new PostgresEventStore(pool, { onAppended: sequencer.kick });
  sequencer.start();
  return {
    store,
    close: async () => {
      await sequencer.stop();
      await database.drop();
    },
  };
});

eventStoreContract('PostgreSQL with the sequencer in another process', async () => {
  const database = await openDatabase();
  const pool = database.pool({ role });
  const sequencer = new PostgresSequencer(pool.options as pg.ClientConfig, { batchSize: 40 });
  sequencer.start();
  return {
    store: new PostgresEventStore(pool, { maxAppendStatements: 1 }),
    close: async () => {
      await sequencer.stop();
      await database.drop();
    },
  };
});

describe('PostgresEventStore', () => {
  let database: TestDatabase;
  let owner: pg.Pool;
  let store: PostgresEventStore;
  let counter = 0;
  let stream: string;

  beforeAll(async () => {
    database = await openDatabase();
    owner = database.pool();
    store = new PostgresEventStore(database.pool({ role, applicationName: 'store' }));
  });
  beforeEach(() => {
    counter += 1;
    stream = `thing-${counter}`;
  });
  afterAll(() => database.drop());

  const event = (label: string | number): NewEvent => exampleEvent(`${stream}-${label}`);
  const sequence = async (): Promise<void> => {
    for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
      const { rows } = await owner.query<{ sequenced: number }>('SELECT event_store.es_sequence(1000) AS sequenced');
      if (rows[0]?.sequenced === 0) return;
    }
    throw new Error('an open transaction keeps events from being sequenced');
  };

  it('writes the kernel’s leaf hash, alone and in a batch, and it equals that of the event read back', async () => {
    await store.append(stream, [event(0)], 'no-stream');
    await store.append(stream, [event(1), exampleEvent(`${stream}-2`, { z: 1e21, a: ['å', 0.1, -0] })], 0n);
    const { rows } = await owner.query<{ leaf_hash: Buffer; recorded_at: Date }>(
      'SELECT leaf_hash, recorded_at FROM event_store.es_event WHERE stream_id = $1 ORDER BY revision',
      [stream],
    );
    const read = await collect(store.readStream(stream));
    for (const [index, recorded] of read.entries()) {
      const { eventId, type, data, metadata } = recorded;
      const leaf = leafOf(stream, BigInt(index), { eventId, type, data, metadata });
      expect(rows[index]?.leaf_hash).toEqual(leafHashOf(leaf));
      expect(rows[index]?.recorded_at.toISOString()).toBe(metadata.recordedAt);
    }
  });

  it('leaves the type parsers of the process alone', () => {
    expect(pg.types.getTypeParser(20, 'text')).toBe(int8Parser);
  });

  it('shows an event to its stream before it has a position, to the log only after', async () => {
    const before = await sequence().then(() => store.readAll({ after: null, limit: 10_000 }));
    await store.append(stream, [event(0)], 'no-stream');
    expect((await collect(store.readStream(stream)))[0]?.position).toBe(-1n);
    expect(await store.readAll({ after: before.checkpoint })).toEqual({
      after: before.checkpoint,
      events: [],
      checkpoint: before.checkpoint,
    });
    await sequence();
    const { events } = await store.readAll({ after: before.checkpoint });
    expect(events.map(({ eventId }) => eventId)).toEqual([event(0).eventId]);
    expect(await collect(store.readStream(stream))).toEqual(events);
  });

  it.each([
    ['a service', 'role'],
    ['the owner', 'owner'],
  ])('is append-only for %s', async (_name, who) => {
    await store.append(stream, [event(0)], 'no-stream');
    await sequence();
    const pool = who === 'owner' ? owner : database.pool({ role });
    for (const statement of [
      `UPDATE event_store.es_event SET type = 'Other'`,
      'DELETE FROM event_store.es_event',
      'TRUNCATE event_store.es_event',
      'UPDATE event_store.es_log SET position = position + 1000',
      'DELETE FROM event_store.es_log',
      'TRUNCATE event_store.es_log',
    ]) {
      await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
    if (who === 'owner') return;
    for (const statement of [
      'UPDATE event_store.es_head SET next_position = 0',
      `INSERT INTO event_store.es_log VALUES (1000000, 1000000, '')`,
      'ALTER TABLE event_store.es_event DISABLE TRIGGER ALL',
    ]) {
      await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('continues when its connections are cut, and writes each event once', async () => {
    const writing = Array.from({ length: 300 }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 2));
      await store.append(`${stream}${index}`, [exampleEvent(`${stream}-cut-${index}`)], 'no-stream');
    });
    const cut = (async () => {
      for (let round = 0; round < 8; round++) {
        await owner.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'store'`);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    })();
    await Promise.all([...writing, cut]);
    const { rows } = await owner.query(
      `SELECT count(*)::int FROM event_store.es_event WHERE stream_id LIKE '${stream}%'`,
    );
    expect(rows).toEqual([{ count: 300 }]);
  });

  it('fails as unavailable when no server answers', async () => {
    const nowhere = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/nothing' });
    const silent = new PostgresEventStore(nowhere);
    await expect(silent.append(stream, [event(0)], 'no-stream')).rejects.toMatchObject({
      name: 'EventStoreUnavailable',
    });
    await expect(collect(silent.readStream(stream))).rejects.toMatchObject({ name: 'EventStoreUnavailable' });
    await expect(silent.readAll({ after: null })).rejects.toMatchObject({ name: 'EventStoreUnavailable' });
    await nowhere.end();
  });

  it('a subscription survives the loss of its connections', async () => {
    const abort = new AbortController();
    const { checkpoint } = await sequence().then(() => store.readAll({ after: null, limit: 10_000 }));
    const seen: bigint[] = [];
    const following = (async () => {
      for await (const page of store.subscribeToAll({ after: checkpoint, signal: abort.signal })) {
        seen.push(...page.events.map(({ position }) => position));
        if (seen.length >= 20) abort.abort();
      }
    })();
    for (let index = 0; index < 20; index++) {
      await store.append(stream, [event(index)], index === 0 ? 'no-stream' : BigInt(index - 1));
      await sequence();
      if (index % 5 === 0) {
        await owner.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'store'`);
      }
    }
    await following;
    const first = seen[0] as bigint;
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => first + BigInt(index)));
  });

  it('concurrent writers of one stream who retry after conflicts leave a contiguous stream', async () => {
    const write = async (writer: number): Promise<void> => {
      for (let index = 0; index < 10;) {
        const last = (await collect(store.readStream(stream, { direction: 'backwards', limit: 1 })))[0]?.revision;
        try {
          await store.append(stream, [event(`${writer}-${index}`)], last ?? 'no-stream');
          index += 1;
        } catch (error) {
          if (!(error instanceof RevisionConflict)) throw error;
        }
      }
    };
    await Promise.all([1, 2, 3, 4].map(write));
    const revisions = (await collect(store.readStream(stream))).map(({ revision }) => revision);
    expect(revisions).toEqual(Array.from({ length: 40 }, (_, index) => BigInt(index)));
  });

  it('a reader stops at a log that contradicts itself', async () => {
    const broken = await openDatabase();
    const pool = broken.pool();
    const reader = new PostgresEventStore(pool);
    await reader.append(stream, [event(0), event(1), event(2)], 'no-stream');
    // a transaction in another database of the cluster may hold the window back for a moment
    for (let sequenced = 0; sequenced < 3;) {
      const { rows } = await pool.query<{ count: number }>('SELECT event_store.es_sequence(10) AS count');
      sequenced += Math.max(0, rows[0]?.count ?? 0);
    }
    const subscribe = (after: bigint): Promise<unknown> =>
      collect(reader.subscribeToAll({ after, signal: new AbortController().signal }));
    await expect(subscribe(3n)).rejects.toMatchObject({ name: 'LogBroken' });

    await pool.query('ALTER TABLE event_store.es_log DISABLE TRIGGER ALL');
    await pool.query('DELETE FROM event_store.es_log WHERE position = 1');
    await expect(reader.readAll({ after: null })).rejects.toThrow('position 1 is missing');
    await expect(reader.readAll({ after: 0n, categories: ['nobody'] })).rejects.toThrow('position 1 is missing');
    await broken.drop();
  });

  it('a read that fails is told alone, also where it began together with others', async () => {
    const own = `example-${newId()}`;
    await store.append(own, [exampleEvent('beside-a-wrong-one')], 'no-stream');
    const [right, wrong, other] = await Promise.allSettled([
      collect(store.readStream(own)),
      collect(store.readStream(own, { fromRevision: 2n ** 64n })),
      collect(store.readStream(`example-${newId()}`)),
    ]);
    expect(right).toMatchObject({ status: 'fulfilled', value: [{ stream: own, revision: 0n }] });
    expect(other).toEqual({ status: 'fulfilled', value: [] });
    expect(wrong.status).toBe('rejected');
  });
});
