import { until } from '@dittoo/platform/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOfficer, standsOnce } from './customer-journey.js';
import { canaryPerson, ShopClient } from './shop-client.js';
import { ShopProcess } from './shop-process.js';

/**
 * Promise: acknowledged work is never lost and happens once, however the whole process tree dies. A ledger outside the
 * system records every acknowledgement. Left open: power loss (the machine's own cache is not dropped here).
 */
let process: ShopProcess;
let shop: ShopClient;

beforeAll(async () => {
  process = await ShopProcess.start();
  shop = new ShopClient(process.url, () => process.log);
}, 60_000);
afterAll(() => process.remove(), 60_000);

describe('kill -9 of the whole tree under load', () => {
  it('loses nothing acknowledged, does nothing twice, and verifies', async () => {
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
        const { orderId } = await shop.acknowledged('POST', '/orders', { token, body });
        ledger.push(orderId);
        await sleep(20);
      }
    });
    // Each kill hits orders in progress, also on a slow machine: some were acknowledged since the last start.
    for (let kill = 0; kill < 3; kill++) {
      const before = ledger.length;
      await until(() => ledger.length >= before + 7, 30_000);
      await sleep(50 + kill * 100);
      await process.kill();
      await process.start();
    }
    const after = ledger.length;
    await until(() => ledger.length > after, 30_000);
    loading = false;
    await Promise.all(load);

    expect(ledger.length).toBeGreaterThan(20);
    expect(new Set(ledger).size).toBe(ledger.length);
    const again = await shop.signIn(person);
    for (const orderId of ledger) {
      expect((await shop.call('GET', `/orders/${orderId}`, { token: again })).status).toBe(200);
    }
    await standsOnce(shop, { customerId, token: again }, ledger);
    const verdict = await shop.ok('POST', '/audit/verifications', { token: (await asOfficer(shop)).token });
    expect(verdict).toMatchObject({ verdict: 'ok', problems: [] });
  }, 180_000);
});
