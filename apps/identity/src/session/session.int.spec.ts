import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { officer, personNamed, startIdentity, type IdentityUnderTest } from '../identity.fixture.js';
import { FirstOfficer } from '../staff/first-officer.js';

let identity: IdentityUnderTest;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const signIn = (email: string, password: string) => identity.call('POST', '/sessions', { body: { email, password } });

describe('signing in', () => {
  it('gives a token that the published keys verify', async () => {
    const { customerId, bearer } = await identity.customer('agneta');
    const { body } = await signIn('AGNETA@example.org', personNamed('agneta').password);
    expect(body.expiresIn).toBe(600);
    expect(decodeJwt(body.accessToken)).toMatchObject({
      sub: customerId,
      role: 'customer',
      iss: 'dittoo/identity',
      aud: 'dittoo',
      sid: expect.any(String),
      auth_time: expect.any(Number),
    });
    const jwks = (await identity.call('GET', '/.well-known/jwks.json')).body;
    expect(jwks.keys).toEqual([expect.objectContaining({ kid: decodeProtectedHeader(body.accessToken).kid })]);
    expect(jwks.keys[0].d).toBeUndefined();
    expect((await identity.call('GET', '/me', { bearer })).status).toBe(200);
  });

  it('has one answer for an unknown e-mail and a wrong password', async () => {
    await identity.customer('bo');
    const wrong = await signIn('bo@example.org', 'not the pass phrase');
    const unknown = await signIn('nobody@example.org', 'not the pass phrase');
    expect(wrong.status).toBe(401);
    expect(wrong.body).toEqual(unknown.body);
    expect(wrong.body.code).toBe('invalid-credentials');
  });

  it('gives officers their role, and a changed configuration does not change their account', async () => {
    const { body } = await signIn(officer.email, officer.password);
    expect(decodeJwt(body.accessToken)['role']).toBe('complianceOfficer');
    expect(identity.service.get<FirstOfficer>(FirstOfficer).standings).toEqual([
      {
        email: officer.email,
        role: 'complianceOfficer',
        password: { kind: 'configured', variable: 'OFFICER_PASSWORD' },
      },
    ]);
  });

  it('slows down password guessing, for existing and unknown accounts alike', async () => {
    await identity.customer('cecilia');
    for (const email of ['cecilia@example.org', 'nobody.at.all@example.org']) {
      let last = await signIn(email, 'a guess');
      for (let tries = 1; last.status === 401 && tries < 40; tries++) last = await signIn(email, 'a guess');
      expect(last.status).toBe(429);
      expect(last.body.code).toBe('too-many-requests');
      expect(Number(last.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
  });

  it('refuses an invalid sign-in request', async () => {
    expect((await identity.call('POST', '/sessions', { body: { email: 'a@example.org' } })).body.code).toBe(
      'invalid-field',
    );
    expect((await identity.call('GET', '/me')).body.code).toBe('not-authenticated');
    expect((await identity.call('GET', '/me', { bearer: 'Bearer nonsense' })).body.code).toBe('invalid-token');
  });
});

describe('a session', () => {
  const refresh = (refreshToken: string) => identity.call('POST', '/sessions/refresh', { body: { refreshToken } });

  it('accepts each refresh token once; a second use ends the session', async () => {
    await identity.customer('david');
    const first = (await signIn('david@example.org', personNamed('david').password)).body;
    const second = (await refresh(first.refreshToken)).body;
    expect(decodeJwt(second.accessToken)['sid']).toBe(decodeJwt(first.accessToken)['sid']);
    expect(decodeJwt(second.accessToken)['auth_time']).toBe(decodeJwt(first.accessToken)['auth_time']);
    expect((await refresh(first.refreshToken)).body.code).toBe('invalid-refresh-token');
    expect((await refresh(second.refreshToken)).body.code).toBe('invalid-refresh-token');
  });

  it('ends at sign-out, and no other session with it', async () => {
    await identity.customer('eva');
    const one = (await signIn('eva@example.org', personNamed('eva').password)).body;
    const other = (await signIn('eva@example.org', personNamed('eva').password)).body;
    const ended = await identity.call('DELETE', '/sessions/current', { bearer: `Bearer ${one.accessToken}` });
    expect(ended.status).toBe(204);
    expect((await refresh(one.refreshToken)).status).toBe(401);
    expect((await refresh(other.refreshToken)).status).toBe(201);
  });

  it('refuses an invented token', async () =>
    expect((await refresh('made-up')).body.code).toBe('invalid-refresh-token'));

  it('confirms the password for a reauthentication', async () => {
    const { bearer } = await identity.customer('filip');
    const again = (password: string) =>
      identity.call('POST', '/sessions/reauthentication', { bearer, body: { password } });
    expect((await again('not the pass phrase')).body.code).toBe('invalid-credentials');
    const { status, body } = await again(personNamed('filip').password);
    expect(status).toBe(201);
    expect(decodeJwt(body.accessToken)['sid']).toBe(decodeJwt(bearer.slice(7))['sid']);
  });

  it('keeps no token and no key in the clear', async () => {
    await identity.customer('gustav');
    const { refreshToken } = (await signIn('gustav@example.org', personNamed('gustav').password)).body;
    const { rows } = await identity.service.platform.pool.query('SELECT * FROM identity.session, identity.signing_key');
    expect(JSON.stringify(rows)).not.toContain(refreshToken);
    expect(rows[0].wrapped.includes(Buffer.from('302e020100300506032b6570', 'hex'))).toBe(false); // a PKCS #8 header
  });
});
