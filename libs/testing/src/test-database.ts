import { randomBytes } from 'node:crypto';
import pg from 'pg';
import {
  ensureAppRole,
  ensureDatabase,
  migrate,
  type MigrateOptions,
  type MigrationClass,
  openPool,
  type PoolOptions,
} from '@dittoo/database';
import { postgresUrlVariable } from './global-setup.js';

export interface TestDatabase {
  readonly url: string;
  /** Runs migrations as a service does at its start. */
  migrate(migrations: readonly MigrationClass[], options?: MigrateOptions): Promise<string[]>;
  /** A pool that `drop` ends; `role: 'dittoo_app'` has the rights of services. */
  pool(options?: Partial<PoolOptions>): pg.Pool;
  /** Ends its pools and every other session on it, then removes it. */
  drop(): Promise<void>;
}

/**
 * A new, empty database on the PostgreSQL of this test run, with the role services act as.
 *
 * @param name part of the database's name, which is unique anyway
 */
export const testDatabase = async (name = 'spec'): Promise<TestDatabase> => {
  const base = process.env[postgresUrlVariable];
  if (base === undefined) throw new Error('no PostgreSQL for tests: run the spec through jest and its global setup');
  const database = `${name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 40)}_${randomBytes(6).toString('hex')}`;
  const url = new URL(base);
  url.pathname = `/${database}`;
  await ensureDatabase(url.toString());
  await ensureAppRole(url.toString());
  const pools: pg.Pool[] = [];
  return {
    url: url.toString(),
    migrate: (migrations, options) => migrate(url.toString(), migrations, options),
    pool: (options) => {
      const pool = openPool(url.toString(), { max: 4, applicationName: 'spec', ...options });
      pools.push(pool);
      return pool;
    },
    drop: async () => {
      await Promise.all(pools.splice(0).map((pool) => pool.end()));
      const maintenance = new URL(base);
      maintenance.pathname = '/postgres';
      const client = new pg.Client({ connectionString: maintenance.toString() });
      await client.connect();
      try {
        await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(database)} WITH (FORCE)`);
      } finally {
        await client.end();
      }
    },
  };
};
