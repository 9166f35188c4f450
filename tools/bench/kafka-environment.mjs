import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { schemaMap } from '@dittoo/contracts';
import { openPool, startEmbeddedPostgres } from '@dittoo/database';
import { PostgresEventStore } from '@dittoo/event-store';
import { newId } from '@dittoo/kernel';
import { createKafka } from '@dittoo/messaging';
import { EnvelopeSealer, FileKeyEncryption, PostgresKeyRing } from '@dittoo/personal-data';
import { freePort } from '../kafka/broker.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** @typedef {Awaited<ReturnType<typeof openKafkaEnvironment>>} KafkaEnvironment */

/**
 * Starts a service as a process of its own, as the shop runs it.
 *
 * @param {string} app
 * @param {Record<string, string>} env
 * @returns ends it and waits
 */
const started = async (app, env) => {
  const port = await freePort();
  const child = spawn(process.execPath, [join(root, `apps/${app}/dist/main.js`)], {
    env: { ...process.env, ...env, HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'error' },
    stdio: ['ignore', 2, 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for (const end = Date.now() + 60_000; ;) {
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (ready?.ok) break;
    if (Date.now() > end || child.exitCode !== null) throw new Error(`${app} did not get ready`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
};

/**
 * Opens a database, the topics, and the parts a bench appends with. A bench starts the services that it measures.
 *
 * @param {string} dataDir
 * @param {string[]} brokers
 */
export const openKafkaEnvironment = async (dataDir, brokers) => {
  const postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres') });
  const url = postgres.url('bench');
  const keyFile = join(dataDir, 'kek.json');
  FileKeyEncryption.generate(keyFile);
  const env = {
    DATA_DIR: dataDir,
    DATABASE_URL: url,
    KEY_ENCRYPTION_KEY_FILE: keyFile,
    KAFKA_BROKERS: brokers.join(','),
  };
  const topics = spawnSync(process.execPath, [join(root, 'tools/kafka/topics.mjs')], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (topics.status !== 0) throw new Error(`the topics could not be made: ${topics.stdout}${topics.stderr}`);
  const start = (/** @type {string} */ app) => started(app, env);
  // The first start migrates; what is measured comes later.
  await (
    await start('audit')
  )();
  await (
    await start('relay')
  )();

  const pool = openPool(url, { max: 8, applicationName: 'bench', statementTimeoutMs: 0 });
  const keyRingUrl = new URL(url);
  keyRingUrl.pathname += '_keyring';
  const keyRingPool = openPool(keyRingUrl.toString(), { max: 4, applicationName: 'bench', statementTimeoutMs: 0 });
  const keyRing = new PostgresKeyRing(keyRingPool, FileKeyEncryption.read(keyFile));
  const store = new PostgresEventStore(pool, { direct: { connectionString: url } });
  const sealer = new EnvelopeSealer(schemaMap, keyRing);
  const { rows } = await pool.query('SHOW server_version');

  /**
   * One event about one person, as consent says it: its personal part is who it is about.
   *
   * @param {string} subjectId
   * @returns {import('@dittoo/kernel').UnsealedEvent}
   */
  const consentGiven = (subjectId) => {
    const { legalBasis, purpose, schemaVersion } = schemaMap.ConsentGiven;
    return {
      stream: `consent-${subjectId}`,
      eventId: newId(),
      event: {
        type: 'ConsentGiven',
        data: {
          recordId: newId(),
          purpose: 'newsletter',
          noticeVersion: '2026-11-01',
          noticeDigest: 'a1'.repeat(32),
          language: 'sv',
          method: 'myAccount',
        },
      },
      metadata: {
        dataSubjectId: subjectId,
        actor: { kind: 'dataSubject', id: subjectId },
        purpose,
        legalBasis,
        noticeVersion: '2026-11-01',
        correlationId: newId(),
        causationId: newId(),
        traceparent: null,
        schemaVersion,
        recordedAt: new Date().toISOString(),
      },
    };
  };
  /**
   * @template T
   * @param {() => Promise<T | false>} probe asked until its answer is not false
   * @param {number} [ms]
   * @returns {Promise<T>}
   */
  const until = async (probe, ms = 120_000) => {
    for (const end = Date.now() + ms; ;) {
      const answer = await probe();
      if (answer !== false) return answer;
      if (Date.now() > end) throw new Error('did not come true in time');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    version: rows[0].server_version,
    url,
    pool,
    store,
    sealer,
    start,
    until,
    consentGiven,
    kafka: createKafka(
      { clientId: 'bench', brokers, credentials: null, authority: null, prefix: 'dittoo.' },
      () => undefined,
    ),
    /** How many events have a position. */
    sequenced: async () =>
      Number((await pool.query('SELECT next_position FROM event_store.es_head')).rows[0].next_position),
    close: async () => {
      await keyRing.close();
      await Promise.all([pool.end(), keyRingPool.end()]);
      await postgres.stop();
    },
  };
};
