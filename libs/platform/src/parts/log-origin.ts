import { plainColumns, type RowClasses } from '@dittoo/kernel';
import type { Pool } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateLogOrigin1764000100000 implements MigrationInterface {
  readonly name = 'CreateLogOrigin1764000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS platform');
    await runner.query(`
      CREATE TABLE platform.log_origin (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), kept_by text NOT NULL,
        since timestamptz NOT NULL DEFAULT now())`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA platform CASCADE');
  }
}

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
const platformRows: RowClasses = {
  log_origin: { columns: plainColumns('one', 'kept_by', 'since') },
};

export const logOriginSchema = { schema: 'platform', migrations: [CreateLogOrigin1764000100000], rows: platformRows };

export type LogKeeper = 'postgresql' | 'eventstoredb';

/**
 * The rows of this database (checkpoints, leaves) hold positions of one log: with another log, events would be skipped
 * or handled again. So the first start records which log it is.
 *
 * @throws Error the rows belong to another log
 */
export const requireSameLog = async (pool: Pool, keeper: LogKeeper): Promise<void> => {
  await pool.query(
    `INSERT INTO platform.log_origin (kept_by)
     SELECT CASE WHEN EXISTS (SELECT FROM event_store.es_event) THEN 'postgresql' ELSE $1 END ON CONFLICT DO NOTHING`,
    [keeper],
  );
  const { rows } = await pool.query<{ kept_by: string }>('SELECT kept_by FROM platform.log_origin');
  if (rows[0]?.kept_by === keeper) return;
  throw new Error(
    keeper === 'eventstoredb'
      ? 'EVENT_STORE_URL is set, but this database has its log in PostgreSQL: unset it, or begin with an empty database'
      : 'EVENT_STORE_URL is not set, but this database has its log in EventStoreDB: set it, or begin with an empty one',
  );
};
