import { EventStore, newId, streamName, type RecordedEvent } from '@dittoo/kernel';
import pg from 'pg';
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
const register = (body: object, headers: Record<string, string> = {}) =>
  identity.call('POST', '/customers', { body, headers });

describe('registration', () => {
  it('succeeds with every optional consent false, in one append', async () => {
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
    expect(events.map(({ type }) => type)).toEqual([
      'CustomerRegistered',
      'NoticeAcknowledged',
      'ConsentChoicesCollected',
      'PersonnummerRecorded',
    ]);
    expect(JSON.stringify(events.map(({ data }) => data))).not.toMatch(/agneta|Exempelgatan|197010632391/);
  });

  it('succeeds without any of the optional fields', async () => {
    const { body } = await register(personNamed('bo'));
    expect((await eventsOf(body.customerId)).map(({ type }) => type)).toEqual([
      'CustomerRegistered',
      'NoticeAcknowledged',
    ]);
  });

  it('answers the same for an address in use, whatever its case or Unicode form, and tells the owner', async () => {
    const first = await register({ ...personNamed('cecilia'), email: 'Cecilia@example.org' });
    for (const email of ['cecilia@EXAMPLE.org', ' CECILIA@example.org', 'ｃecilia@example.org']) {
      const again = await register({ ...personNamed('cecilia'), password: 'quite another one', email });
      expect(again.status).toBe(201);
      expect(Object.keys(again.body)).toEqual(['customerId']);
      expect(again.body.customerId).not.toBe(first.body.customerId);
      expect(await eventsOf(again.body.customerId)).toEqual([]);
    }
    expect((await eventsOf(first.body.customerId)).filter(({ type }) => type === 'RegistrationRepeated')).toHaveLength(
      3,
    );
  });

  it('is one registration when two arrive at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => register(personNamed('david'))));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(201));
    const streams = await Promise.all(answers.map(({ body }) => eventsOf(body.customerId)));
    expect(streams.filter((events) => events.length > 0)).toHaveLength(1);
  });

  it('answers a repeated Idempotency-Key as the first time', async () => {
    const headers = { 'idempotency-key': 'registration-of-eva' };
    const first = await register(personNamed('eva'), headers);
    const again = await register(personNamed('eva'), headers);
    expect(again.body).toEqual(first.body);
    expect(await eventsOf(first.body.customerId)).toHaveLength(2);
    expect((await register(personNamed('evelina'), headers)).body.code).toBe('idempotency-key-reused');
  });

  it('takes over an address whose registration was abandoned, and refuses the late one', async () => {
    const emails = identity.service.get<EmailIndex>(EmailIndex);
    const lost = newId();
    await emails.reserve('filip@example.org', lost, 'customer');
    const early = await register(personNamed('filip'));
    expect(await eventsOf(early.body.customerId)).toEqual([]); // it might still arrive
    const keyRingUrl = new URL(identity.service.platform.config.databaseUrl ?? '');
    keyRingUrl.pathname += '_keyring';
    const keyRing = new pg.Client({ connectionString: keyRingUrl.toString() });
    await keyRing.connect();
    await keyRing.query(
      `UPDATE keyring.email_index SET reserved_at = reserved_at - interval '1 minute' WHERE subject_id = $1`,
      [lost],
    );
    await keyRing.end();
    const { body } = await register(personNamed('filip'));
    expect(await eventsOf(body.customerId)).toHaveLength(2);
    expect((await eventsOf(lost)).map(({ type }) => type)).toEqual(['RegistrationAbandoned']);
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
    expect(await eventsOf(body.customerId)).toHaveLength(2);
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
