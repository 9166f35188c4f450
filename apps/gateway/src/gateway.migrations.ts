import { plainColumns, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateGateway1763800003000 implements MigrationInterface {
  readonly name = 'CreateGateway1763800003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS gateway');
    await runner.query(`
      CREATE TABLE gateway.access_log (
        id uuid NOT NULL, at timestamptz NOT NULL, method text NOT NULL, route text NOT NULL, status int NOT NULL,
        duration_ms real NOT NULL, ip jsonb NOT NULL)`);
    await runner.query('CREATE INDEX ON gateway.access_log USING brin (at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA gateway CASCADE');
  }
}

/**
 * Each day of the log is a partition and is deleted by dropping it. The services' database role owns nothing and may
 * neither create nor drop tables; these two functions do it on its behalf, for days of these two tables only.
 */
class AddAccessLogDays1763800003010 implements MigrationInterface {
  readonly name = 'AddAccessLogDays1763800003010';

  async up(runner: QueryRunner): Promise<void> {
    const columns = `id uuid NOT NULL, at timestamptz NOT NULL, method text NOT NULL, route text NOT NULL,
      status int NOT NULL, duration_ms real NOT NULL, ip jsonb NOT NULL`;
    await runner.query('ALTER TABLE gateway.access_log RENAME TO access_log_undivided');
    for (const table of ['access_log', 'access_log_truncated'])
      await runner.query(`CREATE TABLE gateway.${table} (${columns}) PARTITION BY RANGE (at)`);
    await runner.query(`
      CREATE TABLE gateway.access_log_count (
        day date NOT NULL, method text NOT NULL, route text NOT NULL, status int NOT NULL, requests int NOT NULL,
        median_ms real NOT NULL, PRIMARY KEY (day, method, route, status))`);
    await runner.query(`
      CREATE TABLE gateway.access_log_day (
        day date PRIMARY KEY, stage text NOT NULL DEFAULT 'full' CHECK (stage IN ('full', 'truncated', 'counted')),
        keys_destroyed boolean NOT NULL DEFAULT true)`);
    await runner.query(`
      CREATE FUNCTION gateway.open_access_log_day(p_table text, p_day date) RETURNS void
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        IF p_table NOT IN ('access_log', 'access_log_truncated') THEN RAISE EXCEPTION 'not an access log'; END IF;
        PERFORM pg_advisory_xact_lock(hashtext('gateway.' || p_table));
        EXECUTE format('CREATE TABLE IF NOT EXISTS gateway.%I PARTITION OF gateway.%I FOR VALUES FROM (%L) TO (%L)',
          p_table || '_' || to_char(p_day, 'YYYYMMDD'), p_table,
          p_day::timestamp AT TIME ZONE 'UTC', (p_day + 1)::timestamp AT TIME ZONE 'UTC');
      END $$`);
    await runner.query(`
      CREATE FUNCTION gateway.drop_access_log_day(p_table text, p_day date) RETURNS void
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        IF p_table NOT IN ('access_log', 'access_log_truncated') THEN RAISE EXCEPTION 'not an access log'; END IF;
        EXECUTE format('DROP TABLE IF EXISTS gateway.%I', p_table || '_' || to_char(p_day, 'YYYYMMDD'));
      END $$`);
    await runner.query(`
      INSERT INTO gateway.access_log_day (day) SELECT DISTINCT (at AT TIME ZONE 'UTC')::date FROM gateway.access_log_undivided`);
    await runner.query(`SELECT gateway.open_access_log_day('access_log', day) FROM gateway.access_log_day`);
    await runner.query('INSERT INTO gateway.access_log SELECT * FROM gateway.access_log_undivided');
    await runner.query('DROP TABLE gateway.access_log_undivided');
  }

  async down(): Promise<void> {
    throw new Error('dropped days cannot be restored');
  }
}

/**
 * Statistics count Swedish days, while the log is kept by days of UTC: the counts of one Swedish day come from two days of
 * the log.
 */
class CountSwedishDays1764260104010 implements MigrationInterface {
  readonly name = 'CountSwedishDays1764260104010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE gateway.access_log_count ADD COLUMN log_day date');
    await runner.query('UPDATE gateway.access_log_count SET log_day = day');
    await runner.query('ALTER TABLE gateway.access_log_count DROP CONSTRAINT access_log_count_pkey');
    await runner.query('ALTER TABLE gateway.access_log_count ADD PRIMARY KEY (log_day, day, method, route, status)');
    await runner.query('CREATE INDEX ON gateway.access_log_count (day)');
  }

  async down(): Promise<void> {
    throw new Error('the days of counts cannot be told apart again');
  }
}

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
const gatewayRows: RowClasses = {
  access_log: {
    columns: {
      ip: {
        kind: 'envelope',
        category: 'accessLog',
        erasure: { because: 'it lies under the key of its day, which ends after 30 days' },
        copy: { because: 'it cannot be known whose address it was (art. 11)' },
      },
      ...plainColumns('id', 'at', 'method', 'route', 'status', 'duration_ms'),
    },
  },
  access_log_truncated: {
    columns: {
      ip: {
        kind: 'envelope',
        category: 'accessLog',
        erasure: { because: 'it is shortened (/24, /48) and lies under a key of its day, which ends after 12 months' },
        copy: { because: 'it cannot be known whose address it was (art. 11)' },
      },
      ...plainColumns('id', 'at', 'method', 'route', 'status', 'duration_ms'),
    },
  },
  access_log_count: { columns: plainColumns('log_day', 'day', 'method', 'route', 'status', 'requests', 'median_ms') },
  access_log_day: { columns: plainColumns('day', 'stage', 'keys_destroyed') },
};

export const gatewaySchema = {
  schema: 'gateway',
  migrations: [CreateGateway1763800003000, AddAccessLogDays1763800003010, CountSwedishDays1764260104010],
  rows: gatewayRows,
};
