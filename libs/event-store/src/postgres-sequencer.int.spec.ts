/*
 * Promised: an event gets a position only when every transaction that could still add an earlier event has ended;
 * positions are dense; streams keep their order; an append that is not its own transaction stops the sequencer rather
 * than break the order. Left open: a write transaction anywhere in the cluster delays the log until it ends; `lag`
 * shows it.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@dittoo/kernel';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import pg from 'pg';
import { collect, exampleEvent } from './event-store.contract.js';
import { eventStoreMigrations } from './event-store.migration.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { PostgresSequencer, type PostgresSequencerOptions } from './postgres-sequencer.js';

let database: TestDatabase;
let pool: pg.Pool;
let store: PostgresEventStore;
const sequencers = new Set<PostgresSequencer>();
const clients = new Set<pg.Client>();

beforeEach(async () => {
  database = await testDatabase('sequencer');
  await database.migrate(eventStoreMigrations, { schema: 'event_store' });
  pool = database.pool({ max: 8 });
  store = new PostgresEventStore(pool);
});

afterEach(async () => {
  for (const sequencer of sequencers) await sequencer.stop();
  sequencers.clear();
  for (const client of clients) await client.end().catch(() => undefined);
  clients.clear();
  await database.drop();
});

const session = async (): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined);
  clients.add(client);
  await client.connect();
  return client;
};

const sequencer = (options: PostgresSequencerOptions = {}): PostgresSequencer => {
  const created = new PostgresSequencer({ connectionString: database.url, application_name: 'sequencer' }, options);
  sequencers.add(created);
  created.start();
  return created;
};

/** Inserts as an append does, on the spec's own connection, so that its transaction can be held open. */
const insert = (client: pg.Client | pg.Pool, stream: string, revision: number): Promise<unknown> =>
  client.query(
    `INSERT INTO event_store.es_event (stream_id, revision, event_id, type, data, meta, recorded_at, leaf_hash)
     VALUES ($1, $2, gen_random_uuid(), 'ThingSaid', '{}', '{}', now(), decode(repeat('00', 32), 'hex'))`,
    [stream, revision],
  );

const sequence = async (batch = 1000): Promise<number> => {
  const { rows } = await pool.query<{ count: number }>('SELECT event_store.es_sequence($1) AS count', [batch]);
  return rows[0]?.count ?? 0;
};

/**
 * Repeats until `count` events are sequenced: a transaction in another database of the cluster, for instance of another
 * spec, may delay a window briefly.
 */
const sequenced = async (count: number, batch?: number): Promise<number> => {
  let events = 0;
  for (const end = Date.now() + 5_000; events < count && Date.now() < end;)
    events += Math.max(0, await sequence(batch));
  return events;
};

