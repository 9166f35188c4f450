import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOfficer, replay } from './customer-journey.js';
import { canaryPerson, ShopClient } from './shop-client.js';
import { ShopProcess } from './shop-process.js';

/**
 * Promise: what was acknowledged is never lost and happens once, however the whole tree dies. A ledger outside the
 * system remembers every acknowledgement. Left open: power loss (the machine's own cache is not dropped here).
 */
let process: ShopProcess;
let shop: ShopClient;

beforeAll(async () => {
  process = await ShopProcess.start();
  shop = new ShopClient(process.url);
}, 60_000);
afterAll(() => process.remove(), 60_000);

/** Says a command until it is acknowledged, with one Idempotency-Key, across whatever dies meanwhile. */
const acknowledged = async (
  method: string,
  path: string,
  options: { token?: string; body: unknown },
  key = randomUUID(),
) => {
  for (const end = Date.now() + 60_000; ; await sleep(50)) {
    try {
      const { status, body } = await shop.call(method, path, { ...options, headers: { 'idempotency-key': key } });
      if (status < 300) return body;
      if (status !== 503) throw new Error(`${method} ${path}: ${status} ${body?.code}`);
    } catch (error) {
      // by name: Jest's realm has a TypeError of its own
      const away = ['TypeError', 'TimeoutError'].includes((error as Error).name);
      if (!away || Date.now() > end) throw error;
    }
  }
};

describe('kill -9 of the whole tree under load', () => {
  it('loses nothing that was acknowledged, does nothing twice, and verifies', async () => {
    const person = { ...canaryPerson('Kill'), email: 'kill.under.test@example.org' };
    const customerId = await shop.register(person);
    const token = await shop.signIn(person);
    const products = await shop.ok('GET', '/products');
    const ledger: string[] = [];
    let loading = true;
    const load = Array.from({ length: 4 }, async () => {
      while (loading) {
        const body = {
          lines: [{ sku: products.items[0].sku, quantity: 1 }],
          payment: { method: 'paysonInvoice' },
        };
        const { orderId } = await acknowledged('POST', '/orders', { token, body });
        ledger.push(orderId);
        await sleep(20);
      }
    });
    for (let kill = 0; kill < 3; kill++) {
      await sleep(600 + kill * 350);
      await process.kill();
      await process.start();
    }
    await sleep(300);
    loading = false;
    await Promise.all(load);

    expect(ledger.length).toBeGreaterThan(20);
    expect(new Set(ledger).size).toBe(ledger.length);
    const again = await shop.signIn(person);
    for (const orderId of ledger) {
      expect((await shop.call('GET', `/orders/${orderId}`, { token: again })).status).toBe(200);
    }
    // Each acknowledged order stands in the trail once, and in the list once, within a second of catching up.
    const placed = await until(async () => {
      const events = (await replay(shop, customerId)).filter(({ type }) => type === 'OrderPlaced');
      return events.length >= ledger.length && events;
    }, 20_000);
    expect(placed).toHaveLength(ledger.length);
    const listed = await until(async () => {
      const ids: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: { items: { orderId: string }[]; nextCursor: string | null } = await shop.ok(
          'GET',
          `/orders?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
          { token: again },
        );
        ids.push(...page.items.map(({ orderId }) => orderId));
        cursor = page.nextCursor;
      }
      return ids.length >= ledger.length && ids;
    }, 20_000);
    expect([...listed].sort()).toEqual([...ledger].sort());
    const verdict = await shop.ok('POST', '/audit/verifications', { token: (await asOfficer(shop)).token });
    expect(verdict).toMatchObject({ verdict: 'ok', problems: [] });
  }, 180_000);
});
