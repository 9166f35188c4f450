import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runningEmbeddedUrl } from '@dittoo/database';
import { freePort } from '../kafka/broker.mjs';
import { started } from './child.mjs';
import { startSandbox } from './sandbox.mjs';
import { startShop } from './shop.mjs';
import { Storefront } from './storefront.mjs';

const ordinaryMain = fileURLToPath(new URL('ordinary/main.mjs', import.meta.url));

/**
 * @typedef {import('./child.mjs').Started & { databaseUrl: string, metrics?: () => Promise<Record<string, number>> }} Service
 * @typedef {{ name: string, storefront: Storefront, anotherStorefront: () => Storefront, service: () => Service, restart: () => Promise<Service>, close: () => Promise<void> }} Contender
 *   a service that takes orders, its processors and its storefront; `restart` stops it and starts it again
 */

/** Outlives a restart, as a signed-in customer expects. */
const tokenKey = randomBytes(32).toString('hex');

/** @param {string} dataDir @param {Record<string, string>} env @returns {Promise<Service>} */
const startOrdinary = async (dataDir, env) => {
  const own = { DATA_DIR: dataDir, PORT: String(await freePort()), TOKEN_KEY: tokenKey };
  const service = await started([ordinaryMain], { ...env, ...own });
  const databaseUrl = await runningEmbeddedUrl(dataDir, 'postgres');
  if (databaseUrl === null) throw new Error('the ordinary service has no database of its own');
  return { ...service, databaseUrl };
};

/**
 * @param {string} name @param {string} dataDir @param {(dataDir: string, env: Record<string, string>) => Promise<Service>} start
 * @param {Record<string, string>} [more] environment @param {{ confirms?: boolean }} [customers] how they register
 * @returns {Promise<Contender>}
 */
export const openContender = async (name, dataDir, start, more = {}, customers = {}) => {
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, 0o711); // as root the database runs as another user, who has to get through here
  const sandbox = await startSandbox();
  try {
    let service = await start(dataDir, { ...sandbox.env, ...more });
    const storefront = new Storefront(service.url, sandbox, customers);
    return {
      name,
      storefront,
      anotherStorefront: () => new Storefront(service.url, sandbox, customers),
      service: () => service,
      restart: async () => {
        await service.stop();
        service = await start(dataDir, { ...sandbox.env, ...more });
        storefront.url = service.url;
        return service;
      },
      close: async () => {
        await storefront.close();
        await service.stop();
        await sandbox.stop();
      },
    };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
};

/** The shop and its limit, each with processors of its own. @param {string} dataDir */
export const openContenders = async (dataDir) => {
  const shop = await openContender('shop', join(dataDir, 'shop'), startShop);
  try {
    return {
      shop,
      limit: await openContender('limit', join(dataDir, 'ordinary'), startOrdinary, {}, { confirms: false }),
    };
  } catch (error) {
    await shop.close();
    throw error;
  }
};