const log = async (): Promise<string[]> =>
  (await store.readAll({ after: null, limit: 10_000 })).events.map(({ stream, revision }) => `${stream}@${revision}`);

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 15_000; !(await condition());) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe('interleavings', () => {
  it('two transactions: one that commits first waits for the older one', async () => {
    const older = await session();
    await older.query('BEGIN');
    await insert(older, 'a-1', 0);
    await insert(pool, 'b-1', 0);
    expect(await sequence()).toBe(-1);
    expect(await log()).toEqual([]);
    await older.query('COMMIT');
    expect(await sequenced(2)).toBe(2);
    expect(await log()).toEqual(['a-1@0', 'b-1@0']);
    expect(await sequence()).toBe(0);
  });

  it('two transactions: a rolled back one delays no other and leaves no gap', async () => {
    const older = await session();
    await older.query('BEGIN');
    await insert(older, 'a-1', 0);
    await insert(pool, 'b-1', 0);
    await older.query('ROLLBACK');
    await insert(pool, 'c-1', 0);
    expect(await sequenced(2)).toBe(2);
    const { events } = await store.readAll({ after: null });
    expect(events.map(({ position }) => position)).toEqual([0n, 1n]);
  });

  it('two transactions: a later one that drew its number earlier is found in its own window', async () => {
    // the steps of an append that is delayed between drawing its number and its transaction id
    const { rows } = await pool.query<{ seq: string }>(
      `SELECT nextval(pg_get_serial_sequence('event_store.es_event', 'seq')) AS seq`,
    );
    await insert(pool, 'b-1', 0);
    expect(await sequenced(1, 1)).toBe(1);
    await pool.query(
      `INSERT INTO event_store.es_event (seq, stream_id, revision, event_id, type, data, meta, recorded_at, leaf_hash)
       OVERRIDING SYSTEM VALUE VALUES ($1, 'a-1', 0, gen_random_uuid(), 'ThingSaid', '{}', '{}', now(), decode(repeat('00', 32), 'hex'))`,
      [rows[0]?.seq],
    );
    expect(await sequenced(1, 1)).toBe(1);
    expect(await log()).toEqual(['b-1@0', 'a-1@0']);
  });

  it('three transactions: a stream keeps its order while an unrelated transaction holds a window open', async () => {
    const stranger = await session();
    await stranger.query('BEGIN');
    await stranger.query('SELECT pg_current_xact_id()');
    await insert(pool, 'a-1', 0);
    const late = await session();
    await late.query('BEGIN');
    await insert(late, 'a-1', 1);
    expect(await sequence()).toBe(-1);
    await stranger.query('COMMIT');
    expect(await sequenced(1)).toBe(1);
    await late.query('COMMIT');
    await insert(pool, 'a-1', 2);
    expect(await sequenced(2)).toBe(2);
    expect(await log()).toEqual(['a-1@0', 'a-1@1', 'a-1@2']);
  });

  it('three transactions: an append that is not the first write of its transaction stops the sequencer with an error', async () => {
    const writer = await session();
    const stranger = await session();
    await writer.query('BEGIN');
    await writer.query('SELECT pg_current_xact_id()'); // wrote something else first
    await stranger.query('BEGIN');
    await stranger.query('SELECT pg_current_xact_id()');
    await insert(pool, 'a-1', 0);
    await insert(writer, 'a-1', 1);
    await writer.query('COMMIT');
    await expect(sequenced(1)).rejects.toMatchObject({ code: 'ES001' });
    expect(await log()).toEqual([]);

    const reported: string[] = [];
    const leader = sequencer({ onLog: (_level, event) => reported.push(event) });
    await until(() => leader.state === 'broken');
    expect(leader.failure?.message).toContain('revision 1 of a-1');
    expect(reported).toContain('sequencer.broken');
  });

  it('one transaction of more events than a batch keeps its order, and so do later ones', async () => {
    const events = Array.from({ length: 25 }, (_, index) => exampleEvent(`large-${index}`));
    await store.append('large-1', events, 'no-stream');
    await insert(pool, 'b-1', 0);
    expect(await sequenced(26, 4)).toBe(26);
    expect(await log()).toEqual([...events.map((_, index) => `large-1@${index}`), 'b-1@0']);
  });
});

