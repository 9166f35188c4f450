/*
 * Promised: an event gets a position only when every transaction that could still add an earlier event has ended, and
 * waits for no other transaction; positions are dense; streams keep their order; an append that is not its own
 * transaction is refused, and an order that is broken all the same stops the sequencer.
 */
import { describe, expect, it } from '@jest/globals';
import { testDatabase } from '@dittoo/testing';
import pg from 'pg';
import { exampleEvent } from './event-store.contract.js';
import { eventStoreMigrations } from './event-store.migration.js';
import { insert, log, pool, sequence, sequenced, sequencer, session, store, until } from './sequencer.fixture.js';

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

  it('three transactions: a stream keeps its order while another appender holds a window open', async () => {
    const older = await session();
    await older.query('BEGIN');
    await insert(older, 'b-1', 0);
    await insert(pool, 'a-1', 0);
    const late = await session();
    await late.query('BEGIN');
    await insert(late, 'a-1', 1);
    expect(await sequence()).toBe(-1);
    await older.query('COMMIT');
    expect(await sequenced(2)).toBe(2);
    await late.query('COMMIT');
    await insert(pool, 'a-1', 2);
    expect(await sequenced(2)).toBe(2);
    expect(await log()).toEqual(['b-1@0', 'a-1@0', 'a-1@1', 'a-1@2']);
  });

  it('an append is refused where its transaction wrote something else first', async () => {
    const writer = await session();
    await writer.query('BEGIN');
    await writer.query('SELECT pg_current_xact_id()'); // wrote something else first
    await expect(insert(writer, 'a-1', 0)).rejects.toMatchObject({ code: 'ES002' });
    await writer.query('ROLLBACK');
    await writer.query('BEGIN');
    await insert(writer, 'a-1', 0);
    await insert(writer, 'a-1', 1); // after an append of its own it may append again
    await writer.query('COMMIT');
    expect(await sequenced(2)).toBe(2);
  });

  it('an appender is waited for although it does nothing, also one whose first append was rolled back', async () => {
    const [idle, repeated] = [await session(), await session()];
    await idle.query('BEGIN');
    await insert(idle, 'a-1', 0);
    await repeated.query('BEGIN');
    await repeated.query('SAVEPOINT one');
    await insert(repeated, 'b-1', 0);
    await repeated.query('ROLLBACK TO SAVEPOINT one');
    await expect(insert(repeated, 'b-1', 0)).rejects.toMatchObject({ code: 'ES002' });
    await repeated.query('ROLLBACK');
    await insert(pool, 'c-1', 0);
    expect(await sequence()).toBe(-1);
    await idle.query('COMMIT');
    expect(await sequenced(2)).toBe(2);
    expect(await log()).toEqual(['a-1@0', 'c-1@0']);
  });

  it('a stream out of order stops the sequencer with an error', async () => {
    await insert(pool, 'a-1', 1);
    await insert(pool, 'a-1', 0);
    await expect(sequence()).rejects.toMatchObject({ code: 'ES001' });
    expect(await log()).toEqual([]);

    const reported: string[] = [];
    const leader = sequencer({ onLog: (_level, event) => reported.push(event) });
    await until(() => leader.state === 'broken');
    expect(leader.failure?.message).toContain('of a-1');
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

describe('a transaction that does not append is not waited for', () => {
  it('that is idle in the same database and wrote elsewhere', async () => {
    await pool.query('CREATE TABLE public.other (id int)');
    const stranger = await session();
    await stranger.query('BEGIN');
    await stranger.query('INSERT INTO public.other VALUES (1)');
    await stranger.query('SELECT * FROM event_store.es_event');
    await insert(pool, 'a-1', 0);
    expect(await sequence()).toBe(1);
  });

  it('that is open in another database of the server, and appends to a log there', async () => {
    const other = await testDatabase('sequencer_other');
    await other.migrate(eventStoreMigrations, { schema: 'event_store' });
    const stranger = new pg.Client({ connectionString: other.url });
    await stranger.connect();
    try {
      await stranger.query('BEGIN');
      await stranger.query(
        `INSERT INTO event_store.es_event (stream_id, revision, event_id, type, data, meta, recorded_at, leaf_hash)
         VALUES ('a-1', 0, gen_random_uuid(), 'ThingSaid', '{}', '{}', now(), decode(repeat('00', 32), 'hex'))`,
      );
      await insert(pool, 'a-1', 0);
      expect(await sequence()).toBe(1);
    } finally {
      await stranger.end();
      await other.drop();
    }
  });
});
