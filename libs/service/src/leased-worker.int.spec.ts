/*
 * Promised: one process at a time works; another takes over when it stops or fails to renew; the epoch grows with every
 * change of holder; after a failure it pauses and continues.
 */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import type { Pool } from 'pg';
import type { Lease } from './lease.js';
import { LeasedWorker } from './leased-worker.js';
import { createLogger } from './log.js';
import { serviceMigrations } from './service.migrations.js';

const logger = createLogger('spec', 'silent');
let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await testDatabase('lease');
  await database.migrate(serviceMigrations);
  pool = database.pool();
});
afterAll(() => database.drop());

const until = async (condition: () => boolean): Promise<void> => {
  for (const end = Date.now() + 30_000; !condition();) {
    if (Date.now() > end) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const workerOf = (name: string, holder: string, leases: Lease[], fails: () => boolean = () => false): LeasedWorker =>
  new LeasedWorker(
    pool,
    name,
    holder,
    10,
    async (lease) => {
      leases.push(lease);
      if (fails()) throw new Error('not now');
      return false;
    },
    logger,
  );

it('works in one process, and in the next when that one stops', async () => {
  const [first, second]: [Lease[], Lease[]] = [[], []];
  const [one, other] = [workerOf('a', 'one', first), workerOf('a', 'other', second)];
  one.start();
  await until(() => first.length > 0);
  other.start();
  await until(() => first.length > 5);
  expect(second).toEqual([]);
  await one.stop();
  const worked = first.length;
  await until(() => second.length > 0);
  expect(first).toHaveLength(worked);
  expect(Number(second[0]!.epoch)).toBeGreaterThan(Number(first[0]!.epoch));
  await other.stop();
});

it('is taken from a process that does not renew, which then stops', async () => {
  const [first, second]: [Lease[], Lease[]] = [[], []];
  const [one, other] = [workerOf('b', 'one', first), workerOf('b', 'other', second)];
  one.start();
  await until(() => first.length > 0);
  await pool.query(`UPDATE service.lease SET expires_at = now() - interval '1 second' WHERE name = 'b'`);
  other.start();
  await until(() => second.length > 0);
  await until(() => first.at(-1)!.signal.aborted); // at its next renewal
  await Promise.all([one.stop(), other.stop()]);
});

it('is taken within ten seconds from a process that is paused, which finds it lost when it wakes up', async () => {
  const script = `
    import { createLogger, LeasedWorker } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    import pg from 'pg';
    const work = async ({ epoch, signal }) => {
      console.log('epoch ' + epoch);
      signal.addEventListener('abort', () => console.log('lost'));
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return false;
    };
    const pool = new pg.Pool({ connectionString: process.env.DATABASE });
    new LeasedWorker(pool, 'paused', 'child', 10, work, createLogger('spec', 'silent')).start();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, DATABASE: database.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const leases: Lease[] = [];
  const heir = workerOf('paused', 'heir', leases);
  try {
    await until(() => output.includes('epoch 1'));
    heir.start();
    child.kill('SIGSTOP');
    const pausedAt = performance.now();
    await until(() => leases.length > 0);
    expect(performance.now() - pausedAt).toBeLessThan(10_000);
    child.kill('SIGCONT');
    await until(() => output.includes('lost'));
    expect(leases[0]!.epoch).toBe('2');
  } finally {
    child.kill('SIGKILL');
    await heir.stop();
  }
});

it('is taken although the clock of the server was set back meanwhile', async () => {
  await pool.query(
    `INSERT INTO service.lease (name, holder, epoch, expires_at) VALUES ('back', 'gone', 7, now() + interval '1 hour')`,
  );
  const leases: Lease[] = [];
  const heir = workerOf('back', 'heir', leases);
  heir.start();
  await until(() => leases.length > 0);
  expect(leases[0]!.epoch).toBe('8');
  await heir.stop();
});

it('runs again after a failure', async () => {
  const leases: Lease[] = [];
  let failures = 2;
  const worker = workerOf('c', 'one', leases, () => failures-- > 0);
  worker.start();
  await until(() => leases.length > 3);
  await worker.stop();
});

it('that progressed before it failed runs again as soon as after a first failure', async () => {
  const jitter = jest.spyOn(Math, 'random').mockReturnValue(1); // the longest possible pause
  const startedAt = performance.now();
  let turns = 0;
  const worker = new LeasedWorker(
    pool,
    'long',
    'one',
    10,
    (_lease, progressed) => {
      turns++;
      progressed();
      throw new Error('not now');
    },
    logger,
  );
  worker.start();
  try {
    await until(() => turns === 8);
    expect(performance.now() - startedAt).toBeLessThan(6_000); // growing pauses would add up to 12.7 s
  } finally {
    await worker.stop();
    jitter.mockRestore();
  }
});
