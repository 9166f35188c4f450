import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ProcessorSandbox, startProcessorSandbox } from '../processor-sandbox.module.js';

const merchant = { merchantId: '42', password: 'password', secret: 'secret' };
const authorization = `Basic ${Buffer.from('42:password').toString('base64')}`;
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
type Json = any;

let sandbox: ProcessorSandbox;
let shop: Server;
let shopUrl: string;
let told: Json[];

beforeEach(async () => {
  told = [];
  shop = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      told.push(JSON.parse(body));
      response.end();
    });
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  sandbox = await startProcessorSandbox({
    host: '127.0.0.1',
    payson: { agentId: 'agent', apiKey: 'key' },
    mondido: merchant,
    notificationDelaysMs: [0],
  });
});
afterEach(async () => {
  await sandbox.close();
  shop.closeAllConnections();
  await new Promise((resolve) => shop.close(resolve));
});

const call = async (
  method: string,
  path: string,
  form?: Record<string, string>,
  headers: object = { authorization },
) => {
  const response = await fetch(path.startsWith('http') ? path : sandbox.urls.mondido + path, {
    method,
    headers: { ...headers },
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as Json };
};

const form = (change: Record<string, string> = {}): Record<string, string> => ({
  merchant_id: '42',
  amount: '299.00',
  currency: 'sek',
  payment_ref: 'order-1',
  customer_ref: 'c7',
  test: 'true',
  process: 'false',
  success_url: `${shopUrl}/thanks?o=1`,
  error_url: `${shopUrl}/sorry`,
  'items[0][artno]': 'LAMP',
  'items[0][amount]': '299.00',
  'items[0][qty]': '1',
  'payment_details[email]': 'astrid@example.org',
  'payment_details[country_code]': 'SWE',
  webhook: JSON.stringify({ url: `${shopUrl}/hook`, trigger: 'payment', http_method: 'post', data_format: 'json' }),
  hash: md5('42order-1c7299.00sektestsecret'),
  ...change,
});
const create = async (change?: Record<string, string>): Promise<Json> =>
  (await call('POST', 'transactions', form(change))).body;
const decide = async (transaction: Json, decision: string) => {
  const response = await fetch(transaction.href, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ decision }),
  });
  return { status: response.status, body: (await response.json()) as Json };
};
const paid = async (change?: Record<string, string>): Promise<Json> => {
  const transaction = await create(change);
  await decide(transaction, 'approve');
  return (await call('GET', `transactions/${transaction.id}`)).body;
};

describe('creating', () => {
  it('prepares a hosted payment', async () => {
    const { status, body } = await call('POST', 'transactions', form());
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'pending', amount: '299.0', payment_ref: 'order-1', card_number: null });
    expect(body.href).toContain('/mondido/v1/form/');
    expect(JSON.stringify(body)).not.toContain('astrid');
    expect(body.items).toEqual([{ artno: 'LAMP', amount: '299.00', qty: '1' }]);
  });

  it('requires credentials', async () => {
    expect((await call('GET', 'transactions', undefined, {})).status).toBe(401);
  });

  it.each<[string, Record<string, string>, string]>([
    ['a wrong hash', { hash: md5('42order-1c7299.00seksecret') }, 'errors.hash.invalid'],
    ['an amount without two decimals', { amount: '299' }, 'errors.amount.invalid'],
    ['a direct card', { card_number: '4111111111111111' }, 'errors.sandbox.card_data'],
    ['a payment that is not hosted', { process: 'true' }, 'errors.card_number.missing'],
    ['a detail Mondido does not have', { 'payment_details[ssn]': '7010632391' }, 'errors.sandbox.parameter'],
    ['a country of two letters', { 'payment_details[country_code]': 'SE' }, 'errors.sandbox.parameter'],
    ['another merchant', { merchant_id: '43' }, 'errors.sandbox.parameter'],
    ['no way back', { success_url: '' }, 'errors.sandbox.parameter'],
  ])('refuses %s', async (_name, change, name) => {
    const { status, body } = await call('POST', 'transactions', form(change));
    expect(status).toBe(422);
    expect(body).toEqual({ name, code: expect.any(Number), description: expect.any(String) });
  });

  it('is found by the reference after a lost response', async () => {
    await fetch(`${sandbox.urls.sandbox}/faults`, {
      method: 'POST',
      body: JSON.stringify({ processor: 'mondido', kind: 'dropAfterEffect', path: '/transactions' }),
    });
    await expect(call('POST', 'transactions', form())).rejects.toThrow('fetch failed');
    const { body, headers } = await call('GET', 'transactions?filter[payment_ref]=order-1');
    expect(body).toHaveLength(1);
    expect(headers.get('content-range')).toBe('items 0-0/1');
    expect((await call('GET', 'transactions?filter[payment_ref]=order-2')).body).toEqual([]);
  });
});

