/*
 * Promised: one sequencer leads; a leader that was paused, killed or lost its node is replaced within ten seconds and
 * can do nothing when it wakes up; a log restored into another cluster is adopted once.
 */
import { describe, expect, it } from '@jest/globals';
import { newId } from '@dittoo/kernel';
import { collect, exampleEvent } from './event-store.contract.js';
import { PostgresSequencer } from './postgres-sequencer.js';
import {
  database,
  insert,
  log,
  pool,
  separateProcess,
  sequence,
  sequenced,
  sequencer,
  session,
  store,
  until,
} from './sequencer.fixture.js';

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

  it('passes to another within ten seconds when the leader is paused, which is refused when it wakes up', async () => {
    const first = await separateProcess();
    await first.says('leading');
    const second = sequencer();
    first.signal('SIGSTOP');
    const pausedAt = performance.now();
    await insert(pool, 'a-1', 0);
    await until(async () => (await log()).length === 1);
    expect(performance.now() - pausedAt).toBeLessThan(10_000);
    first.signal('SIGCONT');
    await first.says('leadLost');
    await insert(pool, 'a-1', 1);
    await until(async () => (await log()).length === 2);
    expect(second.state).toBe('leading');
  });

  it('passes to another within ten seconds when the session of the leader outlives its node', async () => {
    // what remains on the server of a node without power: a session nobody speaks on, which holds the lead
    const gone = await session();
    await until(
      async () => (await gone.query(`SELECT event_store.es_lead('gone', 6000) AS epoch`)).rows[0].epoch !== null,
    );
    const heir = sequencer();
    const goneAt = performance.now();
    await until(() => heir.state === 'leading');
    expect(performance.now() - goneAt).toBeLessThan(10_000);
    const { rows } = await gone.query('SELECT event_store.es_sequence(10, 1) AS answer');
    expect(rows).toEqual([{ answer: -2 }]);
  });

  it('passes to another although the clock of the server was set back meanwhile', async () => {
    await pool.query(
      `UPDATE event_store.es_leader SET holder = 'gone', epoch = 7, expires_at = clock_timestamp() + interval '1 hour'`,
    );
    const heir = sequencer();
    await until(() => heir.state === 'leading');
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
    const leader = sequencer({ idlePollMs: 600_000 });
    await until(() => leader.state === 'leading');
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
    const older = await session();
    await older.query('BEGIN');
    await insert(older, 'b-1', 0);
    await insert(pool, 'a-1', 0);
    await insert(pool, 'a-1', 1);
    await sequence();
    expect((await one.lag()).events).toBe(2);
    await older.query('COMMIT');
    await sequenced(3);
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
