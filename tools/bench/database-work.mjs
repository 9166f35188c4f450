import { setTimeout as sleep } from 'node:timers/promises';
import { openPool } from '@dittoo/database';

/** A backend that is idle reports what it did within a second. */
const reportMs = 1_500;

/**
 * @typedef {{ statements: number | null, transactions: number, syncs: number, walBytes: number }} Work since the server began
 * @typedef {{ query: string, calls: number, rows: number, ms: number }} Statement
 */

/** What a PostgreSQL server has done, by its own statistics. All its databases are counted. */
export class DatabaseWork {
  #pool;

  /** @param {string} url of a superuser */
  constructor(url) {
    this.#pool = openPool(url, { max: 1, applicationName: 'bench:statistics' });
  }

  /** The next start of the server counts statements. */
  async countStatementsFromNextStart() {
    await this.#pool.query(`ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'`);
    await this.#pool.query(`ALTER SYSTEM SET pg_stat_statements.max = 10000`);
    await this.#pool.query(`ALTER SYSTEM SET pg_stat_statements.track_planning = on`);
  }

  /** Once the server counts statements. */
  async openStatements() {
    await this.#pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  }

  /** @returns {Promise<Work>} */
  async sofar() {
    await sleep(reportMs);
    const { rows: extensions } = await this.#pool.query(
      `SELECT current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%' AS counted`,
    );
    const { rows } = await this.#pool.query(
      `SELECT (SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database)::float8 AS transactions,
              (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal')::float8 AS syncs,
              (SELECT wal_bytes FROM pg_stat_wal)::float8 AS "walBytes"`,
    );
    const statements = extensions[0].counted
      ? (await this.#pool.query('SELECT sum(calls)::float8 AS calls FROM pg_stat_statements')).rows[0].calls
      : null;
    return { ...rows[0], statements };
  }

  async forgetStatements() {
    await this.#pool.query('SELECT pg_stat_statements_reset()');
  }

  /** Every statement since they were last forgotten, planned and executed, constants replaced, the most frequent first. @returns {Promise<Statement[]>} */
  async statements() {
    const { rows } = await this.#pool.query(
      `SELECT regexp_replace(query, '\\s+', ' ', 'g') AS query, sum(calls)::float8 AS calls, sum(rows)::float8 AS rows,
              sum(total_plan_time + total_exec_time)::float8 AS ms
       FROM pg_stat_statements GROUP BY 1 ORDER BY 2 DESC, 1`,
    );
    return rows;
  }

  /** @param {string} text @returns {Promise<any[]>} */
  async query(text) {
    return (await this.#pool.query(text)).rows;
  }

  async close() {
    await this.#pool.end();
  }
}

/** @param {Work} before @param {Work} after @returns {Work} */
export const workBetween = (before, after) => ({
  statements: before.statements === null || after.statements === null ? null : after.statements - before.statements,
  transactions: after.transactions - before.transactions,
  syncs: after.syncs - before.syncs,
  walBytes: after.walBytes - before.walBytes,
});