describe('the hosted page', () => {
  it('shows nothing about the buyer, and redirects back with a checksum', async () => {
    const transaction = await create();
    const page = await call('GET', transaction.href, undefined, {});
    expect(page.body).toContain('299.00 SEK');
    expect(page.body).not.toContain('astrid');
    expect(page.body).not.toMatch(/<input/i);
    const after = await call('POST', transaction.href, { decision: 'approve' }, {});
    expect(after.body).toContain(md5('42order-1c7299.00sekapprovedsecret'));
    expect((await call('GET', `${transaction.href}x`, undefined, {})).status).toBe(404);
  });

  it('notifies the webhook, with its checksum', async () => {
    const transaction = await create();
    expect(await decide(transaction, 'deny')).toEqual({
      status: 200,
      body: { id: transaction.id, status: 'declined' },
    });
    expect((await decide(transaction, 'approve')).status).toBe(409);
    expect((await decide(transaction, 'dance')).status).toBe(400);
    await sandbox.settled();
    expect(told).toEqual([expect.objectContaining({ id: transaction.id, status: 'declined' })]);
    expect(told[0].response_hash).toBe(md5('42order-1c7299.00sekdeclinedsecret'));
    expect(told[0].error.name).toBe('errors.payment.declined');
  });
});

describe('captures and refunds', () => {
  const refund = (transaction: Json, amount: string, more: Record<string, string> = {}) =>
    call('POST', 'refunds', { transaction_id: String(transaction.id), amount, reason: 'refund-1', ...more });

  it('capture the reserved amount, once', async () => {
    const transaction = await paid({ authorize: 'true' });
    expect(transaction.status).toBe('authorized');
    const path = `transactions/${transaction.id}/capture`;
    expect((await call('PUT', path, { amount: '300.00' })).body.name).toBe('errors.amount.invalid');
    expect((await call('PUT', path, { amount: '200.00' })).body).toMatchObject({ status: 'approved', amount: '200.0' });
    expect((await call('PUT', path, { amount: '99.00' })).status).toBe(422);
    await sandbox.settled();
    expect(told.map(({ status }) => status)).toEqual(['authorized', 'approved']);
  });

  it('pay back in parts, never more than was paid; nothing stops a blind repeat', async () => {
    const transaction = await paid();
    for (const amount of ['100.00', '100.00']) expect((await refund(transaction, amount)).status).toBe(201);
    expect((await refund(transaction, '99.01')).body.name).toBe('errors.amount.invalid');
    const { refunds } = (await call('GET', `transactions/${transaction.id}`)).body;
    expect(refunds.map(({ amount, reason }: Json) => [amount, reason])).toEqual(Array(2).fill(['100.0', 'refund-1']));
    expect((await call('GET', `refunds/${refunds[0].id}`)).body).toEqual(refunds[0]);
  });

  it('release the whole reservation', async () => {
    const transaction = await paid({ authorize: 'true' });
    expect((await refund(transaction, '100.00')).status).toBe(422);
    expect((await refund(transaction, '299.00')).status).toBe(201);
    expect((await call('PUT', `transactions/${transaction.id}/capture`, { amount: '299.00' })).status).toBe(422);
  });

  it('contain a card number where the transaction is extended: a client must not keep the body', async () => {
    const { body } = await refund(await paid(), '1.00', { extend: 'transaction' });
    expect(body.transaction.payment_request.card_number).toBe('4111111111111111');
  });

  it('refuse what was never paid', async () => {
    expect((await refund(await create(), '1.00')).status).toBe(422);
    expect((await call('POST', 'refunds', { transaction_id: '1', amount: '1.00', reason: 'x' })).status).toBe(404);
  });
});

describe('erasure, as far as it goes', () => {
  it('deletes stored cards and empties the customer’s fields', async () => {
    const transaction = await paid({ store_card: 'true' });
    const [customer] = (await call('GET', 'customers?filter[ref]=c7')).body;
    expect(transaction).toMatchObject({ customer: { id: customer.id }, stored_card: { id: expect.any(Number) } });
    const [card] = (await call('GET', `stored_cards?filter[customer_id]=${customer.id}`)).body;
    expect((await call('DELETE', `stored_cards/${card.id}`)).body.status).toBe('deleted');
    await call('PUT', `customers/${customer.id}`, { metadata: '{"note":"x"}' });
    expect((await call('PUT', `customers/${customer.id}`, { metadata: '{}' })).body.metadata).toEqual({});
    expect((await call('DELETE', `customers/${customer.id}`)).status).toBe(404);
    expect((await call('DELETE', `transactions/${transaction.id}`)).status).toBe(404);
  });
});

describe('inspection', () => {
  it('shows the form field by field', async () => {
    await create();
    const { items } = (await call('GET', `${sandbox.urls.sandbox}/mondido/requests`, undefined, {})).body;
    expect(items[0].fields['payment_details[email]']).toBe('astrid@example.org');
    expect(items[0].status).toBe(201);
  });
});
