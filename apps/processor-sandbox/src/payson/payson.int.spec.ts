/* eslint max-lines: off -- the protocol of one processor, route by route */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Clock } from '@dittoo/kernel';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ProcessorSandbox, startProcessorSandbox } from '../processor-sandbox.module.js';

class HandClock extends Clock {
  at = '2026-11-22T10:00:00.000Z';
  now(): string {
    return this.at;
  }
}

const clock = new HandClock();
const authorization = `Basic ${Buffer.from('agent:key').toString('base64')}`;
let sandbox: ProcessorSandbox;
let shop: Server;
let shopUrl: string;
/** The requests to the shop's notification address, and its responses. */
let told: string[];
let answers: number[];

beforeEach(async () => {
  clock.at = '2026-11-22T10:00:00.000Z';
  told = [];
  answers = [];
  shop = createServer((request, response) => {
    told.push(request.url ?? '');
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  sandbox = await startProcessorSandbox({
    host: '127.0.0.1',
    payson: { agentId: 'agent', apiKey: 'key' },
    clock,
    notificationDelaysMs: [0, 5, 5],
  });
});
afterEach(async () => {
  await sandbox.close();
  shop.closeAllConnections();
  await new Promise((resolve) => shop.close(resolve));
});

type Json = any;
interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

const call = async (method: string, path: string, body?: unknown, headers: object = { authorization }) => {
  const base = path.startsWith('/') ? new URL(sandbox.urls.payson).origin : sandbox.urls.payson;
  const response = await fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text } as Answer;
};

const customer = {
  firstName: 'Astrid',
  lastName: 'Exempel',
  email: 'astrid@example.org',
  street: 'Provgatan 1',
  postalCode: '111 11',
  city: 'Stockholm',
  countryCode: 'SE',
};
const cart = (change: Json = {}): Json => ({
  customer,
  order: {
    currency: 'sek',
    items: [
      { name: 'Lamp', unitPrice: 125, quantity: 2, taxRate: 0.25, reference: 'LAMP' },
      { name: 'Freight', unitPrice: 49, quantity: 1, taxRate: 0.25, type: 'fee' },
    ],
  },
  merchant: {
    termsUri: `${shopUrl}/terms`,
    checkoutUri: `${shopUrl}/checkout`,
    confirmationUri: `${shopUrl}/thanks`,
    notificationUri: `${shopUrl}/callbacks/payson/token?o=1`,
    reference: 'order-1',
  },
  ...change,
});

const create = async (change?: Json): Promise<Json> => (await call('POST', 'Checkouts', cart(change))).body;
const read = async (id: string): Promise<Json> => (await call('GET', `Checkouts/${id}`)).body;
const put = (checkout: Json): Promise<Answer> => call('PUT', `Checkouts/${checkout.id}`, checkout);
const decide = (id: string, decision: string): Promise<Answer> => call('POST', `/payson/pay/${id}`, { decision }, {});
const paid = async (): Promise<Json> => {
  const { id } = await create();
  await decide(id, 'approve');
  return read(id);
};
const shipped = async (): Promise<Json> => (await put({ ...(await paid()), status: 'shipped' })).body;

describe('credentials', () => {
  it('are required for every call', async () => {
    for (const headers of [{}, { authorization: `Basic ${btoa('agent:wrong')}` }, { authorization: 'Bearer key' }]) {
      const answer = await call('GET', 'Accounts/', undefined, headers);
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({ message: 'Unauthorized', errors: [] });
    }
    expect((await call('GET', 'Accounts/')).body).toMatchObject({ merchantId: 'agent', enabledForInvoice: true });
  });
});

describe('creating', () => {
  it('returns the checkout and its location', async () => {
    const { status, headers, body } = await call('POST', 'Checkouts', cart());
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`${sandbox.urls.payson}Checkouts/${body.id}`);
    expect(body).toMatchObject({
      status: 'readyToPay',
      expirationTime: '2026-11-23T10:00:00.000Z',
      history: { created: '2026-11-22T10:00:00.000Z' },
      customer: { ...customer, type: 'person' },
      order: { currency: 'sek', totalPriceIncludingTax: 299, totalTaxAmount: 59.8, totalPriceExcludingTax: 239.2 },
    });
    expect(body.snippet).toContain(`/payson/pay/${body.id}`);
    expect(body.order.items[0]).toMatchObject({ creditedAmount: 0, totalPriceIncludingTax: 250 });
    expect(await read(body.id)).toEqual(body);
  });

  it('is incomplete until the customer’s data is complete', async () => {
    expect(await create({ customer: { identityNumber: '' } })).toMatchObject({ status: 'created' });
    expect(await create({ customer: undefined })).toMatchObject({ status: 'created' });
  });

  it('reads property names in any case', async () => {
    const { customer: _customer, order, merchant } = cart();
    const body = {
      ORDER: { Currency: 'SEK', items: order.items },
      Merchant: merchant,
      customer: { IdentityNumber: '7010632391' },
    };
    const answer = await call('POST', 'checkouts', body);
    expect(answer.status).toBe(201);
    expect(answer.body.customer).toEqual({ type: 'person', identityNumber: '7010632391' });
  });

  const refusals: [string, Json, string][] = [
    ['a customer property Payson does not have', { customer: { ...customer, nickname: 'A' } }, 'customer'],
    ['a 12 digit identity number', { customer: { identityNumber: '197010632391' } }, 'customer.identityNumber'],
    ['no order', { order: undefined }, 'order'],
    ['an empty cart', { order: { currency: 'sek', items: [] } }, 'order.items'],
    [
      'another currency',
      { order: { currency: 'usd', items: [{ name: 'x', unitPrice: 99, quantity: 1 }] } },
      'order.currency',
    ],
    [
      'a cart below 10 SEK',
      { order: { currency: 'sek', items: [{ name: 'x', unitPrice: 9.99, quantity: 1 }] } },
      'order.items',
    ],
    [
      'a price as text',
      { order: { currency: 'sek', items: [{ name: 'x', unitPrice: '99', quantity: 1 }] } },
      'order.items[0].unitPrice',
    ],
    [
      'a credit before payment',
      { order: { currency: 'sek', items: [{ name: 'x', unitPrice: 99, quantity: 1, creditedAmount: 1 }] } },
      'order.items',
    ],
    ['an address without a scheme', { merchant: { termsUri: 'example.org/terms' } }, 'merchant.termsUri'],
  ];
  it.each(refusals)('refuses %s', async (_name, change, property) => {
    const { status, body } = await call('POST', 'Checkouts', cart(change));
    expect(status).toBe(400);
    expect(body.errors).toContainEqual({ property, message: expect.any(String) });
  });

  it('refuses a body that is not JSON, and never repeats it', async () => {
    const { status, body } = await call('POST', 'Checkouts', '{"customer":{"email":"astrid@example.org"');
    expect(status).toBe(400);
    expect(JSON.stringify(body)).not.toContain('astrid');
    const stranger = await call('POST', 'Checkouts', cart({ customer: { 'astrid@example.org': 1 } }));
    expect(JSON.stringify(stranger.body)).not.toContain('astrid');
  });
});

