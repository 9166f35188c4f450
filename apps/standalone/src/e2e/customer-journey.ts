import { until } from '@dittoo/platform/testing';
import { expect } from '@jest/globals';
import { canaryPerson, type Person, type ShopClient } from './shop-client.js';
import { officer } from './shop-process.js';

export interface PaidOrder {
  readonly orderId: string;
  readonly paymentPage: URL;
}

/** An invoice order, opened at the sandbox and approved on its page. */
export const orderAndPay = async (shop: ShopClient, token: string): Promise<PaidOrder> => {
  const products = await shop.ok('GET', '/products');
  const { orderId } = await shop.ok('POST', '/orders', {
    token,
    body: {
      lines: [{ sku: products.items[0].sku, quantity: 2 }],
      payment: { method: 'paysonInvoice' },
      personnummerGround: 'secureIdentification',
    },
  });
  const action = await until(
    async () => (await shop.ok('GET', `/orders/${orderId}`, { token })).payment.action,
    20_000,
  );
  const paymentPage = new URL(action.url);
  await shop.ok('POST', paymentPage.href, { body: { decision: 'approve' } });
  await until(async () => (await shop.ok('GET', `/orders/${orderId}`, { token })).status === 'paid', 20_000);
  return { orderId, paymentPage };
};

/** The requests that the sandbox received about one order. */
export const receivedFor = async (shop: ShopClient, { orderId, paymentPage }: PaidOrder) => {
  const { items } = await shop.ok('GET', new URL('/sandbox/payson/requests', paymentPage).href);
  return (
    items as { method: string; path: string; body?: { merchant?: { reference?: string }; customer?: object } }[]
  ).filter(({ body }) => body?.merchant?.reference === orderId);
};

export const asOfficer = async (shop: ShopClient) => ({
  token: await shop.signIn(officer),
  headers: { 'audit-purpose': 'End-to-end specification' },
});

export interface ReplayedEvent {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly retained?: { readonly category: string; readonly reason: string; readonly until: string };
}

/** The whole history, page by page. */
export const replay = async (shop: ShopClient, customerId: string): Promise<ReplayedEvent[]> => {
  const officers = await asOfficer(shop);
  const events: ReplayedEvent[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const page = await shop.ok('GET', `/audit/subjects/${customerId}/events${query}`, officers);
    events.push(...(page.items as ReplayedEvent[]));
    cursor = page.nextCursor as string | null;
  }
  return events;
};

/** Asks for an erasure and waits until it is answered. */
export const erase = async (shop: ShopClient, customerId: string, { password, email }: Person): Promise<string> => {
  const token = await shop.signIn({ email, password });
  const { accessToken } = await shop.ok('POST', '/sessions/reauthentication', { token, body: { password } });
  const { requestId } = await shop.ok('POST', '/me/requests', { token: accessToken, body: { kind: 'erasure' } });
  await until(async () => (await replay(shop, customerId)).some(({ type }) => type === 'ErasureVerified'), 30_000);
  return requestId;
};

/** A comment, a support case and a campaign entry. */
const engage = async (shop: ShopClient, { email }: Person, token: string, mark: string): Promise<void> => {
  const products = await shop.ok('GET', '/products');
  await shop.ok('POST', `/products/${products.items[0].sku}/comments`, { token, body: { text: `Kommentar${mark}` } });
  const matter = { email, subject: `Rubrik${mark}`, body: `Fraga${mark}` };
  const { caseId } = await shop.ok('POST', '/support-cases', { token, body: matter });
  const { token: staff } = await asOfficer(shop);
  await shop.ok('POST', `/support-cases/${caseId}/replies`, { token: staff, body: { body: `Svar${mark}` } });
  const consents = [{ purpose: 'adMeasurement', given: true }];
  const entry = { campaignId: 'var-2027', email, clickId: `Klick${mark}`, consents };
  await shop.ok('POST', '/campaign-entries', { token, body: entry });
};

/** Every route of the demo once, up to and without the erasure. */
export const liveThrough = async (shop: ShopClient, mark: string) => {
  const person = canaryPerson(mark);
  const customerId = await shop.register(person);
  const token = await shop.signIn(person);
  const noticeVersion = await shop.noticeVersion();
  await shop.ok('PUT', '/me/consents/newsletter', { token, body: { given: true, noticeVersion } });
  const order = await orderAndPay(shop, token);
  await engage(shop, person, token, mark);
  const staff = await asOfficer(shop);
  await shop.ok('POST', `/orders/${order.orderId}/shipment`, { token: staff.token });
  const moved = { street: `Nyagatan${mark} 9`, postalCode: '12399', city: `Nyastaden${mark}`, country: 'SE' };
  await shop.ok('PATCH', '/me', { token, body: { address: moved, givenName: `Nyttnamn${mark}` } });
  const fresh = await shop.ok('POST', '/sessions/reauthentication', { token, body: { password: person.password } });
  await shop.ok('POST', '/me/personnummer/reveal', {
    token: fresh.accessToken,
    body: { purpose: `Syftet${mark}` },
  });
  await shop.ok('PUT', '/me/consents/newsletter', { token, body: { given: false, noticeVersion } });
  await shop.ok('GET', '/me/history', { token });
  await shop.ok('GET', `/audit/subjects/${customerId}/disclosures`, {
    ...staff,
    headers: { 'audit-purpose': `Granskning${mark}` },
  });
  // The person's own input, and staff's texts about them.
  const canaries = [
    person.email,
    person.password,
    person.givenName,
    person.familyName,
    person.phone.slice(1),
    person.address.street,
    person.address.city,
    moved.street,
    moved.city,
    `Nyttnamn${mark}`,
    `Syftet${mark}`,
    `Granskning${mark}`,
    `Kommentar${mark}`,
    `Rubrik${mark}`,
    `Fraga${mark}`,
    `Svar${mark}`,
    `Klick${mark}`,
    '197010632391',
    '7010632391',
    '701063-2391',
  ];
  return { person, customerId, order, canaries };
};

/** Expects each acknowledged order to be in the trail once, and in the list once as soon as that has caught up. */
export const standsOnce = async (
  shop: ShopClient,
  { customerId, token }: { readonly customerId: string; readonly token: string },
  ledger: readonly string[],
): Promise<void> => {
  const placed = await until(async () => {
    const events = (await replay(shop, customerId)).filter(({ type }) => type === 'OrderPlaced');
    return events.length >= ledger.length && events;
  }, 30_000);
  expect(placed).toHaveLength(ledger.length);
  const listed = await until(async () => {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: { orderId: string }[]; nextCursor: string | null } = await shop.ok(
        'GET',
        `/orders?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
        { token },
      );
      ids.push(...page.items.map(({ orderId }) => orderId));
      cursor = page.nextCursor;
    }
    return ids.length >= ledger.length && ids;
  }, 30_000);
  expect([...listed].sort()).toEqual([...ledger].sort());
};
