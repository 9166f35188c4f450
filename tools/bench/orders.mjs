import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileKeyEncryption } from '@dittoo/personal-data';
import { freePort } from '../kafka/broker.mjs';
import { Pool } from 'undici';
import { interleaved, slice } from './rounds.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Starts a process and waits for its line `ready URL`. */
const started = (args, env) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const listen = (chunk) => {
      output += chunk;
      const ready = /^ready (\S+)/m.exec(output);
      if (ready) resolve({ child, url: ready[1] });
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}: ${output.slice(-2000)}`)));
  });
const stopped = (child) => new Promise((resolve) => (child.once('exit', resolve), child.kill('SIGTERM')));

/**
 * `POST /orders` through the gateway of the whole shop (token verified, body checked, profile read and opened, order
 * sealed and appended, while relay, projections, seal and forwarding work on what came before) beside a bare Fastify
 * route that does one INSERT; the shop in one process, the bare route in another, the same PostgreSQL.
 */
export const benchOrders = async (ground, rounds, say) => {
  say('orders through the gateway …');
  const keyFile = join(ground.dataDir, 'shop-kek.json');
  FileKeyEncryption.generate(keyFile);
  const port = await freePort();
  const shop = await started([join(here, '../../apps/standalone/dist/main.js')], {
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: join(ground.dataDir, 'shop'),
    DATABASE_URL: ground.postgres.url('bench_shop'),
    KEY_ENCRYPTION_KEY_FILE: keyFile,
    OFFICER_EMAIL: 'officer.bench@example.org',
    OFFICER_PASSWORD: randomUUID(),
    REQUESTS_PER_MINUTE: '10000000',
    LOG_LEVEL: 'error',
  });
  const bare = await started([join(here, 'bare-route.mjs'), ground.url]);
  try {
    const call = async (method, path, body, token) => {
      const answer = await fetch(`${shop.url}/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    };
    const policy = await call('GET', '/policy');
    const tokens = [];
    for (let i = 0; i < 32; i++) {
      const login = { email: `kund.${i}.bench@example.org`, password: `bench-${randomUUID()}` };
      await call('POST', '/customers', {
        ...login,
        givenName: 'Anna',
        familyName: 'Lindqvist',
        address: { street: 'Storgatan 1', postalCode: '11122', city: 'Stockholm', country: 'SE' },
        noticeVersion: policy.noticeVersion,
      });
      tokens.push((await call('POST', '/sessions', login)).accessToken);
    }
    const { items } = await call('GET', '/products');
    const body = JSON.stringify({ lines: [{ sku: items[0].sku, quantity: 1 }], payment: { method: 'paysonInvoice' } });
    const runs = [];
    for (const concurrency of [1, 8]) {
      const pools = {
        shop: new Pool(shop.url, { connections: concurrency }),
        bare: new Pool(bare.url, { connections: concurrency }),
      };
      let next = 0;
      const post = async (pool, path, headers) => {
        const { statusCode, body: answer } = await pool.request({ method: 'POST', path, headers, body });
        await answer.dump();
        if (statusCode !== 201) throw new Error(`${path}: ${statusCode}`);
      };
      const json = { 'content-type': 'application/json' };
      const results = await interleaved(rounds, 'bare', {
        bare: () => slice(concurrency, rounds.ms, () => post(pools.bare, '/orders', json)),
        shop: () =>
          slice(concurrency, rounds.ms, () =>
            post(pools.shop, '/api/v1/orders', { ...json, authorization: `Bearer ${tokens[next++ % tokens.length]}` }),
          ),
      });
      await Promise.all([pools.shop.close(), pools.bare.close()]);
      runs.push({
        name: `POST /orders through the gateway, ${concurrency} at once`,
        unit: 'requests/s',
        value: results.shop.rate,
        baseline: results.bare.rate,
        ratio: results.shop.ratio,
        target: 0.4,
      });
    }
    return runs;
  } finally {
    await Promise.all([stopped(shop.child), stopped(bare.child)]);
  }
};
