import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runningEmbeddedUrl } from '@dittoo/database';
import { freePort } from '../kafka/broker.mjs';
import { started } from './child.mjs';

/** @param {string} path from here */
const program = (path) => fileURLToPath(new URL(path, import.meta.url));
const standaloneMain = program('../../apps/standalone/dist/main.js');
const distributed = program('../distributed.mjs');
const eventStoreMain = program('../../apps/event-store-sandbox/dist/main.js');

/**
 * @typedef {import('./child.mjs').Started & { databaseUrl: string, metrics: () => Promise<Record<string, number>> }} Shop
 */

/** The gateway drains, then the services, then the database stops. */
const drainMs = 90_000;

/** @param {string} dataDir @param {number} port @returns {Record<string, string>} */
const settings = (dataDir, port) => ({
  HOST: '127.0.0.1',
  PORT: String(port),
  DATA_DIR: dataDir,
  OFFICER_EMAIL: 'officer.bench@example.org',
  OFFICER_PASSWORD: `bench-${randomUUID()}`,
  REQUESTS_PER_MINUTE: '10000000',
  LOG_LEVEL: 'error',
});

/** @param {string} dataDir */
const databaseIn = async (dataDir) => {
  const url = await runningEmbeddedUrl(join(dataDir, 'postgres'), 'dittoo');
  if (url === null) throw new Error('the shop has no database of its own');
  return url;
};

/**
 * The whole shop as `npm start` runs it, with its embedded PostgreSQL in `dataDir`; the processors' sandbox is another
 * process. Set as an operator would who expects the load: no rate limit that one address meets, and no log line for
 * each request.
 *
 * @param {string} dataDir @param {Record<string, string>} env where the processors are, and what else differs
 * @returns {Promise<Shop>}
 */
export const startShop = async (dataDir, env) => {
  const metricsPort = await freePort();
  const own = { ...settings(dataDir, await freePort()), METRICS_PORT: String(metricsPort) };
  const shop = await started([standaloneMain], { ...own, ...env });
  return { ...shop, databaseUrl: await databaseIn(dataDir), metrics: () => metricsAt(metricsPort) };
};

/**
 * The same as `npm run apart` runs it: every service a process of its own, with Kafka between them.
 *
 * @param {string} dataDir @param {Record<string, string>} env with `KAFKA_BROKERS`
 */
export const startDistributedShop = async (dataDir, env) => {
  const args = [distributed, '--free-ports', '--as-built'];
  for (let tries = 1; ; tries++) {
    try {
      const shop = await started(args, { ...settings(dataDir, await freePort()), ...env }, { stopWithinMs: drainMs });
      return { ...shop, databaseUrl: await databaseIn(dataDir) };
    } catch (error) {
      // A port that was free when it was chosen may be an outgoing connection's a moment later.
      if (tries === 3 || !String(error).includes('is taken by another program')) throw error;
    }
  }
};

/** EventStoreDB's sandbox, its log in a file on disk. @param {string} dataDir @returns its address, and how it is ended */
export const startEventStore = async (dataDir) => {
  const args = ['--port', String(await freePort()), '--file', join(dataDir, 'event-store.ndjson')];
  const { stop, url } = await started([eventStoreMain, ...args], {});
  return { url: url.replace(/^EVENT_STORE_URL='(.*)'$/, '$1'), stop };
};

/** Figures without labels. @param {number} port @returns {Promise<Record<string, number>>} */
const metricsAt = async (port) => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Object.fromEntries([...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]));
};
