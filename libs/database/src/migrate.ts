import { clientLimits, plainColumns, sessionSettings, type RowClasses } from '@dittoo/kernel';
import pg from 'pg';
import { AbstractLogger, DataSource, type MigrationInterface } from 'typeorm';
import { sessionLimits } from './pool.js';

export type MigrationClass = new () => MigrationInterface;

export interface MigrateOptions {
  /** The service's own schema, created first when absent; migrations name it in their statements. */
  readonly schema?: string;
  /** How long to wait for another process that migrates. Default 60,000. */
  readonly lockTimeoutMs?: number;
  /** Runs after the migrations under the same lock: for grants, which conflict in the catalogue when concurrent. */
  readonly afterwards?: () => Promise<void>;
}

/** One lock for all processes that migrate a database; the number is arbitrary and never changes. */
const migrationLock = 7_203_514_486_001;

/** `public.migration`, without personal data. */
export const migrationRows: RowClasses = { migration: { columns: plainColumns('id', 'timestamp', 'name') } };

/** Errors are thrown; printing them as well would show statements. */
class SilentLogger extends AbstractLogger {
  protected override writeLog(): void {}
}
const silent = new SilentLogger(false);

/**
 * Runs those of `migrations` that have not run yet, oldest first, each in a transaction of its own. Finished ones are
 * recorded in `public.migration`; each service reads and writes only its own entries.
 *
 * @returns names of those run now
 * @throws the migration's own error; earlier ones stay; this one is rolled back and later ones did not run
 *
 * Several processes may start at once: one migrates, the others wait.
 */
export const migrate = async (
  url: string,
  migrations: readonly MigrationClass[],
  options: MigrateOptions = {},
): Promise<string[]> => {
  // migrations and the wait for the lock take their time: no limit for a statement
  const lock = new pg.Client({ connectionString: url, ...clientLimits(0) });
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query(sessionSettings(0));
    await lock.query(`SET lock_timeout = ${Math.trunc(options.lockTimeoutMs ?? 60_000)}`);
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    if (options.schema !== undefined) {
      await lock.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(options.schema)}`);
    }
    const source = new DataSource({
      type: 'postgres',
      url,
      schema: 'public',
      migrations: [...migrations],
      migrationsTableName: 'migration',
      migrationsTransactionMode: 'each',
      poolSize: 2,
      extra: sessionLimits(0),
      logger: silent,
    });
    await source.initialize();
    try {
      const run = (await source.runMigrations()).map(({ name }) => name);
      await options.afterwards?.();
      return run;
    } finally {
      await source.destroy();
    }
  } finally {
    await lock.end(); // ending the session releases the lock
  }
};