describe('the status machine', () => {
  it('lets the cart change until it is paid, and keeps the id', async () => {
    const checkout = await create();
    const items = [{ name: 'Desk', unitPrice: 900, quantity: 1 }];
    const { status, body } = await put({ ...checkout, order: { currency: 'sek', items } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: checkout.id, order: { totalPriceIncludingTax: 900 }, history: checkout.history });
    const approved = await decide(checkout.id, 'approve');
    expect(approved.body).toEqual({ id: checkout.id, status: 'readyToShip' });
    const late = await put({
      ...(await read(checkout.id)),
      order: { currency: 'sek', items: [{ ...items[0], unitPrice: 1 }] },
    });
    expect(late.status).toBe(400);
    expect(late.body.errors[0].property).toBe('order.items');
  });

  it('goes approved, shipped, settled', async () => {
    const checkout = await paid();
    expect(checkout).toMatchObject({ status: 'readyToShip', purchaseId: expect.any(Number) });
    clock.at = '2026-11-22T11:00:00.000Z';
    const { body } = await put({ ...checkout, status: 'Shipped' });
    expect(body).toMatchObject({ status: 'shipped', history: { shipped: '2026-11-22T11:00:00.000Z' } });
    clock.at = '2026-11-22T12:00:00.000Z';
    expect((await put(body)).body).toEqual(body);
    expect((await decide(checkout.id, 'settle')).body.status).toBe('paidToAccount');
  });

  it('releases a reservation', async () => {
    const { status, body } = await put({ ...(await paid()), status: 'canceled' });
    expect(status).toBe(200);
    expect(body.history.canceled).toBe(clock.at);
    expect((await put({ ...body, status: 'shipped' })).status).toBe(400);
  });

  it.each(['shipped', 'canceled', 'paidToAccount', 'denied', 'nonsense'])('cannot go to %s unpaid', async (status) => {
    const refused = await put({ ...(await create()), status });
    expect(refused.status).toBe(400);
    expect(refused.body.errors[0].property).toBe('status');
  });

  it('cannot cancel a shipped checkout, nor approve a denied one', async () => {
    expect((await put({ ...(await shipped()), status: 'canceled' })).status).toBe(400);
    const { id } = await create();
    expect((await decide(id, 'deny')).body.status).toBe('denied');
    expect((await decide(id, 'deny')).status).toBe(200);
    expect((await decide(id, 'approve')).status).toBe(409);
    expect((await decide(id, 'dance')).status).toBe(400);
  });

  it('expires a checkout that is unpaid for a day', async () => {
    const { id } = await create();
    clock.at = '2026-11-23T10:00:00.000Z';
    expect(await read(id)).toMatchObject({ status: 'expired' });
    expect((await decide(id, 'approve')).status).toBe(409);
    await sandbox.settled();
    expect(told).toEqual([`/callbacks/payson/token?o=1&checkout=${id}`]);
  });

  it('requires the whole object for a replace', async () => {
    const { merchant: _merchant, ...rest } = await create();
    expect((await call('PUT', `Checkouts/${rest.id}`, rest)).body.errors[0].property).toBe('merchant');
    const other = await create();
    expect((await call('PUT', `Checkouts/${rest.id}`, other)).body.errors[0].property).toBe('id');
  });

  it('answers 404 for an unknown checkout', async () => {
    expect((await call('GET', 'Checkouts/0f5e2f9e-8b8e-4bb0-a8a8-9a2f5d8a1c11')).status).toBe(404);
    expect((await call('DELETE', 'Checkouts/x')).status).toBe(404);
  });
});

