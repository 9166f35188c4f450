import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DistributedShop } from './distributed-process.js';
import { asOfficer, orderAndPay, standsOnce } from './customer-journey.js';
import { canaryPerson, ShopClient } from './shop-client.js';

/**
 * Promise: when a process dies, nothing acknowledged is lost and no other process dies; it is restarted and the shop
 * continues. Requests that bypass the gateway are refused. Left open: several machines with a network between them.
 */
let processes: DistributedShop;
let shop: ShopClient;
let token: string;
let customerId: string;

beforeAll(async () => {
  processes = await DistributedShop.start();
  shop = new ShopClient(processes.url, () => processes.log);
  const person = { ...canaryPerson('Distributed'), email: 'distributed.under.test@example.org' };
  customerId = await shop.register(person);
  token = await shop.signIn(person);
}, 180_000);
afterAll(() => processes.remove(), 90_000);

describe('bypassing the gateway', () => {
  const services = ['identity', 'consent', 'order', 'engagement', 'processor-forwarding', 'audit', 'relay'];

  it.each(services)('%s refuses every caller', async (name) => {
    const { url } = processes.state()[name]!;
    for (const path of ['/api/v1/me', '/api/v1/operations/parked-streams', '/openapi.json', '/api/v1/nothing']) {
      const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
        401,
        'not-from-the-gateway',
      ]);
    }
    for (const probe of ['/health/live', '/health/ready']) expect((await fetch(`${url}${probe}`)).status).toBe(200);
  });

  it('the gateway exposes no metrics and no document of a single service', async () => {
    for (const path of ['/metrics', '/openapi.json', '/health']) {
      expect((await fetch(`${processes.url}${path}`)).status).toBe(404);
    }
  });
});

describe('the document', () => {
  it('describes the routes of every service, and of the gateway itself', async () => {
    const { paths } = await shop.ok('GET', '/openapi.json');
    for (const path of [
      '/api/v1/customers',
      '/api/v1/policy',
      '/api/v1/orders/{orderId}',
      '/api/v1/compliance/deliveries',
      '/api/v1/audit/checkpoint',
      '/api/v1/compliance/access-log/statistics',
      '/api/v1/operations/parked-streams',
    ]) {
      expect(Object.keys(paths)).toContain(path);
    }
  });
});

describe('streams', () => {
  it('arrive as they are sent, and end when the client disconnects', async () => {
    const { orderId } = await orderAndPay(shop, token);
    const left = new AbortController();
    const response = await fetch(`${shop.url}/api/v1/orders/${orderId}/events`, {
      headers: { authorization: `Bearer ${token}` },
      signal: left.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const { value } = await response.body!.getReader().read();
    expect(Buffer.from(value!).toString()).toContain(orderId);
    left.abort();
  });
});

describe('operations', () => {
  it('reach the process that runs the group, and answer when none does', async () => {
    const { token: officer } = await asOfficer(shop);
    const path = '/operations/parked-streams';
    expect((await shop.ok('GET', path, { token: officer })).items).toEqual([]);
    const replay = (group: string) =>
      shop.call('POST', `${path}/replays`, {
        token: officer,
        body: { group, stream: 'order-00000000-0000-4000-8000-000000000000' },
      });
    expect((await replay('nobody.knows')).body.code).toBe('not-found');
    // The group belongs to order, which answers that nothing of it is parked.
    expect((await replay('order-list')).body).not.toMatchObject({ code: 'not-found' });
    expect((await shop.call('GET', path, { token })).status).toBe(403);
  });
});

describe('a service that is down', () => {
  it('gives "try again", and the others are not affected', async () => {
    const answers: { status: number; code: string | undefined; retryAfter: string | null }[] = [];
    const reborn = processes.kill('order');
    await until(async () => {
      const response = await fetch(`${shop.url}/api/v1/products`);
      const { code } = (await response.json()) as { code?: string };
      answers.push({ status: response.status, code, retryAfter: response.headers.get('retry-after') });
      expect((await shop.call('GET', '/policy')).status).toBe(200);
      expect((await shop.call('GET', '/me', { token })).status).toBe(200);
      return answers.length > 1 && response.status === 200;
    }, 60_000);
    await reborn;
    const away = answers.filter(({ status }) => status !== 200);
    expect(away.length).toBeGreaterThan(0);
    for (const answer of away) {
      expect(answer).toEqual({ status: 503, code: 'temporarily-unavailable', retryAfter: expect.any(String) });
    }
  }, 120_000);
});

describe('kill -9 of each process in turn, under load', () => {
  it('loses nothing acknowledged, does nothing twice, and all continue', async () => {
    const products = await shop.ok('GET', '/products');
    const before = (await shop.ok('GET', '/orders?limit=200', { token })).items.map(
      ({ orderId }: { orderId: string }) => orderId,
    );
    const ledger: string[] = [...before]; // earlier orders are in trail and list as well
    const noticeVersion = await shop.noticeVersion();
    let loading = true;
    const ordering = Array.from({ length: 3 }, async () => {
      while (loading) {
        const body = { lines: [{ sku: products.items[0].sku, quantity: 1 }], payment: { method: 'paysonInvoice' } };
        const { orderId } = await shop.acknowledged('POST', '/orders', { token, body });
        ledger.push(orderId);
        await sleep(500);
      }
    });
    let wanted = false;
    const consenting = (async () => {
      while (loading) {
        const body = { given: !wanted, noticeVersion };
        await shop.acknowledged('PUT', '/me/consents/newsletter', { token, body });
        wanted = !wanted;
        await sleep(150);
      }
    })();
    const killed = ['gateway', 'identity', 'consent', 'order', 'engagement', 'processor-forwarding', 'audit', 'relay'];
    for (const name of killed) await processes.kill(name);
    loading = false;
    await Promise.all([...ordering, consenting]);

    expect(ledger.length).toBeGreaterThan(50);
    await standsOnce(shop, { customerId, token }, ledger);
    const { items } = await shop.ok('GET', '/me/consents', { token });
    const newsletter = items.find(({ purpose }: { purpose: string }) => purpose === 'newsletter');
    expect(newsletter.status === 'given').toBe(wanted);
    // The consequences of each order happened too, across every kill.
    const opened = (orderId: string) =>
      until(async () => (await shop.ok('GET', `/orders/${orderId}`, { token })).payment.action?.url as string, 60_000);
    // One after another: hundreds of concurrent requests would overload the shop.
    const pages: string[] = [];
    for (const orderId of ledger.slice(before.length)) pages.push(await opened(orderId));
    expect(new Set(pages).size).toBe(pages.length);
    expect(processes.log).not.toMatch(/delivery\.(parked|dead-lettered)/);
    const verdict = await shop.ok('POST', '/audit/verifications', { token: (await asOfficer(shop)).token });
    expect(verdict).toMatchObject({ verdict: 'ok', problems: [] });
  }, 400_000);
});
