import { newId } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRights, type RightsUnderTest } from '../rights.fixture.js';
import { DueTasks } from './due-task.worker.js';
import { claimMs, TaskClaims } from './task-claims.js';

/**
 * Promised: a task is performed until its performer reports it as done, by one process at a time, and again if it was
 * scheduled meanwhile. Left open: that a repeated performance changes nothing, which is the performer's promise.
 */
let rights: RightsUnderTest;
const performed: string[] = [];
let duringPerformance: (id: string) => Promise<string | null> = () => Promise.resolve(null);

beforeAll(async () => {
  rights = await startRights();
  rights.service.get<DueTasks>(DueTasks).perform('restrictionLift', (id) => {
    performed.push(id);
    return duringPerformance(id);
  });
});
afterAll(() => rights.close());

const schedule = (id: string, dueAt: string): Promise<void> =>
  rights.service.get<DueTasks>(DueTasks).schedule('restrictionLift', id, dueAt);
const rowsOf = async (id: string) =>
  (await rights.service.platform.pool.query('SELECT due_at, claimed_until FROM rights.due_task WHERE id = $1', [id]))
    .rows;
const timesOf = (id: string): number => performed.filter((one) => one === id).length;
const past = '2026-01-01T00:00:00.000Z';
const never = '2999-01-01T00:00:00.000Z';

it('is deleted when it is done, and otherwise due again at the time its performer returns', async () => {
  const [done, waiting] = [newId(), newId()];
  duringPerformance = (id) => Promise.resolve(id === waiting ? never : null);
  await schedule(done, past);
  await schedule(waiting, past);
  await until(async () => (await rowsOf(done)).length === 0 && timesOf(waiting) > 0);
  await until(async () => (await rowsOf(waiting))[0]?.claimed_until === null);
  expect(await rowsOf(waiting)).toEqual([{ due_at: new Date(never), claimed_until: null }]);
  expect([timesOf(done), timesOf(waiting)]).toEqual([1, 1]);
});

it('is performed again if it was scheduled during its performance', async () => {
  const id = newId();
  duringPerformance = async () => {
    if (timesOf(id) === 1) await schedule(id, past);
    return null;
  };
  await schedule(id, past);
  await until(async () => timesOf(id) === 2 && (await rowsOf(id)).length === 0);
});

it('is retried after a failure', async () => {
  const id = newId();
  duringPerformance = () => (timesOf(id) === 1 ? Promise.reject(new Error('away')) : Promise.resolve(null));
  await schedule(id, past);
  await until(async () => timesOf(id) === 2 && (await rowsOf(id)).length === 0);
});

it('that fails each time has a beginning of that, which ends with its success', async () => {
  const id = newId();
  let away = true;
  duringPerformance = () => (away ? Promise.reject(new Error('away')) : Promise.resolve('2999-01-01T00:00:00.000Z'));
  const claims = rights.service.get<TaskClaims>(TaskClaims);
  const failing = async () => (await claims.failingSince('2999-01-01T00:00:00.000Z')).filter((task) => task.id === id);
  await schedule(id, past);
  await until(async () => timesOf(id) >= 3);
  const [first] = await until(async () => {
    const found = await failing();
    return found.length > 0 && found;
  });
  expect(first).toMatchObject({ kind: 'restrictionLift' });
  await until(async () => timesOf(id) >= 4);
  expect((await failing()).map(({ since }) => since)).toEqual([first!.since]);
  away = false;
  await until(async () => (await failing()).length === 0);
  await rights.service.platform.pool.query('DELETE FROM rights.due_task WHERE id = $1', [id]);
});

it('is left to the process that claimed it, until the claim expires', async () => {
  const [claimed, abandoned] = [newId(), newId()];
  duringPerformance = () => Promise.resolve(null);
  const { pool } = rights.service.platform;
  const insert = `INSERT INTO rights.due_task (kind, id, due_at, claimed_until) VALUES ('restrictionLift', $1, $2, $3)`;
  await pool.query(insert, [claimed, past, never]);
  await pool.query(insert, [abandoned, past, past]);
  await until(async () => (await rowsOf(abandoned)).length === 0);
  expect([timesOf(claimed), timesOf(abandoned)]).toEqual([0, 1]);
});

describe('an expired claim', () => {
  const [before, after] = [
    '2026-01-02T00:00:00.000Z',
    new Date(Date.parse('2026-01-02T00:00:00.000Z') + claimMs).toISOString(),
  ];
  /** Inserts a task of a kind that no worker here performs, and claims it. */
  const taken = async (id: string) => {
    const claims = rights.service.get<TaskClaims>(TaskClaims);
    const { pool } = rights.service.platform;
    await pool.query('INSERT INTO rights.due_task (kind, id, due_at) VALUES ($1, $2, $3)', ['unperformed', id, past]);
    const kinds = ['unperformed'] as never[];
    return { claims, lost: (await claims.take(kinds, before))!, held: (await claims.take(kinds, after))! };
  };
  const claimOf = async (id: string) =>
    (await rights.service.platform.pool.query('SELECT * FROM rights.due_task WHERE id = $1', [id])).rows[0];

  it('changes nothing of a task that another worker claimed since', async () => {
    const id = newId();
    const { claims, held, lost } = await taken(id);
    const row = await claimOf(id);
    expect([row.claim, held.id, lost.id]).toEqual([held.claim, id, id]);
    expect(await claims.renew(lost, never)).toBe(false);
    expect(await claims.giveBack(lost, { at: never, failures: 3 })).toBe(false);
    expect(await claims.giveBack(lost, null)).toBe(false);
    expect(await claimOf(id)).toEqual(row);

    expect(await claims.renew(held, after)).toBe(true);
    expect(await claims.giveBack(held, null)).toBe(true);
    expect(await claimOf(id)).toBeUndefined();
  });

  it('ends its worker’s rights too: the task it performed meanwhile stays as it is', async () => {
    const id = newId();
    const other = newId();
    duringPerformance = async () => {
      await rights.service.platform.pool.query(
        'UPDATE rights.due_task SET claim = $2, claimed_until = $3 WHERE id = $1',
        [id, other, never],
      );
      return null;
    };
    await schedule(id, past);
    await until(() => timesOf(id) === 1);
    const next = newId(); // once this task is done, so is the other
    duringPerformance = () => Promise.resolve(null);
    await schedule(next, past);
    await until(async () => (await rowsOf(next)).length === 0);
    expect(await claimOf(id)).toMatchObject({ claim: other, claimed_until: new Date(never), due_at: new Date(past) });
  });
});
