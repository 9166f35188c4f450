import type { CustomerEvent, DataSubjectEvents } from '@dittoo/contracts';
import { EventStore, KeyRing, newId, Sealer, streamName, type Envelope, type OpenedEvent } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { KeyEncryption } from '@dittoo/personal-data';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccessTokens } from '../session/access-tokens.js';
import { officer, personNamed, startIdentity, type IdentityUnderTest } from '../identity.fixture.js';

let identity: IdentityUnderTest;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const historyOf = async (customerId: string): Promise<OpenedEvent<CustomerEvent>[]> => {
  const recorded = [];
  const store = identity.service.get<EventStore>(EventStore);
  for await (const event of store.readStream(streamName('customer', customerId))) recorded.push(event);
  return identity.service.get<Sealer>(Sealer).open<CustomerEvent>(recorded);
};
/** Without `AccountUsed`, which every sign-in appends. */
const typesOf = async (customerId: string) =>
  (await historyOf(customerId)).map(({ event }) => event.type).filter((type) => type !== 'AccountUsed');

/** Appends a decision of rights about a person to rights' stream. */
const sayGroundEnded = (customerId: string, reason: DataSubjectEvents['PersonnummerGroundEnded']['reason']) =>
  identity.say(customerId, { type: 'PersonnummerGroundEnded', data: { reason, afterRemovals: 0 } });

/** Appends a consent event of a person to consent's stream. */
const sayConsent = (customerId: string, type: 'ConsentGiven' | 'ConsentWithdrawn') => {
  const choice = { recordId: newId(), purpose: 'personnummer', method: 'myAccount' };
  const notice = { noticeVersion: 'v', noticeDigest: 'd', language: 'sv' };
  return identity.say(customerId, { type, data: type === 'ConsentGiven' ? { ...choice, ...notice } : choice });
};

describe('my account', () => {
  it('shows the entered data, and changes one field at a time', async () => {
    const { customerId, bearer } = await identity.customer('agneta', { locale: 'en' });
    const { body } = await identity.call('GET', '/me', { bearer });
    expect(body).toEqual({
      customerId,
      email: 'agneta@example.org',
      givenName: 'Given agneta',
      familyName: 'Family agneta',
      phone: null,
      address: null,
      locale: 'en',
      noticeVersion: '2026-11-01',
    });
    const address = { street: 'Exempelgatan 7', postalCode: '123 45', city: 'Exempelstad', country: 'SE' };
    const changed = await identity.call('PATCH', '/me', { bearer, body: { address, givenName: 'Agneta' } });
    expect(changed.body).toMatchObject({ address, givenName: 'Agneta', familyName: 'Family agneta' });
    await identity.call('PATCH', '/me', { bearer, body: { address, givenName: 'Agneta' } });
    expect((await typesOf(customerId)).slice(4)).toEqual(['NameRectified', 'AddressRectified']);
    expect((await identity.call('PATCH', '/me', { bearer, body: { address: null } })).body.address).toBeNull();
  });

  it.each([
    ['invalid-field', { givenName: null }],
    ['invalid-field', { givenName: '' }],
    ['invalid-field', { address: { city: 'Exempelstad' } }],
    ['invalid-field', { phone: 'not a number' }],
    ['invalid-field', { locale: 'de' }],
    ['unknown-field', { email: 'another@example.org' }],
    ['invalid-field', { givenName: null }],
    ['invalid-field', { familyName: 'Berg\r\nBcc: x' }],
    ['card-number-refused', { familyName: '4111111111111111' }],
    ['card-number-refused', { phone: '4111 1111 1111 1111' }],
  ])('refuses with %s: %j', async (code, body) => {
    const bearer = await identity.signIn(officer);
    expect((await identity.call('PATCH', '/me', { bearer, body })).body.code).toBe('not-allowed');
    const customer = await identity.customer(`bo-${newId()}`);
    expect((await identity.call('PATCH', '/me', { bearer: customer.bearer, body })).body.code).toBe(code);
  });

  it('is visible to nobody else', async () => {
    expect((await identity.call('PATCH', '/me', { body: {} })).body.code).toBe('not-authenticated');
    const bearer = await identity.signIn(officer);
    expect((await identity.call('GET', '/me', { bearer })).body.code).toBe('not-allowed');
  });
});

