import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runningEmbeddedUrl } from '@dittoo/database';
import { freePort } from '../kafka/broker.mjs';
import { started } from './child.mjs';

const main = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url));

/**
 * @typedef {import('./child.mjs').Started & { databaseUrl: string, metrics: () => Promise<Record<string, number>> }} Shop
 */

/**
 * The whole shop as `npm start` runs it, with its embedded PostgreSQL in `dataDir`; the processors' stand-ins are another
 * process's. Set as an operator would who expects the load: no rate limit that one address meets, and no log line for
 * each request.
 *
 * @param {string} dataDir @param {Record<string, string>} env where the processors are, and what else differs
 * @returns {Promise<Shop>}
 */
export const startShop = async (dataDir, env) => {
  const metricsPort = await freePort();
  const shop = await started([main], {
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    METRICS_PORT: String(metricsPort),
    DATA_DIR: dataDir,
    OFFICER_EMAIL: 'officer.bench@example.org',
    OFFICER_PASSWORD: `bench-${randomUUID()}`,
    REQUESTS_PER_MINUTE: '10000000',
    LOG_LEVEL: 'error',
    ...env,
  });
  const databaseUrl = await runningEmbeddedUrl(join(dataDir, 'postgres'), 'dittoo');
  if (databaseUrl === null) throw new Error('the shop has no database of its own');
  return { ...shop, databaseUrl, metrics: () => metricsAt(metricsPort) };
};

/** Figures without labels. @param {number} port @returns {Promise<Record<string, number>>} */
const metricsAt = async (port) => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Object.fromEntries([...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]));
};
