import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@dittoo/platform/testing';
import { asOfficer } from './customer-journey.js';
import { canaryPerson, ShopClient, type Answer } from './shop-client.js';
import type { RunningShop } from './shop-process.js';

/**
 * Invalid input gets a clear refusal: never a 5xx or a stack trace, and the input is repeated neither in the response
 * nor in the log.
 */
export const badInputContract = (start: () => Promise<RunningShop>): void => {
  let process: RunningShop;
  let shop: ShopClient;
  let noticeVersion: string;
  let token: string;
  let orderId: string;

  const mark = 'Zq9Bad';
  const anna = { ...canaryPerson(mark), email: 'anna.bad.input@example.org' };

  beforeAll(async () => {
    process = await start();
    shop = new ShopClient(process.url, () => process.log);
    noticeVersion = await shop.noticeVersion();
    await shop.register(anna);
    token = await shop.signIn(anna);
    const { items } = await shop.ok('GET', '/products');
    ({ orderId } = await shop.ok('POST', '/orders', {
      token,
      body: { lines: [{ sku: items[0].sku, quantity: 1 }], payment: { method: 'paysonInvoice' } },
    }));
  }, 180_000);
  afterAll(() => process.remove(), 90_000);

  const refused = (answer: Answer, status: number, code: string): void => {
    expect([answer.status, answer.body?.code]).toEqual([status, code]);
    expect(answer.body).toMatchObject({ type: `urn:dittoo:problem:${code}`, title: expect.any(String), status });
    expect(JSON.stringify(answer.body)).not.toMatch(/ at .*:\d+:\d+|node_modules|\bSELECT\b/);
  };

  const registration = (change: object) => ({
    email: `${randomUUID()}@example.org`,
    password: 'ett langt losenord',
    givenName: 'Bo',
    familyName: 'Berg',
    noticeVersion,
    ...change,
  });
  const register = (change: object) => shop.call('POST', '/customers', { body: registration(change) });

  describe('registration', () => {
    it.each([
      ['an unknown field', { shoeSize: 42 }, 'unknown-field'],
      [
        'an unknown field deep inside',
        { address: { street: 'a', postalCode: '11122', city: 'b', country: 'SE', floor: 3 } },
        'unknown-field',
      ],
      ['a number for a name', { givenName: 7 }, 'invalid-field'],
      ['a list for a name', { givenName: ['Bo'] }, 'invalid-field'],
      ['an object for a name', { givenName: { $gt: '' } }, 'invalid-field'],
      ['null for a name', { givenName: null }, 'invalid-field'],
      ['an empty name', { givenName: '' }, 'invalid-field'],
      ['an endless name', { givenName: 'x'.repeat(5_000) }, 'invalid-field'],
      ['an endless password', { password: 'x'.repeat(20_000) }, 'invalid-field'],
      ['a short password', { password: 'kort' }, 'invalid-field'],
      ['an e-mail that is none', { email: 'not an address' }, 'invalid-field'],
      ['half an address', { address: { street: 'Storgatan 1' } }, 'invalid-field'],
      ['a NUL', { familyName: 'Be\u0000rg' }, 'invalid-characters'],
      ['a lone surrogate', { familyName: 'Be\ud800rg' }, 'invalid-characters'],
      ['a policy nobody published', { noticeVersion: '1999-01-01' }, 'unknown-notice-version'],
      ['a consent nobody asks for', { consents: [{ purpose: 'everything', given: true }] }, 'invalid-field'],
      ['a card number as a name', { familyName: '4111 1111 1111 1111' }, 'card-number-refused'],
      ['a personnummer without its ground', { personnummer: { number: '701063-2391' } }, 'invalid-field'],
      [
        'a ground that does not exist',
        { personnummer: { number: '701063-2391', ground: 'curiosity' } },
        'invalid-field',
      ],
    ])('refuses %s', async (_, change, code) => refused(await register(change), 400, code));

    it.each([
      ['letters', 'abcdef-ghij'],
      ['too few digits', '701063-239'],
      ['a wrong check digit', '701063-2392'],
      ['birth number 000', '701063-0005'],
      ['a day that does not exist', '700230-2391'],
      ['a month that does not exist', '701363-2391'],
      ['an interim number', '19700428-T123'],
      ['a birth in the future', '20991231-2391'],
    ])('refuses a personnummer with %s, and does not repeat it', async (_, number) => {
      const answer = await register({ personnummer: { number, ground: 'secureIdentification' } });
      refused(answer, 400, 'invalid-personnummer');
      expect(JSON.stringify(answer.body)).not.toContain(number);
    });

    it('never tells who is a customer', async () => {
      const known = await register({ email: anna.email.toUpperCase() });
      const unknown = await register({});
      expect(known.status).toBe(201);
      expect(Object.keys(known.body)).toEqual(Object.keys(unknown.body));
      const wrong = await shop.call('POST', '/sessions', { body: { email: anna.email, password: 'wrong password' } });
      const nobody = await shop.call('POST', '/sessions', {
        body: { email: 'nobody@example.org', password: 'wrong password' },
      });
      refused(wrong, 401, 'invalid-credentials');
      expect(nobody).toEqual(wrong);
    });
  });

  describe('bodies', () => {
    const raw = async (body: string, type = 'application/json') => {
      const response = await fetch(`${shop.url}/api/v1/customers`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    };

    it.each([
      ['not JSON', '{"email":', 400, 'malformed-json'],
      ['a bare word', 'hello', 400, 'malformed-json'],
      ['a list', '[]', 400, 'invalid-field'],
      ['a prototype', '{"__proto__":{"role":"complianceOfficer"}}', 400, 'unknown-field'],
      ['deeper than anything is', `${'{"a":'.repeat(64)}1${'}'.repeat(64)}`, 400, 'invalid-request'],
      ['1 MiB', JSON.stringify({ email: 'x'.repeat(1024 * 1024) }), 413, 'payload-too-large'],
    ])('refuses one that is %s', async (_, body, status, code) => {
      const answer = await raw(body);
      expect(answer.status).toBe(status);
      if (code !== 'invalid-field') expect(answer.body.code).toBe(code);
    });

    it('refuses another media type', async () =>
      refused(await raw('<a/>', 'application/xml'), 415, 'unsupported-media-type'));

    it('times out on one that does not arrive, and serves others meanwhile', async () => {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(process.url).port), '127.0.0.1', () => {
          socket.write(
            'POST /api/v1/customers HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
          );
        });
        let received = '';
        socket.setTimeout(60_000, () => reject(new Error('the slow request was not ended')));
        socket.on('data', (chunk) => (received += chunk.toString('utf8')));
        socket.on('close', () => resolve(received));
        socket.on('error', () => resolve(received));
      });
      expect(answer === '' || /^HTTP\/1.1 4\d\d/.test(answer)).toBe(true);
      expect((await shop.call('GET', '/products')).status).toBe(200);
    }, 90_000);
  });

  describe('tokens', () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'dittoo/identity',
      aud: 'dittoo',
      sub: randomUUID(),
      role: 'complianceOfficer',
      sid: randomUUID(),
      auth_time: now,
      iat: now,
      exp: now + 600,
    };
    const kid = async (): Promise<string> => (await shop.ok('GET', `${shop.url}/.well-known/jwks.json`)).keys[0].kid;
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const signed = (header: object, payload: object): string => {
      const text = `${part(header)}.${part(payload)}`;
      return `${text}.${sign(null, Buffer.from(text), stranger).toString('base64url')}`;
    };

    it.each<[string, () => Promise<string>]>([
      ['signed by nobody (alg none)', async () => `${part({ alg: 'none' })}.${part(claims)}.`],
      ['signed by a stranger', async () => signed({ alg: 'EdDSA', kid: await kid() }, claims)],
      ['signed by a stranger under another key id', async () => signed({ alg: 'EdDSA', kid: 'mine' }, claims)],
      [
        'signed with the public key as a password',
        async () => {
          const jwks = await (await fetch(`${shop.url}/.well-known/jwks.json`)).text();
          const text = `${part({ alg: 'HS256', kid: await kid() })}.${part(claims)}`;
          return `${text}.${createHmac('sha256', jwks).update(text).digest('base64url')}`;
        },
      ],
      ['changed after it was signed', async () => token.replace(/\.[^.]+\./, `.${part(claims)}.`)],
      ['cut short', async () => token.slice(0, -10)],
      ['no token at all', async () => 'x'],
    ])('refuses one that is %s', async (_, forged) => {
      refused(await shop.call('GET', '/me', { token: await forged() }), 401, 'invalid-token');
    });

    it('requires one where needed, and of the right role', async () => {
      refused(await shop.call('GET', '/me'), 401, 'not-authenticated');
      refused(await shop.call('POST', '/audit/verifications', { token }), 403, 'not-allowed');
      refused(await shop.call('GET', '/me', { token: (await asOfficer(shop)).token }), 403, 'not-allowed');
    });

    it('requires a purpose from an officer', async () => {
      const { token: officerToken } = await asOfficer(shop);
      const answer = await shop.call('GET', `/audit/subjects/${randomUUID()}/events`, { token: officerToken });
      refused(answer, 400, 'audit-purpose-required');
    });

    it('ends the family when an old refresh token is used again', async () => {
      const session = await shop.ok('POST', '/sessions', { body: { email: anna.email, password: anna.password } });
      const next = await shop.ok('POST', '/sessions/refresh', { body: { refreshToken: session.refreshToken } });
      const reuse = await shop.call('POST', '/sessions/refresh', { body: { refreshToken: session.refreshToken } });
      refused(reuse, 401, 'invalid-refresh-token');
      const after = await shop.call('POST', '/sessions/refresh', { body: { refreshToken: next.refreshToken } });
      refused(after, 401, 'invalid-refresh-token');
    });
  });

  describe('orders', () => {
    const line = { sku: 'no-such-thing', quantity: 1 };
    it.each([
      ['a thing we do not sell', { lines: [line] }, 422, 'unknown-product'],
      ['none of a thing', { lines: [{ ...line, quantity: 0 }] }, 400, 'invalid-field'],
      ['half a thing', { lines: [{ ...line, quantity: 0.5 }] }, 400, 'invalid-field'],
      ['a thousand of it', { lines: [{ ...line, quantity: 1_000 }] }, 400, 'invalid-field'],
      ['nothing', { lines: [] }, 400, 'invalid-field'],
      ['a price of their own', { lines: [{ ...line, unitPriceMinor: 1 }] }, 400, 'unknown-field'],
      ['a way to pay nobody knows', { lines: [line], payment: { method: 'barter' } }, 400, 'invalid-field'],
    ])('refuses %s', async (_, change, status, code) => {
      const body = { payment: { method: 'paysonInvoice' }, ...change };
      refused(await shop.call('POST', '/orders', { token, body }), status, code);
    });

    it.each(['not-an-id', randomUUID(), '..%2f..%2fetc'])('knows no order %s', async (id) => {
      expect((await shop.call('GET', `/orders/${id}`, { token })).status).toBe(404);
    });

    it('gives the same key the same order, and another body a refusal', async () => {
      const { items } = await shop.ok('GET', '/products');
      const headers = { 'idempotency-key': randomUUID() };
      const body = { lines: [{ sku: items[0].sku, quantity: 1 }], payment: { method: 'paysonInvoice' } };
      const first = await shop.ok('POST', '/orders', { token, body, headers });
      expect(await shop.ok('POST', '/orders', { token, body, headers })).toEqual(first);
      const other = { ...body, lines: [{ sku: items[0].sku, quantity: 2 }] };
      refused(await shop.call('POST', '/orders', { token, body: other, headers }), 422, 'idempotency-key-reused');
      const twoAtOnce = { 'idempotency-key': randomUUID() };
      const both = await Promise.all([1, 2].map(() => shop.ok('POST', '/orders', { token, body, headers: twoAtOnce })));
      expect(both[0]).toEqual(both[1]);
    });
  });

  describe('a lost database', () => {
    it('gives "try again", and recovers by itself with all data', async () => {
      await process.killDatabase();
      const answers: Answer[] = [];
      await until(async () => {
        const answer = await shop.call('GET', `/orders/${orderId}`, { token });
        answers.push(answer);
        return answer.status === 200;
      }, 30_000);
      for (const { status, body } of answers.slice(0, -1))
        expect([status, body.code]).toEqual([503, 'temporarily-unavailable']);
      await until(
        async () => (await shop.call('PATCH', '/me', { token, body: { phone: '+46700000002' } })).status === 200,
        30_000,
      );
      const verdict = await shop.ok('POST', '/audit/verifications', { token: (await asOfficer(shop)).token });
      expect(verdict).toMatchObject({ verdict: 'ok', problems: [] });
    }, 90_000);
  });

  describe('the input', () => {
    it('is not in the log', () => {
      for (const canary of [mark, '701063-2391', '4111 1111', 'barter', 'curiosity'])
        expect(process.log).not.toContain(canary);
      expect(process.log).not.toMatch(/"level":60/);
    });
  });
};
