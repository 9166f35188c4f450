import { plainColumns, type RowClasses } from '@dittoo/kernel';
import pg from 'pg';
import { AbstractLogger, DataSource, type MigrationInterface } from 'typeorm';

export type MigrationClass = new () => MigrationInterface;

export interface MigrateOptions {
  /** The service's own schema, made first when absent; migrations name it in their statements. */
  readonly schema?: string;
  /** How long to wait for another process that migrates. Default 60,000. */
  readonly lockTimeoutMs?: number;
  /** What every process does after the migrations, one at a time: grants, which collide in the catalogue. */
  readonly afterwards?: () => Promise<void>;
}

/** One lock for all who migrate a database; the number is arbitrary and never changes. */
const migrationLock = 7_203_514_486_001;

/** `public.migration`, which holds nothing of a person. */
export const migrationRows: RowClasses = { migration: { columns: plainColumns('id', 'timestamp', 'name') } };

/** What goes wrong is thrown; printing it as well would show statements. */
class SilentLogger extends AbstractLogger {
  protected override writeLog(): void {}
}
const silent = new SilentLogger(false);

/**
 * Runs those of `migrations` that have not run yet, oldest first, each in a transaction of its own. What ran is
 * remembered in `public.migration`, where every service keeps only its own and leaves the others' alone.
 *
 * @returns names of those run now
 * @throws the migration's own error; those before it stay, it and those after it did not happen
 *
 * Several processes may start at once: one migrates, the others wait and find it done.
 */
export const migrate = async (
  url: string,
  migrations: readonly MigrationClass[],
  options: MigrateOptions = {},
): Promise<string[]> => {
  const lock = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  lock.on('error', () => undefined);
  await lock.connect();
  try {
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
    await lock.end(); // and the lock goes with the session
  }
};