describe('refunds', () => {
  const credited = (checkout: Json, amounts: number[]): Json => ({
    ...checkout,
    order: {
      ...checkout.order,
      items: checkout.order.items.map((item: Json, index: number) => ({
        ...item,
        creditedAmount: amounts[index] ?? 0,
      })),
    },
  });

  it('are amounts so far: the same target twice refunds once', async () => {
    const first = await put(credited(await shipped(), [100, 0]));
    expect(first.body.order.totalCreditedAmount).toBe(100);
    expect((await put(credited(first.body, [100, 0]))).body.order.totalCreditedAmount).toBe(100);
    expect((await put(credited(first.body, [250, 49]))).body.order.totalCreditedAmount).toBe(299);
  });

  it('never fall, never pass what was paid, never come before shipping', async () => {
    const checkout = (await put(credited(await shipped(), [100, 0]))).body;
    for (const amounts of [[99, 0], [250.01, 0], []]) expect((await put(credited(checkout, amounts))).status).toBe(400);
    expect((await put(credited(await paid(), [1, 0]))).status).toBe(400);
    expect((await read(checkout.id)).order.totalCreditedAmount).toBe(100);
  });
});

describe('lists', () => {
  it('are by status, newest first, from page 1', async () => {
    const first = await paid();
    const second = await paid();
    await create();
    const { body } = await call('GET', 'Checkouts/?status=readytoship&page=1');
    expect(body.data.map((checkout: Json) => checkout.id)).toEqual([second.id, first.id]);
    expect((await call('GET', 'Checkouts/?status=readyToShip&page=2')).body.data).toEqual([]);
    expect((await call('GET', 'Checkouts/?page=0')).status).toBe(400);
  });
});

