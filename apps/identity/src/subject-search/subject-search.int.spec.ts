import { isErased, newId, EventStore, KeyRing, Sealer, streamName, type DomainEvent } from '@dittoo/kernel';
import { ContactDirectory } from '@dittoo/personal-data';
import { until } from '@dittoo/platform/testing';
import { Commands, systemContext } from '@dittoo/service';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { officer, startIdentity, type IdentityUnderTest } from '../identity.fixture.js';

/**
 * Promised: an officer finds everybody the shop knows by an e-mail address, a telephone number or an order, account
 * holders, guests, contacts, subscribers and campaign entrants, and sees when it is several subjects; every search is on
 * record; a number that is erased finds nobody.
 */
let identity: IdentityUnderTest;
let officers: string;
beforeAll(async () => {
  identity = await startIdentity();
  officers = await identity.signIn(officer);
});
afterAll(() => identity.close());

const purpose = 'A letter of 3 November, asks for a copy';
const find = async (query: string) =>
  (await identity.call('GET', `/audit/subjects?${query}`, { bearer: officers, headers: { 'audit-purpose': purpose } }))
    .body;
/** Records another service's event in a stream of its own. */
const record = async (category: string, id: string, subjectId: string, event: DomainEvent): Promise<void> => {
  const saying = { category, initialState: null, decide: () => [event], evolve: () => null };
  await identity.service.get<Commands>(Commands).execute(saying, id, null, systemContext('spec', subjectId, newId()));
};
const contact = (email: string): Promise<string> =>
  identity.service.get<ContactDirectory>(ContactDirectory).findOrAdd(email);
const untilFound = (query: string, ...items: object[]): Promise<unknown> =>
  until(async () => {
    const found = await find(query);
    return found.items.length === items.length && found;
  }).then((found) => expect(found).toMatchObject({ items: expect.arrayContaining(items) }));

const address = { street: 'Exempelgatan 7', postalCode: '12345', city: 'Exempelstad', country: 'SE' };
const orderPlaced = (phone: string | null): DomainEvent => {
  const buyer = { givenName: 'Gerd', familyName: 'Exempelsson', address };
  return {
    type: 'OrderPlaced',
    data: {
      ...{ lines: [], total: { amountMinor: 100, currency: 'SEK' }, paymentMethod: 'paysonInvoice', locale: 'sv' },
      ...{ personnummerGround: null, buyer, recipient: { ...buyer, email: 'gerd@example.org', phone } },
    },
  };
};
const notice = { noticeVersion: '2026-11-01', noticeDigest: '0', language: 'sv' };
const subscribed = (email: string): DomainEvent => ({
  type: 'NewsletterSubscriptionRequested',
  data: { email, token: 't', expiresAt: '2099-01-01T10:00:00.000Z', ...notice },
});
const entered = (email: string | null, phone: string | null): DomainEvent => ({
  type: 'CampaignEntered',
  data: { campaignId: 'spring', email, phone, clickId: null, choices: [], ...notice },
});

it('finds by one address the account and everything that was written without it, and says that they are several', async () => {
  const { customerId } = await identity.customer('greta');
  expect(await find('email=greta%40example.org')).toEqual({
    items: [{ subjectId: customerId, kind: 'customer' }],
    severalSubjects: false,
  });
  const contactId = await contact('Greta@Example.org');
  await record('newsletter', contactId, contactId, subscribed('greta@example.org'));
  await record('campaignEntry', newId(), contactId, entered('greta@example.org', null));
  await untilFound(
    'email=greta%40example.org',
    { subjectId: customerId, kind: 'customer' },
    { subjectId: contactId, kind: 'subscriber' },
    { subjectId: contactId, kind: 'campaignEntrant' },
  );
  expect((await find('email=greta%40example.org')).severalSubjects).toBe(true);
  const known = await contact('only.known@example.org');
  expect((await find('email=only.known%40example.org')).items).toEqual([{ subjectId: known, kind: 'contact' }]);
});

it('finds by a telephone number, however it is written, by customers, guests and entrants', async () => {
  const { bearer, customerId } = await identity.customer('hilda', { phone: '070-174 06 05' });
  const entrant = newId();
  await record('campaignEntry', newId(), entrant, entered(null, '+46701740605'));
  const guest = newId();
  await record('order', newId(), guest, orderPlaced('0046 70 174 06 05'));
  await untilFound(
    'phone=%2B46%2070%20174%2006%2005',
    { subjectId: customerId, kind: 'customer' },
    { subjectId: entrant, kind: 'campaignEntrant' },
    { subjectId: guest, kind: 'guest' },
  );
  await identity.call('PATCH', '/me', { bearer, body: { phone: '08-465 004 21' } });
  await untilFound('phone=0846500421', { subjectId: customerId, kind: 'customer' });
  expect((await find('phone=0701740699')).items).toEqual([]);
});

it('finds the guest of an order', async () => {
  const [guest, orderId] = [newId(), newId()];
  await record('order', orderId, guest, orderPlaced(null));
  await untilFound(`orderId=${orderId}`, { subjectId: guest, kind: 'guest' });
});

it('finds nobody by a number whose key is destroyed', async () => {
  const entrant = newId();
  const entryId = newId();
  await record('campaignEntry', entryId, entrant, entered(null, '0701740612'));
  await untilFound('phone=0701740612', { subjectId: entrant, kind: 'campaignEntrant' });
  const at = identity.service.platform.clock.now();
  const keyRing = identity.service.get<KeyRing>(KeyRing);
  const keys = await keyRing.destroy(entrant, ['advertising'], { at, requestId: null });
  const destroyed = keys.map(({ category, fingerprint, kid }) => ({ kid, category, fingerprint }));
  const data = { requestId: null, keys: destroyed, retained: [] };
  await record('dataSubject', entrant, entrant, { type: 'SubjectKeysDestroyed', data });
  await untilFound('phone=0701740612');
});

it('is on record with the purpose, sealed, and without what was typed', async () => {
  const { customerId } = await identity.customer('irma');
  await find('email=irma%40example.org');
  await find('phone=0701740613');
  const { staffId } = await until(async () => {
    const { rows } = await identity.service.platform.pool.query<{ subject_id: string }>(
      `SELECT DISTINCT subject_id FROM identity.session WHERE role = 'complianceOfficer'`,
    );
    return rows[0] !== undefined && { staffId: rows[0].subject_id };
  });
  const recorded = [];
  const store = identity.service.get<EventStore>(EventStore);
  for await (const event of store.readStream(streamName('officerAccess', staffId))) recorded.push(event);
  const opened = await identity.service.get<Sealer>(Sealer).open(recorded.slice(-2));
  expect(opened.map(({ event }) => event)).toEqual([
    { type: 'SubjectsSearched', data: { by: 'email', found: [customerId], auditPurpose: purpose } },
    { type: 'SubjectsSearched', data: { by: 'phone', found: [], auditPurpose: purpose } },
  ]);
  expect(JSON.stringify(recorded.map(({ data }) => data))).not.toMatch(/irma|0701740613|letter of 3/);
  expect(recorded.some(({ data }) => isErased(data['auditPurpose']))).toBe(false);
});
