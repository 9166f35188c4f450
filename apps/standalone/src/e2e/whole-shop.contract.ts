import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { searchBytes, searchText } from './byte-search.js';
import { asOfficer, erase, liveThrough, orderAndPay, receivedFor, replay } from './customer-journey.js';
import { canaryPerson, ShopClient } from './shop-client.js';
import type { RunningShop } from './shop-process.js';

/**
 * The suite of the whole shop, for one process and for several, in the order of a customer's journey. Every other way
 * to run the shop must pass it too.
 */
export const wholeShopContract = (start: () => Promise<RunningShop>, warmStartMs: number): void => {
  let process: RunningShop;
  let shop: ShopClient;
  let life: Awaited<ReturnType<typeof liveThrough>>;

  beforeAll(async () => {
    process = await start();
    shop = new ShopClient(process.url, () => process.log);
  }, 180_000);
  afterAll(() => process.remove(), 90_000);

  const verification = async () => shop.ok('POST', '/audit/verifications', { token: (await asOfficer(shop)).token });

  describe('a customer from registration to delivery', () => {
    it('goes through every route of the demo', async () => {
      life = await liveThrough(shop, 'Kvx7Qz');
      expect(life.customerId).toMatch(/^[0-9a-f-]{36}$/);
    }, 60_000);

    it('lets the processor receive exactly the allowed fields', async () => {
      const [creation] = await receivedFor(shop, life.order);
      expect(Object.keys(creation!.body!.customer!).sort()).toEqual(
        [
          'type',
          'firstName',
          'lastName',
          'email',
          'phone',
          'street',
          'postalCode',
          'city',
          'countryCode',
          'identityNumber',
        ].sort(),
      );
    });

    it('shows the officer who received what, and why', async () => {
      const { items } = await shop.ok('GET', `/audit/subjects/${life.customerId}/disclosures`, await asOfficer(shop));
      const fields = new Set(items.flatMap(({ fields: names }: { fields: string[] }) => names));
      for (const field of ['givenName', 'familyName', 'email', 'personnummer']) expect(fields).toContain(field);
      // The payment, and the mail that confirms it.
      for (const item of items) {
        expect(['payson', 'oneMail']).toContain(item.processorId);
        expect(item).toMatchObject({ outcome: 'delivered' });
      }
    });

    it('gives another customer no access to hers', async () => {
      const bo = { ...canaryPerson('Bo1'), email: 'bo.under.test@example.org' };
      await shop.register(bo);
      const token = await shop.signIn(bo);
      expect((await shop.call('GET', `/orders/${life.order.orderId}`, { token })).status).toBe(404);
      expect((await shop.call('POST', `/orders/${life.order.orderId}/cancellation`, { token })).status).toBe(404);
      expect((await shop.call('GET', `/audit/subjects/${life.customerId}/events`, { token })).status).toBe(403);
      expect((await shop.ok('GET', '/orders', { token })).items).toEqual([]);
    });
  });

  describe('personal data at rest', () => {
    it('is nowhere in the clear: in no byte on disk, and not in the log', async () => {
      const { hits, files, bytes } = await searchBytes(process.places, life.canaries);
      expect(files).toBeGreaterThan(500); // the search covered a cluster with its WAL
      expect(bytes).toBeGreaterThan(30_000_000);
      expect(hits).toEqual([]);
      expect(searchText(process.log, life.canaries)).toEqual([]);
    }, 60_000);

    it('would be found if it were in the clear', async () => {
      // Values in the clear by design prove that the search can read this database's files.
      const { hits } = await searchBytes(process.places, ['CustomerRegistered']);
      expect(hits.length).toBeGreaterThan(0);
    }, 60_000);
  });

  describe('erasure', () => {
    it('makes the replay show erased fields as erased, and bookkeeping data as retained', async () => {
      const before = await replay(shop, life.customerId);
      expect(before.find(({ type }) => type === 'CustomerRegistered')!.fields['familyName']).toBe(
        life.person.familyName,
      );
      await erase(shop, life.customerId, life.person);

      const after = await replay(shop, life.customerId);
      const registered = after.find(({ type }) => type === 'CustomerRegistered')!;
      for (const field of ['givenName', 'familyName', 'email', 'phone', 'address']) {
        expect(registered.fields[field]).toMatchObject({ erased: true });
      }
      const placed = after.find(({ type }) => type === 'OrderPlaced')!;
      expect(placed.fields['recipient']).toMatchObject({ erased: true });
      expect(placed.fields['buyer']).toMatchObject({ familyName: life.person.familyName });
      expect(placed.retained).toMatchObject({
        category: 'orderAccounting',
        until: expect.stringMatching(/^20\d\d-12-31/),
      });
    }, 60_000);

    it('ends sign-in, and the same address can register as a new person', async () => {
      const { email, password } = life.person;
      expect((await shop.call('POST', '/sessions', { body: { email, password } })).status).toBe(401);
      expect(await shop.register(life.person)).not.toBe(life.customerId);
    });

    it('leaves a trail that verifies', async () => {
      expect(await verification()).toMatchObject({ verdict: 'ok', problems: [] });
    });

    it('leaves nothing in the clear either', async () => {
      expect((await searchBytes(process.places, life.canaries)).hits).toEqual([]);
      expect(searchText(process.log, life.canaries)).toEqual([]);
    }, 60_000);
  });

  describe('the process', () => {
    it('drains on SIGTERM, exits 0, and has all data after the next start', async () => {
      const person = { ...canaryPerson('Stop'), email: 'stop.under.test@example.org' };
      await shop.register(person);
      const token = await shop.signIn(person);
      const { orderId } = await orderAndPay(shop, token);
      // A key destroyed because the person removed a value is explained in the trail too.
      const hasNumber = canaryPerson('Nummer');
      await shop.register(hasNumber);
      expect(
        (await shop.call('DELETE', '/me/personnummer', { token: await shop.signIn(hasNumber) })).status,
      ).toBeLessThan(300);
      expect(await process.stop()).toBe(0);
      const warmMs = await process.start();
      shop = new ShopClient(process.url, () => process.log);
      expect(warmMs).toBeLessThan(warmStartMs);
      const again = await shop.signIn(person);
      expect((await shop.ok('GET', `/orders/${orderId}`, { token: again })).status).toBe('paid');
      expect(await verification()).toMatchObject({ verdict: 'ok' });
    }, 240_000);
  });
};
