/*
 * Promised: a restart of `npm start`, asked for or after a kill, leaves open orders payable and paid ones shippable; where
 * the sandbox has lost its payments, they end. What the sandbox keeps names no buyer.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOfficer, replay } from './customer-journey.js';
import { canaryPerson, ShopClient } from './shop-client.js';
import { ShopProcess } from './shop-process.js';

let running: ShopProcess;
let shop: ShopClient;
const person = canaryPerson('omstart');
let token: string;
let customerId: string;

beforeAll(async () => {
  running = await ShopProcess.start();
  shop = new ShopClient(running.url);
  customerId = await shop.register(person);
  token = await shop.signIn(person);
}, 90_000);
afterAll(() => running.remove(), 60_000);

const methods = ['paysonInvoice', 'mondidoCard'] as const;
const orderOf = (orderId: string) => shop.ok('GET', `/orders/${orderId}`, { token });
const becomes = (orderId: string, status: string) =>
  until(async () => (await orderOf(orderId)).status === status, 30_000);
const placed = async (method: string) => {
  const { items } = await shop.ok('GET', '/products');
  const body = { lines: [{ sku: items[0].sku, quantity: 1 }], payment: { method } };
  const { orderId } = await shop.ok('POST', '/orders', { token, body });
  const action = await until(async () => (await orderOf(orderId)).payment.action, 20_000);
  return { orderId: orderId as string, page: action.url as string };
};
const pay = async ({ orderId, page }: { orderId: string; page: string }): Promise<void> => {
  await shop.ok('POST', page, { body: { decision: 'approve' } });
  await becomes(orderId, 'paid');
};
const isCaptured = (orderId: string) =>
  until(async () => {
    const events = (await replay(shop, customerId)) as unknown as { type: string; stream: string }[];
    return events.some(({ stream, type }) => stream === `order-${orderId}` && type === 'PaymentCaptured');
  }, 30_000);

describe('an order', () => {
  it.each([
    ['a stop', () => running.stop()],
    ['a kill', () => running.kill()],
  ])(
    'can be paid and shipped after %s',
    async (_what, end) => {
      const open = await Promise.all(methods.map(placed));
      const paid = await Promise.all(methods.map(placed));
      for (const order of paid) await pay(order);
      await end();
      await running.start();
      token = await shop.signIn(person);
      const { token: staff } = await asOfficer(shop);
      for (const order of open) await pay(order);
      for (const { orderId } of [...open, ...paid]) {
        await shop.ok('POST', `/orders/${orderId}/shipment`, { token: staff });
        await isCaptured(orderId);
      }
    },
    120_000,
  );

  it('is kept by the sandbox without its buyer', () => {
    const kept = readFileSync(join(running.dataDir, 'processor-sandbox', 'payments.jsonl'), 'utf8');
    expect(kept).toContain('readyToShip');
    for (const canary of [
      person.email,
      person.givenName,
      person.familyName,
      person.address.street,
      person.phone.slice(1),
    ])
      expect(kept).not.toContain(canary);
  });

  it('ends as expired where the sandbox has lost it', async () => {
    const open = await Promise.all(methods.map(placed));
    await running.stop();
    rmSync(join(running.dataDir, 'processor-sandbox'), { recursive: true });
    await running.start();
    token = await shop.signIn(person);
    for (const { orderId } of open) {
      await becomes(orderId, 'paymentDenied');
      expect((await orderOf(orderId)).payment).toMatchObject({ status: 'denied', reason: 'expired' });
    }
  }, 120_000);
});