describe('another e-mail', () => {
  const tokenOf = async (customerId: string): Promise<string> => (await identity.mailed(customerId)).token;
  const change = (bearer: string, email: string) => identity.call('PUT', '/me/email', { bearer, body: { email } });
  const confirm = (bearer: string, token: string) =>
    identity.call('POST', '/me/email/confirmation', { bearer, body: { token } });

  it('is used once its token was confirmed, and the old one no more', async () => {
    const { customerId, bearer } = await identity.customer('cecilia');
    expect((await change(bearer, 'cecilia.ny@example.org')).status).toBe(202);
    expect((await identity.call('GET', '/me', { bearer })).body.email).toBe('cecilia@example.org');
    expect((await confirm(bearer, 'made-up')).body.code).toBe('invalid-confirmation-token');
    const token = await tokenOf(customerId);
    expect((await confirm(bearer, token)).body.email).toBe('cecilia.ny@example.org');
    expect((await confirm(bearer, token)).body.code).toBe('invalid-confirmation-token');
    const { password } = personNamed('cecilia');
    expect(
      (await identity.call('POST', '/sessions', { body: { email: 'cecilia@example.org', password } })).status,
    ).toBe(401);
    expect(await identity.signIn({ email: 'Cecilia.Ny@example.org', password })).not.toContain('undefined');
    expect((await identity.customer('cecilia')).customerId).not.toBe(customerId); // the old address is free again
  });

  it('is confirmed by its code as well, and only by the account that asked for it', async () => {
    const { customerId, bearer } = await identity.customer('ida');
    const email = 'ida.ny@example.org';
    await change(bearer, email);
    const { code, token } = await identity.mailed(customerId);
    const { bearer: theirs } = await identity.customer('inga');
    expect((await confirm(theirs, token)).body.code).toBe('invalid-confirmation-token');
    const confirmed = await identity.call('POST', '/email-confirmations', { body: { email, code } });
    expect(confirmed.body).toEqual({ status: 'confirmed' });
    expect((await identity.call('GET', '/me', { bearer })).body.email).toBe(email);
  });

  it('is asked about five times an hour at most: nobody floods a mailbox', async () => {
    const { bearer, customerId } = await identity.customer('jan');
    const answers = [];
    for (let times = 1; times <= 7; times++) answers.push((await change(bearer, 'jan.ny@example.org')).status);
    // Nothing tells that it was too often: it would tell that the address is nobody's.
    expect(answers).toEqual(Array(7).fill(202));
    expect((await typesOf(customerId)).filter((type) => type === 'EmailChangeRequested')).toHaveLength(5);
  });

  it('cannot be an address in use', async () => {
    await identity.customer('david');
    const { customerId, bearer } = await identity.customer('eva');
    expect((await change(bearer, 'david@example.org')).status).toBe(202); // the caller does not learn that it is in use
    expect((await confirm(bearer, await tokenOf(customerId))).body.code).toBe('conflict');
    expect((await identity.call('GET', '/me', { bearer })).body.email).toBe('eva@example.org');
  });
});

