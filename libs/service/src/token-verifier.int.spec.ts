/*
 * Promised: only an unchanged, unexpired token for this audience, signed by identity's published key, is accepted; if
 * the keys cannot be fetched, the token is not called invalid.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Clock, newId } from '@dittoo/kernel';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { tokenAudience, tokenIssuer, TokenVerifier } from './token-verifier.js';

const now = '2026-11-22T10:00:00.000Z';
const seconds = Math.floor(Date.parse(now) / 1000);
class MovedClock extends Clock {
  time = Date.parse(now);
  override now = (): string => new Date(this.time).toISOString();
}
const subjectId = newId();
const claims = {
  sub: subjectId,
  role: 'customer',
  sid: newId(),
  auth_time: seconds - 60,
  iss: tokenIssuer,
  aud: tokenAudience,
  exp: seconds + 600,
};

let keys: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
let jwks: string;
let server: Server;
let answer: RequestListener;
let url: URL;
let clock: MovedClock;
let verifier: TokenVerifier;

beforeAll(async () => {
  keys = await generateKeyPair('EdDSA', { extractable: true });
  jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }] });
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  answer = (_request, response) => response.setHeader('content-type', 'application/json').end(jwks);
  clock = new MovedClock();
  verifier = new TokenVerifier(url, clock);
});

const token = (
  changed: object = {},
  { alg = 'EdDSA', kid = 'k1', key = keys.privateKey as CryptoKey | Uint8Array } = {},
) => {
  const payload = Object.fromEntries(
    Object.entries({ ...claims, ...changed }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(key);
};

describe('a token', () => {
  it('of identity gives the principal', async () => {
    expect(await verifier.verify(await token())).toEqual({
      subjectId,
      role: 'customer',
      sessionId: claims.sid,
      authenticatedAt: '2026-11-22T09:59:00.000Z',
      tokenExpiresAt: expect.any(Number),
    });
  });

  it.each(['customer', 'staff', 'complianceOfficer'])('of role %s is accepted', async (role) =>
    expect(await verifier.verify(await token({ role }))).toMatchObject({ role }),
  );

  it('that was accepted is not accepted after its expiry', async () => {
    const good = await token();
    await verifier.verify(good);
    clock.time += 599_000;
    await verifier.verify(good);
    clock.time += 2_000;
    await expect(verifier.verify(good)).rejects.toThrow('invalid-token');
  });
});

describe('refused as invalid', () => {
  const refused = async (text: string): Promise<void> => {
    await expect(verifier.verify(text)).rejects.toMatchObject({
      name: 'DomainError',
      code: 'invalid-token',
      detail: undefined,
    });
  };

  it('not signed at all', () => refused(new UnsecuredJWT(claims).encode()));

  it('signed with the public key as a shared secret', async () => {
    const raw = Buffer.from((await exportJWK(keys.publicKey)).x!, 'base64url');
    for (const secret of [raw, Buffer.from(await exportSPKI(keys.publicKey)), Buffer.from(jwks)]) {
      await refused(
        await token(
          {},
          { alg: 'HS256', key: Buffer.concat([secret, Buffer.alloc(32)]).subarray(0, Math.max(32, secret.length)) },
        ),
      );
    }
  });

  it('signed by another key, with the published key id or another', async () => {
    const other = (await generateKeyPair('EdDSA')).privateKey;
    await refused(await token({}, { key: other }));
    await refused(await token({}, { key: other, kid: 'k2' }));
  });

  it('signed with another algorithm', async () =>
    refused(await token({}, { alg: 'ES256', key: (await generateKeyPair('ES256')).privateKey })));

  it.each([
    ['of another issuer', { iss: 'another-issuer' }],
    ['for another audience', { aud: 'elsewhere' }],
    ['that has ended', { exp: seconds - 1 }],
    ['that has not begun', { nbf: seconds + 60 }],
    ['of an unknown role', { role: 'admin' }],
    ['of a role that is no text', { role: ['customer'] }],
    ['without a role', { role: undefined }],
    ['without a subject', { sub: undefined }],
    ['without an end', { exp: undefined }],
    ['without a session', { sid: undefined }],
    ['without the time of the password', { auth_time: undefined }],
    ['with a time of the password that is no time', { auth_time: 'yesterday' }],
    ['whose subject is no identifier', { sub: 'ada@example.org' }],
  ])('%s', async (_what, changed) => refused(await token(changed)));

  it('changed in one place', async () => {
    const [header, , signature] = (await token()).split('.');
    const payload = Buffer.from(JSON.stringify({ ...claims, role: 'complianceOfficer' })).toString('base64url');
    await refused(`${header}.${payload}.${signature}`);
  });

  it.each(['', 'x', 'a.b.c', '....', 'x'.repeat(10_000)])('garbage %#', (text) => refused(text));
});

describe('without the keys a token is neither valid nor invalid', () => {
  const unavailable = async (at = verifier): Promise<void> => {
    await expect(at.verify(await token())).rejects.toMatchObject({ code: 'temporarily-unavailable' });
  };

  it('nobody listens', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await unavailable(new TokenVerifier(new URL(`http://127.0.0.1:${port}/`), clock));
  });

  it.each<[string, RequestListener]>([
    ['an error', (_request, response) => response.writeHead(500).end()],
    ['something else', (_request, response) => response.end('<html>')],
    ['a key set that is none', (_request, response) => response.end('{}')],
    ['a hang-up', (request) => request.destroy()],
  ])('%s is answered', (_what, listener) => {
    answer = listener;
    return unavailable();
  });

  it('and when they are back, the same verifier works', async () => {
    const good = answer;
    answer = (_request, response) => response.writeHead(503).end();
    await unavailable();
    answer = good;
    expect(await verifier.verify(await token())).toMatchObject({ subjectId });
  });
});
