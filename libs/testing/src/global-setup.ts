import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@dittoo/database';

/** Where the workers of a test run find its PostgreSQL: a connection string without a database. */
export const postgresUrlVariable = 'DITTOO_TEST_POSTGRES_URL';

const prefix = 'dittoo-test-';

export interface TestRun {
  readonly postgres: EmbeddedPostgres;
  readonly directory: string;
}

const held = globalThis as { dittooTestRun?: TestRun | undefined };

/** One PostgreSQL for the whole run, in its own directory that is removed with it. */
export default async function setup(): Promise<void> {
  await sweep();
  const directory = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(directory, 0o711);
  writeFileSync(join(directory, 'owner'), String(process.pid));
  const postgres = await startEmbeddedPostgres({ dataDir: join(directory, 'data') });
  process.env[postgresUrlVariable] = postgres.url('');
  held.dittooTestRun = { postgres, directory };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void endRun().finally(() => process.exit(1)));
  }
}

/** Stops the PostgreSQL of `setup` and removes its files. Safe to repeat. */
export const endRun = async (): Promise<void> => {
  const run = held.dittooTestRun;
  held.dittooTestRun = undefined;
  if (run === undefined) return;
  await run.postgres.stop();
  rmSync(run.directory, { recursive: true, force: true });
};

/** Cleans up after a killed run: starting on its directory stops the orphan, then the directory is removed. */
const sweep = async (): Promise<void> => {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const directory = join(tmpdir(), name);
    try {
      const owner = Number(readFileSync(join(directory, 'owner'), 'utf8'));
      if (!Number.isInteger(owner) || owner <= 0 || isAlive(owner)) continue;
      if (existsSync(join(directory, 'data', 'cluster', 'postmaster.pid'))) {
        await (await startEmbeddedPostgres({ dataDir: join(directory, 'data') })).stop();
      }
      rmSync(directory, { recursive: true, force: true });
    } catch {
      // another user's run, or an incomplete one: left alone
    }
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