describe('personnummer', () => {
  const number = '701063-2391';
  const put = (bearer: string, ground: string) =>
    identity.call('PUT', '/me/personnummer', { bearer, body: { number, ground } });
  const masked = (bearer: string) => identity.call('GET', '/me/personnummer', { bearer });

  it('is shown masked, and in full only after the reveal was recorded', async () => {
    const { customerId, bearer } = await identity.customer('filip');
    expect((await masked(bearer)).status).toBe(404);
    const reveal = (body: object) => identity.call('POST', '/me/personnummer/reveal', { bearer, body });
    expect((await reveal({ purpose: 'to check it' })).body.code).toBe('personnummer-not-recorded');
    expect((await put(bearer, 'secureIdentification')).body).toEqual({
      number: '19701063-****',
      ground: 'secureIdentification',
    });
    expect((await reveal({})).body.code).toBe('invalid-field');
    expect((await reveal({ purpose: 'to check it' })).body).toEqual({ number: '197010632391' });
    expect((await typesOf(customerId)).slice(4)).toEqual(['PersonnummerRecorded', 'PersonnummerRevealed']);
  });

  it('is removed, and may be given again under another key', async () => {
    const { customerId, bearer } = await identity.customer('gustav');
    await put(bearer, 'purpose');
    expect((await identity.call('DELETE', '/me/personnummer', { bearer })).status).toBe(204);
    expect((await masked(bearer)).status).toBe(404);
    expect((await put(bearer, 'purpose')).status).toBe(200);
    const numbers = (await historyOf(customerId)).filter(({ event }) => event.type === 'PersonnummerRecorded');
    const kids = numbers.map(({ recorded }) => (recorded.data['number'] as unknown as Envelope).kid);
    expect(new Set(kids).size).toBe(2);
    const keyRing = identity.service.get<KeyRing>(KeyRing);
    const reason = { at: new Date().toISOString(), requestId: null, newLifecycle: true, kids: [kids[0]!] };
    await keyRing.destroy(customerId, ['personnummer'], reason);
    expect((await masked(bearer)).body.number).toBe('19701063-****');
  });

  it('is removed when rights says that nothing needs it any more, and not when consent was given again', async () => {
    const { customerId, bearer } = await identity.customer('hanna');
    expect((await put(bearer, 'consent')).body.code).toBe('personnummer-ground-not-allowed');
    await sayConsent(customerId, 'ConsentGiven');
    expect((await put(bearer, 'consent')).status).toBe(200);
    await sayGroundEnded(customerId, 'consentWithdrawn');
    const { customerId: other, bearer: theirs } = await identity.customer('helga');
    await put(theirs, 'secureIdentification');
    await sayGroundEnded(other, 'groundEnded');
    await until(async () => (await masked(theirs)).status === 404); // later in the log, and done
    expect((await masked(bearer)).status).toBe(200);
    await sayConsent(customerId, 'ConsentWithdrawn');
    // It may be kept for an invoice, but is no longer shown.
    const reveal = { bearer, body: { purpose: 'to check it' } };
    expect((await identity.call('POST', '/me/personnummer/reveal', reveal)).body.code).toBe(
      'personnummer-ground-not-allowed',
    );
    await sayGroundEnded(customerId, 'consentWithdrawn');
    await until(async () => (await masked(bearer)).status === 404);
    expect(await typesOf(customerId)).toContain('PersonnummerRemoved');
  });

  it('is visible to nobody else, and shown in full only just after the password was entered', async () => {
    const { customerId, bearer } = await identity.customer('maja');
    await put(bearer, 'purpose');
    const authenticatedAt = new Date(Date.now() - 3_600_000).toISOString();
    const session = { sessionId: newId(), subjectId: customerId, role: 'customer', authenticatedAt } as const;
    const old = `Bearer ${await identity.service.get<AccessTokens>(AccessTokens).issue(session)}`;
    const body = { purpose: 'to check it' };
    const reveal = (who?: string) =>
      identity.call('POST', '/me/personnummer/reveal', { ...(who === undefined ? {} : { bearer: who }), body });
    expect((await reveal(old)).body.code).toBe('reauthentication-required');
    expect((await reveal()).body.code).toBe('not-authenticated');
    expect((await reveal(await identity.signIn(officer))).body.code).toBe('not-allowed');
    expect((await masked(old)).status).toBe(200);
    const email = { email: 'maja.ny@example.org' };
    expect((await identity.call('PUT', '/me/email', { bearer: old, body: email })).body.code).toBe(
      'reauthentication-required',
    );
    const { bearer: another } = await identity.customer('maja.another');
    expect((await reveal(another)).body.code).toBe('personnummer-not-recorded');
  });

  it('is never hashed, not even with a key', async () => {
    const keys = identity.service.get<KeyEncryption>(KeyEncryption);
    const hashed: string[] = [];
    const hash = keys.keyedHash.bind(keys);
    keys.keyedHash = (use, text) => {
      hashed.push(text);
      return hash(use, text);
    };
    try {
      const { bearer } = await identity.customer('nora', { personnummer: { number, ground: 'purpose' } });
      await put(bearer, 'secureIdentification');
      await identity.call('POST', '/me/personnummer/reveal', { bearer, body: { purpose: 'to check it' } });
    } finally {
      keys.keyedHash = hash;
    }
    expect(hashed.length).toBeGreaterThan(0); // the e-mail is
    expect(hashed.filter((text) => /701063.?2391/.test(text))).toEqual([]);
  });

  it.each([
    ['701063-T391', 'interim'],
    ['701063-2392', 'checkDigit'],
    ['701063-0002', 'birthNumber'],
    ['991332-2391', 'date'],
  ])('%s is refused by its rule: %s', async (wrong, rule) => {
    const { bearer } = await identity.customer(`olof-${rule.toLowerCase()}`);
    const body = { number: wrong, ground: 'purpose' };
    const answer = await identity.call('PUT', '/me/personnummer', { bearer, body });
    expect(answer.body).toMatchObject({ code: 'invalid-personnummer', errors: [{ field: 'number', message: rule }] });
  });

  it('is refused when it is invalid, without repeating it', async () => {
    const { bearer } = await identity.customer('karin');
    const { body } = await identity.call('PUT', '/me/personnummer', {
      bearer,
      body: { number: '701063-2392', ground: 'purpose' },
    });
    expect(body.code).toBe('invalid-personnummer');
    expect(JSON.stringify(body)).not.toContain('701063');
  });
});
