import { schemaMap } from '@dittoo/contracts';
import type { SchemaMap } from '@dittoo/kernel';
import { loadRegister } from '@dittoo/processor-register';
import { describe, expect, it } from '@jest/globals';
import { accessCopy } from './access-copy.js';
import { eventWords, streamWords } from './event-words.js';
import { subjectCopyPage } from './subject-copy.page.js';
import type { CopiedEvent } from '../person/subject-events.query.js';

const register = loadRegister();
const subjectId = '0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c01';
let revision = 0;
const said = (type: string, fields: CopiedEvent['fields'], stream = `customer-${subjectId}`): CopiedEvent => ({
  ...{ type, fields, stream, revision: revision++, position: revision, source: 'dataSubject' },
  ...{ eventId: `event-${revision}`, recordedAt: '2027-01-10T10:00:00.000Z' },
  ...{ purpose: 'customerAccount', legalBasis: 'contract', noticeVersion: null },
});
const page = (events: readonly CopiedEvent[], rows = {}): string => {
  const [preparedAt, expiresAt] = ['2027-02-01T10:00:00.000Z', '2027-02-08T10:00:00.000Z'];
  const copy = accessCopy({ requestId: subjectId, subjectId, preparedAt, expiresAt, register, events, rows });
  const signature = { jws: 'a..b', sha256: 'c', keys: 'https://shop.example.org/keys' };
  return subjectCopyPage(JSON.stringify({ copy, signature }), 'copy.html').replace(/href="data:[^"]*"/, '');
};

const address = { city: 'Stockholm', country: 'SE', postalCode: '11122', street: 'Storgatan 1' };
const placed = said('OrderPlaced', {
  lines: [{ sku: 'mugg', quantity: 2 }],
  buyer: { address, familyName: 'Ek', givenName: 'Alma' },
});

describe('the page of a copy', () => {
  it('shows a person and an address as on a letter, and nothing as JSON', () => {
    const shown = page([said('AddressRectified', { address }), placed]);
    expect(shown).toContain('Storgatan 1, 11122, Stockholm, SE');
    expect(shown).toContain('Alma, Ek, Storgatan 1, 11122, Stockholm, SE');
    expect(shown).toContain('sku: mugg, quantity: 2');
    expect(shown).not.toContain('{&quot;');
  });

  it.each(['bookkeeping', 'legalClaims', 'openOrder', 'legalHold'])('says in words what is kept for %s', (reason) => {
    const retained = [{ category: 'support', reason, until: '2030-01-01' }];
    const shown = page([said('SubjectKeysDestroyed', { requestId: null, keys: [], retained })]);
    expect(shown).toContain('Finns kvar efter raderingen: ');
    expect(shown).not.toContain(`Finns kvar efter raderingen: ${reason}`);
  });

  it('has words for every event and every kind of stream, and shows them', () => {
    const definitions: SchemaMap = schemaMap;
    const types = Object.keys(definitions).filter((type) => eventWords[type] === undefined);
    const streams = Object.values(definitions).filter(({ stream }) => streamWords[stream] === undefined);
    expect([types, streams.map(({ stream }) => stream)]).toEqual([[], []]);
    const shown = page([placed]);
    expect(shown).toContain('<h3>Du som kund ');
    expect(shown).toContain('Beställning lagd');
    expect(shown).not.toContain('OrderPlaced');
  });

  it('names the purpose a recipient got data for as the policy does', () => {
    const number = said('PersonnummerRecorded', { number: '197010632391', ground: 'secureIdentification' });
    const disclosed = said('DataDisclosed', {
      ...{ processorId: 'payson', fields: ['personnummer'], purpose: 'invoiceIdentification' },
      ...{ legalBasis: 'contract', outcome: 'delivered' },
    });
    const row = /<th scope="row">Payson.*<\/tr>/.exec(page([number, disclosed]))?.[0];
    expect(row).toContain('Säker identifiering vid faktura och delbetalning, avtal');
    expect(row).not.toContain('invoiceIdentification');
  });

  it('shows each letter of a case as one that holds, none as replaced by the next', () => {
    const stream = 'supportCase-0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c02';
    const letters = [
      said('SupportCaseOpened', { body: 'The first letter', subject: 'A mug', email: 'alma@example.org' }, stream),
      said('SupportMessageReceived', { body: 'The second letter' }, stream),
    ];
    const shown = page(letters);
    for (const letter of ['The first letter', 'The second letter']) {
      expect(shown).toMatch(new RegExp(`${letter}</td><td[^>]*>[^<–]* – nu<`));
    }
  });
});
