import { join } from 'node:path';
import { schemaMap } from '@dittoo/contracts';
import { ensureAppRole, ensureDatabase, migrate, openPool, startEmbeddedPostgres } from '@dittoo/database';
import { eventStoreMigrations, PostgresEventStore, PostgresSequencer } from '@dittoo/event-store';
import { EnvelopeSealer, FileKeyEncryption, keyRingMigrations, PostgresKeyRing } from '@dittoo/personal-data';

/** @typedef {Awaited<ReturnType<typeof openTestEnvironment>>} TestEnvironment */

/**
 * Opens the parts of the system that a bench measures, on an embedded PostgreSQL of its own, with a running sequencer.
 *
 * @param {string} dataDir
 */
export const openTestEnvironment = async (dataDir) => {
  const postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres') });
  const url = postgres.url('bench');
  const keyRingUrl = postgres.url('bench_keyring');
  await Promise.all([ensureDatabase(url), ensureDatabase(keyRingUrl)]);
  await ensureAppRole(url);
  await migrate(url, eventStoreMigrations);
  await migrate(keyRingUrl, keyRingMigrations);

  const pool = openPool(url, { max: 34, applicationName: 'bench:raw' });
  const storePool = openPool(url, { max: 34, applicationName: 'bench:store', role: 'dittoo_app' });
  const keyRingPool = openPool(keyRingUrl, { max: 4, applicationName: 'bench:keys' });
  const keyFile = join(dataDir, 'kek.json');
  FileKeyEncryption.generate(keyFile);
  const keyRing = new PostgresKeyRing(keyRingPool, FileKeyEncryption.read(keyFile));
  await keyRing.start();
  const direct = { connectionString: url };
  const sequencer = new PostgresSequencer(direct, { onSequenced: () => store.wake() });
  const store = new PostgresEventStore(storePool, { onAppended: sequencer.kick, direct });
  sequencer.start();
  await pool.query(`CREATE SCHEMA bench`);
  // The limit: the columns of an event and one primary key, nothing that orders, links or protects it.
  await pool.query(`CREATE TABLE bench.raw (
    stream_id text NOT NULL, revision bigint NOT NULL, event_id uuid NOT NULL, type text NOT NULL,
    data jsonb NOT NULL, meta jsonb NOT NULL, recorded_at timestamptz NOT NULL, PRIMARY KEY (stream_id, revision))`);
  const { rows } = await pool.query('SHOW server_version');

  /** Everything appended has a position, and positions are dense. */
  const skipped = async () => {
    for (const end = Date.now() + 60_000; ;) {
      const { rows: counts } = await pool.query(
        `SELECT (SELECT count(*) FROM event_store.es_event)::int AS events, (SELECT count(*) FROM event_store.es_log)::int AS log,
                (SELECT coalesce(max(position) + 1 - count(*), 0) FROM event_store.es_log)::int AS gaps`,
      );
      const { events, log, gaps } = counts[0];
      if (events === log || Date.now() > end) return events - log + gaps;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  return {
    postgres,
    dataDir,
    url,
    pool,
    store,
    sealer: new EnvelopeSealer(schemaMap, keyRing),
    version: rows[0].server_version,
    skipped,
    close: async () => {
      await sequencer.stop();
      await keyRing.close();
      await Promise.all([pool.end(), storePool.end(), keyRingPool.end()]);
      await postgres.stop();
    },
  };
};