describe('leading', () => {
  it('is limited to one sequencer, and another takes over when the leader stops or its session is cut', async () => {
    const first = sequencer();
    await until(() => first.state === 'leading');
    const second = sequencer();
    const third = sequencer();
    await insert(pool, 'a-1', 0);
    await until(async () => (await log()).length === 1);
    expect([second.state, third.state]).toEqual(['waiting', 'waiting']);

    await first.stop();
    await until(() => second.state === 'leading' || third.state === 'leading');
    await insert(pool, 'a-1', 1);
    await until(async () => (await log()).length === 2);

    await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sequencer'`);
    await insert(pool, 'a-1', 2);
    await until(async () => (await log()).length === 3);
    await until(() => [second.state, third.state].sort().join() === 'leading,waiting');
  });

  it('can be started again after it stopped', async () => {
    const one = sequencer();
    await one.stop();
    expect(one.state).toBe('stopped');
    one.start();
    await insert(pool, 'a-1', 0);
    await until(async () => (await log()).length === 1);
  });

  it('writes nothing while there is nothing to do', async () => {
    sequencer({ pollMs: 5 });
    await insert(pool, 'a-1', 0);
    await until(async () => (await log()).length === 1);
    const head = async (): Promise<unknown> =>
      (await pool.query(`SELECT xmin::text, xmax::text, h.* FROM event_store.es_head h`)).rows;
    const before = await head();
    for (let round = 0; round < 20; round++) expect(await sequence()).toBe(0);
    expect(await head()).toEqual(before);
  });

  it('is notified of appends of other processes, however seldom it polls', async () => {
    sequencer({ idlePollMs: 600_000 });
    await until(() => [...sequencers][0]!.state === 'leading');
    for (let pause = 0; pause < 3; pause++) {
      const stream = `example-${newId()}`;
      const before = (await log()).length;
      await store.append(stream, [exampleEvent(`heard-${pause}-0`)], 'no-stream');
      // An announcement is not repeated for a while; the sequencer polls often for longer than that.
      await store.append(stream, [exampleEvent(`heard-${pause}-1`)], 0n);
      await until(async () => (await log()).length === before + 2);
      await new Promise((resolve) => setTimeout(resolve, 400 * pause));
    }
  });

  it('reports how far it is behind', async () => {
    const one = new PostgresSequencer({ connectionString: database.url });
    expect(await one.lag()).toEqual({ events: 0, oldestMs: 0 });
    const stranger = await session();
    await stranger.query('BEGIN');
    await stranger.query('SELECT pg_current_xact_id()');
    await insert(pool, 'a-1', 0);
    await insert(pool, 'a-1', 1);
    await sequence();
    expect((await one.lag()).events).toBe(2);
    await stranger.query('COMMIT');
    await sequenced(2);
    expect((await one.lag()).events).toBe(0);
  });
});

describe('a log from another cluster', () => {
  /** The state after restoring a dump: transaction ids of another cluster, greater and smaller than this one's. */
  const restored = async (): Promise<void> => {
    await insert(pool, 'a-1', 0);
    await insert(pool, 'b-1', 0);
    await sequenced(2);
    for (const [index, tx] of ['9000000000', '3', '9000000001'].entries()) {
      await pool.query(
        `INSERT INTO event_store.es_event (tx, stream_id, revision, event_id, type, data, meta, recorded_at, leaf_hash)
         VALUES ($1::text::xid8, 'a-1', $2, gen_random_uuid(), 'ThingSaid', '{}', '{}', now(), decode(repeat('00', 32), 'hex'))`,
        [tx, index + 1],
      );
    }
    await pool.query(`UPDATE event_store.es_head SET system_identifier = 42, lo = '9000000000', hi = '9000000000'`);
  };

  it('is adopted once: existing events get positions by their numbers, and later ones follow', async () => {
    await restored();
    const reported: string[] = [];
    const leader = sequencer({ onLog: (_level, event) => reported.push(event) });
    await until(() => leader.state === 'leading');
    expect(reported).toEqual(['sequencer.adopted', 'sequencer.leading']);
    expect(await log()).toEqual(['a-1@0', 'b-1@0', 'a-1@1', 'a-1@2', 'a-1@3']);
    await insert(pool, 'a-1', 4);
    await insert(pool, 'b-1', 1);
    await until(async () => (await log()).length === 7);
    expect((await log()).slice(5)).toEqual(['a-1@4', 'b-1@1']);
    expect(await leader.lag()).toEqual({ events: 0, oldestMs: 0 });

    await leader.stop();
    leader.start();
    await until(() => leader.state === 'leading');
    expect(reported.filter((event) => event === 'sequencer.adopted').length).toBe(1);
    expect((await collect(store.readStream('a-1'))).map(({ position }) => position)).toEqual([0n, 2n, 3n, 4n, 5n]);
  });

  it('waits for running appends, whose events would otherwise never be sequenced', async () => {
    await restored();
    const writer = await session();
    await writer.query('BEGIN');
    await insert(writer, 'c-1', 0);
    const leader = sequencer();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(leader.state).toBe('waiting');
    await insert(writer, 'c-2', 0);
    await writer.query('COMMIT');
    await until(async () => (await log()).length === 7);
    expect((await log()).slice(-2)).toEqual(['c-1@0', 'c-2@0']);
  });
});