describe('notifications', () => {
  it('are sent for the statuses that have one, in order, with the id in the query', async () => {
    const checkout = await shipped();
    await sandbox.settled();
    expect(told).toEqual(Array(2).fill(`/callbacks/payson/token?o=1&checkout=${checkout.id}`));
  });

  it('are repeated while the answer is not 200, then given up', async () => {
    answers = [500, 204, 200];
    await paid();
    await sandbox.settled();
    expect(told).toHaveLength(3);
    answers = [500, 500, 500, 500];
    await paid();
    await sandbox.settled();
    expect(told).toHaveLength(6);
  });

  it.each(['http://192.0.2.1/', 'https://shop.example.org/', 'http://127.0.0.1.example.org/', 'http://0.0.0.0/'])(
    'are never sent to %s',
    async (notificationUri) => {
      const { id } = await create({ merchant: { ...cart().merchant, notificationUri } });
      await decide(id, 'approve');
      await sandbox.settled();
      const { items } = (await call('GET', '/sandbox/payson/notifications', undefined, {})).body;
      expect(items).toEqual([{ id, status: 'readyToShip', attempt: 1, outcome: 'refused' }]);
    },
  );
});

describe('the payment page', () => {
  it('is a readable page, and shows nothing about the buyer', async () => {
    const { id } = await create();
    const page = await call('GET', `/payson/pay/${id}`, undefined, {});
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.body).toContain('299.00 SEK');
    expect(page.body).toContain('value="approve"');
    for (const personal of Object.values(customer).filter((value) => value.length > 2))
      expect(page.body).not.toContain(personal);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const after = await call('POST', `/payson/pay/${id}`, 'decision=approve', form);
    expect(after.body).toContain('readyToShip');
    expect(after.body).toContain('/thanks');
    expect((await read(id)).status).toBe('readyToShip');
    expect((await call('POST', `/payson/pay/${id}`, 'decision=deny', form)).body).toContain('readyToShip');
  });

  it('escapes the texts of the checkout', async () => {
    const items = [{ name: '<script>alert(1)</script>', unitPrice: 99, quantity: 1 }];
    const { id } = await create({ order: { currency: 'sek', items } });
    expect((await call('GET', `/payson/pay/${id}`, undefined, {})).body).not.toContain('<script');
    expect((await call('GET', '/payson/pay/unknown', undefined, {})).status).toBe(404);
  });
});

describe('inspection', () => {
  const requests = async (): Promise<Json[]> =>
    (await call('GET', '/sandbox/payson/requests', undefined, {})).body.items;

  it('shows what was received, field by field, without credentials', async () => {
    await create();
    const items = await requests();
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      processor: 'payson',
      method: 'POST',
      path: '/Checkouts',
      status: 201,
      receivedAt: clock.at,
      rawBody: JSON.stringify(cart()),
      body: cart(),
      fields: { 'customer.email': 'astrid@example.org', 'order.items[1].name': 'Freight' },
    });
    expect(JSON.stringify(items)).not.toContain(authorization.slice(6));
    expect(sandbox.received()).toEqual(items);
    expect((await call('DELETE', '/sandbox/requests', undefined, {})).status).toBe(204);
    expect(await requests()).toEqual([]);
  });

  it('counts requests dropped at the limit', async () => {
    const small = await startProcessorSandbox({
      host: '127.0.0.1',
      payson: { agentId: 'agent', apiKey: 'key' },
      keepRequests: 10,
    });
    for (let n = 0; n < 11; n += 1) await fetch(`${small.urls.payson}Accounts`);
    expect(await (await fetch(small.urls.sandbox)).json()).toEqual({
      processors: ['payson', 'mondido', 'oneMail'],
      received: 10,
      dropped: 1,
    });
    await small.close();
  });

  it('listens to this machine only', async () => {
    await expect(
      startProcessorSandbox({ host: '0.0.0.0', payson: { agentId: 'agent', apiKey: 'key' } }),
    ).rejects.toThrow(RangeError);
  });
});

