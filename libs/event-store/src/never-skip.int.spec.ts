/*
 * Promised: whichever process dies and however late a transaction commits, a live reader gets every acknowledged event
 * once, at dense positions, each stream in order. Writers append one to three events through the store, or hold inserts
 * in open transactions, commit late, roll back; their sessions and the leader's are cut; two sequencers take turns;
 * transactions that write elsewhere stay open throughout.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStoreUnavailable, RevisionConflict } from '@dittoo/kernel';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import pg from 'pg';
import { exampleEvent } from './event-store.contract.js';
import { eventStoreMigrations } from './event-store.migration.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { PostgresSequencer } from './postgres-sequencer.js';

const chaosMs = 12_000;

/** A seeded random generator; the scheduler adds the rest. */
const dice = (seed: number) => {
  let state = seed;
  return (sides: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('never skips', () => {
  let database: TestDatabase;
  let control: pg.Pool;

  beforeAll(async () => {
    database = await testDatabase('never_skip');
    await database.migrate(eventStoreMigrations, { schema: 'event_store' });
    control = database.pool({ max: 2, applicationName: 'control' });
  });
  afterAll(() => database.drop());

  it('under chaos', async () => {
    const until = Date.now() + chaosMs;
    const acknowledged = new Set<string>();
    const seen: { eventId: string; position: bigint; stream: string; revision: bigint }[] = [];
    let seenBeforeStrangerEnded = 0;
    const count = { lateCommits: 0, rollbacks: 0, cuts: 0, leaderCuts: 0, unknown: 0 };

    const sequencers = [1, 2].map(
      () => new PostgresSequencer({ connectionString: database.url, application_name: 'sequencer' }, { batchSize: 37 }),
    );
    for (const sequencer of sequencers) sequencer.start();

    const storeWriter = async (writer: number): Promise<void> => {
      const roll = dice(writer);
      const store = new PostgresEventStore(database.pool({ max: 3, applicationName: 'writer', role: 'dittoo_app' }), {
        onAppended: () => sequencers[0]?.kick(),
      });
      const revisions = new Map<string, bigint>();
      for (let round = 0; Date.now() < until; round++) {
        const append = async (lane: number): Promise<void> => {
          // different writers write to some of the same streams
          const stream = `chaos-${lane < 4 ? lane : `${writer}-${lane}`}`;
          const last = revisions.get(stream);
          const events = Array.from({ length: 1 + roll(3) }, (_, index) =>
            exampleEvent(`${writer}-${round}-${lane}-${index}`, { writer, round, text: 'x'.repeat(roll(400)) }),
          );
          try {
            const { revision } = await store.append(stream, events, last ?? 'no-stream');
            revisions.set(stream, revision);
            for (const { eventId } of events) acknowledged.add(eventId);
          } catch (error) {
            if (error instanceof RevisionConflict) {
              if (error.actualRevision !== null) revisions.set(stream, error.actualRevision);
            } else if (error instanceof EventStoreUnavailable) count.unknown += 1;
            else throw error;
          }
        };
        const lanes = new Set(Array.from({ length: 1 + roll(5) }, () => roll(12)));
        await Promise.all([...lanes].map(append));
        await pause(roll(8));
      }
    };

    /** Inserts as an append does, but leaves its transaction open for a while. */
    const slowWriter = async (writer: number): Promise<void> => {
      const roll = dice(writer * 7_919);
      const pool = database.pool({ max: 1, applicationName: 'slow' });
      const stream = `slow-${writer}`;
      for (let revision = 0, round = 0; Date.now() < until; round++) {
        let client: pg.PoolClient | undefined;
        let broken = false;
        try {
          client = await pool.connect();
          await client.query('BEGIN');
          const ids: string[] = [];
          for (let index = 0; index < 1 + roll(3); index++) {
            const { eventId } = exampleEvent(`slow-${writer}-${round}-${index}`);
            await client.query(
              `INSERT INTO event_store.es_event (stream_id, revision, event_id, type, data, meta, recorded_at, leaf_hash)
               VALUES ($1, $2, $3, 'ThingSaid', '{}', '{}', now(), decode(repeat('00', 32), 'hex'))`,
              [stream, revision + index, eventId],
            );
            ids.push(eventId);
            await pause(roll(60));
          }
          if (roll(3) === 0) {
            await client.query('ROLLBACK');
            count.rollbacks += 1;
          } else {
            await client.query('COMMIT');
            count.lateCommits += 1;
            revision += ids.length;
            for (const id of ids) acknowledged.add(id);
          }
        } catch {
          broken = true; // the session was cut: read whether the commit happened
          const { rows } = await control.query<{ next: number }>(
            'SELECT coalesce(max(revision) + 1, 0)::int AS next FROM event_store.es_event WHERE stream_id = $1',
            [stream],
          );
          revision = rows[0]?.next ?? 0;
        } finally {
          client?.release(broken);
        }
      }
    };

    /** Writes into a table of its own for as long as the chaos lasts: the log must not wait for it. */
    const stranger = async (): Promise<void> => {
      const client = await database.pool({ max: 1, applicationName: 'stranger' }).connect();
      await client.query('CREATE TABLE public.strange (id int)');
      await client.query('BEGIN');
      try {
        for (let id = 0; Date.now() < until; id++) {
          await client.query('INSERT INTO public.strange VALUES ($1)', [id]);
          await pause(20);
        }
        seenBeforeStrangerEnded = seen.length;
        await client.query('COMMIT');
      } finally {
        client.release();
      }
    };

    const cutter = async (): Promise<void> => {
      const roll = dice(424_242);
      while (Date.now() < until) {
        await pause(40 + roll(200));
        const victim = ['writer', 'slow', 'sequencer'][roll(3)] as string;
        const { rows } = await control.query<{ cut: boolean }>(
          `SELECT pg_terminate_backend(pid) AS cut FROM (
             SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1
              ORDER BY md5(pid::text || $2) LIMIT 3) victims`,
          [victim, String(roll(1_000))],
        );
        if (victim === 'sequencer') count.leaderCuts += rows.length;
        else count.cuts += rows.length;
      }
    };

    const done = new AbortController();
    const reader = (async () => {
      const store = new PostgresEventStore(database.pool({ max: 2, applicationName: 'reader', role: 'dittoo_app' }));
      for await (const page of store.subscribeToAll({ after: null, signal: done.signal, limit: 100 })) {
        for (const { eventId, position, stream, revision } of page.events) {
          seen.push({ eventId, position, stream, revision });
        }
      }
    })();

    await Promise.all([...[1, 2, 3, 4, 5].map(storeWriter), ...[1, 2, 3].map(slowWriter), stranger(), cutter()]);

    const written = async (): Promise<number> =>
      (await control.query<{ count: number }>('SELECT count(*)::int FROM event_store.es_event')).rows[0]?.count ?? -1;
    for (const deadline = Date.now() + 10_000; Date.now() < deadline && seen.length < (await written());)
      await pause(50);
    done.abort();
    await reader;
    for (const sequencer of sequencers) await sequencer.stop();

    // the reader has every row, once, at dense positions
    expect(seen.length).toBe(await written());
    expect(seen.map(({ position }) => position)).toEqual(seen.map((_, index) => BigInt(index)));
    const ids = new Set(seen.map(({ eventId }) => eventId));
    expect(ids.size).toBe(seen.length);
    // no acknowledged event is missing
    expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([]);
    // each stream in order, without a hole
    const next = new Map<string, bigint>();
    const outOfOrder = seen.filter(({ stream, revision }) => {
      const expected = next.get(stream) ?? 0n;
      next.set(stream, revision + 1n);
      return revision !== expected;
    });
    expect(outOfOrder).toEqual([]);
    expect(seenBeforeStrangerEnded).toBeGreaterThan(500);
    // and sessions were cut
    expect(acknowledged.size).toBeGreaterThan(1_000);
    for (const figure of [count.lateCommits, count.rollbacks, count.cuts, count.leaderCuts]) {
      expect(figure).toBeGreaterThan(3);
    }
  }, 60_000);
});
