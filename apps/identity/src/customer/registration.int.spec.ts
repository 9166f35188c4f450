import { EventStore, streamName, type RecordedEvent } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmailIndex } from '@dittoo/personal-data';
import { noticeVersion, personNamed, startIdentity, type IdentityUnderTest } from '../identity.fixture.js';

let identity: IdentityUnderTest;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const eventsOf = async (customerId: string): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  const store = identity.service.get<EventStore>(EventStore);
  for await (const event of store.readStream(streamName('customer', customerId))) events.push(event);
  return events;
};
const typesOf = async (customerId: string) =>
  (await eventsOf(customerId)).map(({ type }) => type).filter((type) => type !== 'AccountUsed');
const confirm = (body: object) => identity.call('POST', '/email-confirmations', { body });
const register = (body: object, headers: Record<string, string> = {}) =>
  identity.call('POST', '/customers', { body, headers });

describe('registration', () => {
  it('succeeds with every optional consent false, in one append, and is nobody yet', async () => {
    const consents = ['newsletter', 'marketing', 'adMeasurement', 'personnummer'].map((purpose) => ({
      purpose,
      given: false,
    }));
    const { status, body } = await register({
      ...personNamed('agneta'),
      consents,
      phone: '+46701740605',
      address: { street: 'Exempelgatan 7', postalCode: '123 45', city: 'Exempelstad', country: 'SE' },
      personnummer: { number: '701063-2391', ground: 'secureIdentification' },
    });
    expect(status).toBe(201);
    const events = await eventsOf(body.customerId);
    expect(events.map(({ type }) => type)).toEqual(['RegistrationReceived']);
    expect(events[0]!.metadata.actor).toEqual({ kind: 'system', id: 'anonymous' });
    expect(JSON.stringify(events.map(({ data }) => data))).not.toMatch(/agneta|Exempelgatan|197010632391/);
    const { token } = await identity.mailed(body.customerId);
    expect((await confirm({ token })).body).toEqual({ status: 'confirmed' });
    expect((await typesOf(body.customerId)).slice(1)).toEqual([
      'CustomerRegistered',
      'EmailConfirmed',
      'NoticeAcknowledged',
      'ConsentChoicesCollected',
      'PersonnummerRecorded',
    ]);
  });

  it('answers a repeated Idempotency-Key as the first time', async () => {
    const headers = { 'idempotency-key': 'registration-of-eva' };
    const first = await register(personNamed('eva'), headers);
    const again = await register(personNamed('eva'), headers);
    expect(again.body).toEqual(first.body);
    expect(await eventsOf(first.body.customerId)).toHaveLength(1);
    expect((await register(personNamed('evelina'), headers)).body.code).toBe('idempotency-key-reused');
  });

  it('of an address in use is told to its owner, whatever its case or Unicode form', async () => {
    const { customerId } = await identity.customer('cecilia');
    for (const email of ['cecilia@EXAMPLE.org', ' CECILIA@example.org', 'ｃecilia@example.org']) {
      const again = await register({ ...personNamed('cecilia'), password: 'quite another one', email });
      expect(again.status).toBe(201);
      expect(again.body.customerId).not.toBe(customerId);
      expect(await eventsOf(again.body.customerId)).toEqual([]);
    }
    expect((await typesOf(customerId)).filter((type) => type === 'RegistrationRepeated')).toHaveLength(3);
  });

  it('mails an address five times an hour at most', async () => {
    const answers = [];
    for (let times = 1; times <= 7; times++) answers.push(await register(personNamed('gunnar')));
    expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(201));
    const received = await Promise.all(answers.map(({ body }) => eventsOf(body.customerId)));
    expect(received.map((events) => events.length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
  });
});

describe('an address counts from its confirmation', () => {
  const signIn = async ({ email, password }: { email: string; password: string }) =>
    (await identity.call('POST', '/sessions', { body: { email, password } })).status;

  it('nobody signs in before, and the owner does after, by the link or by the code', async () => {
    for (const [name, how] of [
      ['david', 'token'],
      ['daniel', 'code'],
    ] as const) {
      const person = personNamed(name);
      const { body } = await register(person);
      expect(await signIn(person)).toBe(401);
      const mailed = await identity.mailed(body.customerId);
      const proof =
        how === 'token' ? { token: mailed.token } : { email: person.email.toUpperCase(), code: mailed.code };
      expect((await confirm(proof)).status).toBe(200);
      expect(await signIn(person)).toBe(201);
      expect((await confirm(proof)).body.code).toBe('invalid-confirmation-token'); // once
    }
  });

  it('the one who confirms gets it: a squatter loses it, and neither sees what the other typed', async () => {
    const owner = personNamed('frida');
    const squatter = { ...owner, password: 'chosen by the squatter', givenName: 'Squatter' };
    const first = await register(squatter);
    const second = await register(owner);
    const link = await identity.mailed(first.body.customerId);
    expect((await confirm({ token: (await identity.mailed(second.body.customerId)).token })).status).toBe(200);
    expect(await signIn(squatter)).toBe(401);
    const bearer = await identity.signIn(owner);
    const me = await identity.call('GET', '/me', { bearer });
    expect(me.body).toMatchObject({ customerId: second.body.customerId, givenName: 'Given frida' });
    expect(JSON.stringify(me.body)).not.toContain('Squatter');
    await until(async () => (await typesOf(first.body.customerId)).includes('RegistrationEnded'));
    expect((await confirm({ token: link.token })).status).toBe(400);
    expect(await signIn(squatter)).toBe(401);
  });

  it('two links at the same moment make one customer', async () => {
    const answers = [await register(personNamed('greta')), await register(personNamed('greta'))];
    const links = await Promise.all(answers.map(({ body }) => identity.mailed(body.customerId)));
    const confirmed = await Promise.all(links.map(({ token }) => confirm({ token })));
    expect(confirmed.map(({ status }) => status).toSorted()[0]).toBe(200);
    const streams = await Promise.all(answers.map(({ body }) => typesOf(body.customerId)));
    expect(streams.filter((types) => types.includes('CustomerRegistered'))).toHaveLength(1);
    expect(await signIn(personNamed('greta'))).toBe(201);
  });

  it('a confirmation that died before its append blocks nobody', async () => {
    const { body } = await register(personNamed('hilda'));
    await identity.service.get<EmailIndex>(EmailIndex).reserve('hilda@example.org', body.customerId, 'customer');
    expect(await signIn(personNamed('hilda'))).toBe(401);
    const other = await register(personNamed('hilda'));
    expect((await confirm({ token: (await identity.mailed(other.body.customerId)).token })).status).toBe(200);
    expect(await typesOf(body.customerId)).toEqual(['RegistrationReceived', 'RegistrationEnded']);
    expect(await signIn(personNamed('hilda'))).toBe(201);
  });

  it('a registration whose keys were destroyed says that it ended', async () => {
    const { body } = await register(personNamed('ivar'));
    const destroyed = { requestId: null, keys: [], retained: [] };
    await identity.say(body.customerId, { type: 'SubjectKeysDestroyed', data: destroyed });
    await until(async () => (await typesOf(body.customerId)).includes('RegistrationEnded'));
    const [, ended] = await eventsOf(body.customerId);
    expect(ended!.data).toEqual({ reason: 'notConfirmed' });
    expect((await confirm({ token: (await identity.mailed(body.customerId)).token })).status).toBe(400);
  });
});

describe('refuses', () => {
  const address = { street: 'Exempelgatan 7', postalCode: '123 45', city: 'Exempelstad', country: 'SE' };
  const refusals: [string, string, object][] = [
    ['unknown-notice-version', 'another policy', { noticeVersion: '1999-01-01' }],
    ['invalid-field', 'half an address', { address: { street: 'Exempelgatan 7' } }],
    ['invalid-field', 'a country that is none', { address: { ...address, country: 'XX' } }],
    ['invalid-field', 'no e-mail', { email: 'nobody' }],
    ['invalid-field', 'a short password', { password: 'short' }],
    ['invalid-field', 'an empty name', { givenName: '  ' }],
    ['invalid-field', 'a purpose nobody knows', { consents: [{ purpose: 'everything', given: true }] }],
    ['invalid-field', 'a personnummer without a ground', { personnummer: { number: '701063-2391' } }],
    ['invalid-personnummer', 'a wrong check digit', { personnummer: { number: '701063-2392', ground: 'purpose' } }],
    [
      'personnummer-ground-not-allowed',
      'a consent that was not given',
      { personnummer: { number: '701063-2391', ground: 'consent' } },
    ],
    ['card-number-refused', 'a card number', { familyName: '4111 1111 1111 1111' }],
    ['unknown-field', 'a field nobody knows', { role: 'complianceOfficer' }],
  ];
  it.each(refusals)('%s: %s', async (code, _what, wrong) => {
    const { body, status } = await register({ ...personNamed('gustav'), ...wrong });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body.code).toBe(code);
    expect(JSON.stringify(body)).not.toMatch(/701063|gustav|4111/);
  });

  it('without taking the address', async () => {
    const { body } = await register(personNamed('gustav'));
    expect(await eventsOf(body.customerId)).toHaveLength(1);
  });

  it('says which rule a personnummer broke', async () => {
    const personnummer = { number: '701063-2392', ground: 'purpose' };
    const { body } = await register({ ...personNamed('hanna'), personnummer });
    expect(body.errors).toEqual([{ field: 'personnummer.number', message: 'checkDigit' }]);
  });

  it('a body without the required fields', async () => {
    const { body } = await register({ noticeVersion });
    expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'email',
      'familyName',
      'givenName',
      'password',
    ]);
  });
});