describe('faults', () => {
  const plant = (fault: object): Promise<Answer> =>
    call('POST', '/sandbox/faults', { processor: 'payson', ...fault }, {});
  const all = async (): Promise<Json[]> => (await call('GET', 'Checkouts/')).body.data;

  it('answer a status, so many times, after so many requests', async () => {
    await plant({ kind: 'status', status: 429, retryAfter: 7, method: 'post', path: '/Checkouts', times: 2, skip: 1 });
    expect((await call('POST', 'Checkouts', cart())).status).toBe(201);
    for (let n = 0; n < 2; n += 1) {
      const { status, headers } = await call('POST', 'Checkouts', cart());
      expect([status, headers.get('retry-after')]).toEqual([429, '7']);
    }
    expect((await call('POST', 'Checkouts', cart())).status).toBe(201);
    expect(await all()).toHaveLength(2);
    expect(sandbox.received().map((request) => request.fault)).toEqual([null, 'status', 'status', null, null]);
  });

  it('answer with a body of choice', async () => {
    await plant({ kind: 'status', status: 200, body: 'null' });
    expect((await call('GET', 'Accounts')).body).toBe('null');
  });

  it.each([
    ['reset', 0],
    ['dropAfterEffect', 1],
  ])('cut the connection: %s leaves %i checkouts', async (kind, expected) => {
    await plant({ kind, path: '/Checkouts' });
    await expect(call('POST', 'Checkouts', cart())).rejects.toThrow('fetch failed');
    expect(await all()).toHaveLength(expected);
  });

  it.each([
    ['hang', 0],
    ['hangAfterEffect', 1],
  ])('never answer: %s leaves %i checkouts', async (kind, expected) => {
    await plant({ kind });
    const unanswered = fetch(`${sandbox.urls.payson}Checkouts`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(cart()),
      signal: AbortSignal.timeout(200),
    });
    await expect(unanswered).rejects.toThrow(/timeout/);
    expect(sandbox.received()[0]?.status).toBeNull();
    expect(await all()).toHaveLength(expected);
  });

  it('match a pattern of the path, and can be taken away', async () => {
    const { id } = await create();
    await plant({ kind: 'status', status: 503, path: '/checkouts/*', times: 9 });
    expect((await call('GET', 'Accounts')).status).toBe(200);
    expect((await call('GET', `Checkouts/${id}`)).status).toBe(503);
    expect((await call('GET', '/sandbox/faults', undefined, {})).body.items[0].times).toBe(8);
    await call('DELETE', '/sandbox/faults', undefined, {});
    expect((await call('GET', `Checkouts/${id}`)).status).toBe(200);
  });

  it('delay', async () => {
    await plant({ kind: 'delay', delayMs: 20 });
    expect((await call('GET', 'Accounts')).status).toBe(200);
  });

  it('are read strictly', async () => {
    for (const fault of [
      { kind: 'explode' },
      { kind: 'hang', times: 0 },
      { kind: 'hang', sometimes: true },
      { kind: 'status', status: 99 },
    ])
      expect((await plant(fault)).status).toBe(400);
    expect((await call('POST', '/sandbox/faults', { processor: 'stripe', kind: 'hang' }, {})).status).toBe(400);
  });
});
