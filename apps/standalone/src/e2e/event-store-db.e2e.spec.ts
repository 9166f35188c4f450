import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreSandbox } from '@dittoo/event-store-sandbox';
import { until } from '@dittoo/platform/testing';
import { selfSignedCertificate } from '@dittoo/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { searchBytes, searchText } from './byte-search.js';
import { asOfficer, erase, liveThrough, replay } from './customer-journey.js';
import { canaryPerson, ShopClient } from './shop-client.js';
import { offlineVerdict } from './offline-verdict.js';
import { officer, ShopProcess } from './shop-process.js';

/**
 * The journey of `whole-shop.e2e.spec.ts` with the log in EventStoreDB: its sandbox, over TLS, with a user, and on
 * disk. Promised: the journey does not depend on where the log is.
 */
let directory: string;
let sandbox: EventStoreSandbox;
let process: ShopProcess;
let shop: ShopClient;
let life: Awaited<ReturnType<typeof liveThrough>>;
const password = 'hemligt@för:loggen';

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'dittoo-esdb-'));
  const certificate = selfSignedCertificate();
  const caFile = join(directory, 'ca.crt');
  writeFileSync(caFile, certificate.cert);
  const file = join(directory, 'log.ndjson');
  sandbox = await EventStoreSandbox.start({ certificate, users: { shop: password }, file });
  const user = `shop:${encodeURIComponent(password)}`;
  process = await ShopProcess.start({
    EVENT_STORE_URL: `esdb://${user}@127.0.0.1:${sandbox.port}?tls=true&tlsCAFile=${caFile}`,
  });
  shop = new ShopClient(process.url, () => process.log);
}, 60_000);
afterAll(async () => {
  await process.remove();
  await sandbox.stop();
  rmSync(directory, { recursive: true });
}, 60_000);

const verification = async () => shop.ok('POST', '/audit/verifications', { token: (await asOfficer(shop)).token });

describe('a customer, with the log in EventStoreDB', () => {
  it('goes through every route of the demo', async () => {
    life = await liveThrough(shop, 'Kvx7Qz');
    const types = sandbox.log.events.map(({ type }) => type);
    for (const type of ['CustomerRegistered', 'ConsentGiven', 'OrderPlaced', 'DataDisclosed']) {
      expect(types).toContain(type);
    }
    expect(sandbox.calls.batchAppend).toBe(0);
  }, 60_000);

  it('is shown to an officer under positions without gaps', async () => {
    const { token } = await asOfficer(shop);
    const answer = await fetch(`${shop.url}/api/v1/audit/events`, { headers: { authorization: `Bearer ${token}` } });
    const events = (await answer.text()).trim().split('\n');
    const positions = events.map((line) => (JSON.parse(line) as { position: number }).position);
    expect(positions).toEqual(Array.from({ length: positions.length }, (_, n) => n));
  });

  it('has no personal data in the clear in the store, the database or the log, nor has the store’s password', async () => {
    const secrets = [...life.canaries, password, encodeURIComponent(password)];
    const stored = readFileSync(join(directory, 'log.ndjson'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => JSON.parse(line) as { data: string; metadata: string }[])
      .map(({ data, metadata }) => Buffer.from(data + metadata, 'base64').toString('utf8'))
      .join('\n');
    expect(stored).toContain('"enc":1');
    expect(searchText(stored, secrets)).toEqual([]);
    expect((await searchBytes([process.dataDir], secrets)).hits).toEqual([]);
    expect(searchText(process.log, secrets)).toEqual([]);
  }, 60_000);

  it('is erased, and the trail verifies, in the service and offline', async () => {
    await erase(shop, life.customerId, life.person);
    const registered = (await replay(shop, life.customerId)).find(({ type }) => type === 'CustomerRegistered')!;
    expect(registered.fields['familyName']).toMatchObject({ erased: true });
    expect(await verification()).toMatchObject({ verdict: 'ok', problems: [] });
    expect(await offlineVerdict(shop)).toMatchObject({ exitCode: 0 });
  }, 60_000);
});

describe('an outage of the store', () => {
  it('gives a clear answer, loses nothing, and ends without a restart', async () => {
    const person = { ...canaryPerson('Avbrott'), email: 'avbrott.under.test@example.org' };
    await sandbox.goDown();
    expect((await shop.call('POST', '/sessions', { body: officer })).status).toBe(503);
    expect((await fetch(`${shop.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${shop.url}/health/live`)).status).toBe(200);
    await sandbox.comeBack();
    await until(async () => (await fetch(`${shop.url}/health/ready`)).status === 200, 20_000);
    await shop.register(person);
    await shop.signIn(person);
  }, 60_000);

  it('in the middle of a journey loses nothing: every event once, and a trail that verifies', async () => {
    const cutting = setInterval(() => sandbox.cutConnections(), 300);
    try {
      await liveThrough(shop, 'Avbruten');
    } finally {
      clearInterval(cutting);
    }
    const ids = sandbox.log.events.filter(({ stream }) => !stream.startsWith('$')).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const grown = ids.length;
    await until(async () => (await verification()).treeSize >= grown, 20_000);
    expect(await verification()).toMatchObject({ verdict: 'ok', problems: [] });
  }, 60_000);

  it('at a start is waited for, and the shop continues where it was', async () => {
    expect(await process.stop()).toBe(0);
    await sandbox.goDown();
    const started = process.start();
    await until(() => process.log.includes('event-store.not-ready'), 30_000);
    await sandbox.comeBack();
    await started;
    expect(await verification()).toMatchObject({ verdict: 'ok', problems: [] });
  }, 60_000);
});

describe('the shop', () => {
  it('does not start on a log that does not match its rows', async () => {
    await process.stop();
    const other = await ShopProcess.refused({ DATA_DIR: process.dataDir });
    expect(other.log).toContain(
      'cannot start: EVENT_STORE_URL is not set, but this database has its log in EventStoreDB',
    );
    expect(other.code).toBe(1);
  }, 60_000);

  it('does not start with a password the store refuses, and does not say it', async () => {
    const wrong = await ShopProcess.refused({
      EVENT_STORE_URL: `esdb://shop:heltfel@127.0.0.1:${sandbox.port}?tls=true&tlsCAFile=${join(directory, 'ca.crt')}`,
    });
    expect(wrong.log).toMatch(/cannot start: EVENT_STORE_URL 127.0.0.1:\d+ cannot be used: it refuses the user/);
    expect(wrong.log).not.toContain('heltfel');
    expect(wrong.code).toBe(1);
  }, 60_000);
});
