import { schemaMap } from '@dittoo/contracts';
import type { SchemaMap } from '@dittoo/kernel';
import { loadRegister } from '@dittoo/processor-register';
import { describe, expect, it } from '@jest/globals';
import { all, withSignature, writtenAccessCopy } from './copy-in-memory.fixture.js';

import { subjectCopyPage } from './subject-copy.page.js';
import { messages } from '../messages/messages.js';
import type { CopiedEvent } from '../person/subject-events.query.js';

const register = loadRegister();
const subjectId = '0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c01';
let revision = 0;
const said = (type: string, fields: CopiedEvent['fields'], stream = `customer-${subjectId}`): CopiedEvent => ({
  ...{ type, fields, stream, revision: revision++, position: revision, source: 'dataSubject' },
  ...{ eventId: `event-${revision}`, recordedAt: '2027-01-10T10:00:00.000Z' },
  ...{ purpose: 'customerAccount', legalBasis: 'contract', noticeVersion: null },
});
const page = async (events: readonly CopiedEvent[]): Promise<string> => {
  const copy = await writtenAccessCopy({ requestId: subjectId, subjectId, register, events });
  const { contents, parts } = withSignature(copy);
  const text = Buffer.concat(await all(subjectCopyPage(contents, parts, 'copy.html'))).toString('utf8');
  return text.replace(/href="data:[^"]*"/, '');
};

const address = { city: 'Stockholm', country: 'SE', postalCode: '11122', street: 'Storgatan 1' };
const placed = said('OrderPlaced', {
  lines: [{ sku: 'mugg', quantity: 2 }],
  buyer: { address, familyName: 'Ek', givenName: 'Alma' },
});

describe('the page of a copy', () => {
  it('shows a person with a postal address in the usual format, and nothing as JSON', async () => {
    const shown = await page([said('AddressRectified', { address }), placed]);
    expect(shown).toContain('Storgatan 1, 11122, Stockholm, SE');
    expect(shown).toContain('Alma, Ek, Storgatan 1, 11122, Stockholm, SE');
    expect(shown).toContain('2 × mugg');
    expect(shown).not.toContain('{&quot;');
  });

  it.each(['bookkeeping', 'legalClaims', 'openOrder', 'legalHold'])('explains data retained for %s', async (reason) => {
    const retained = [{ category: 'support', reason, until: '2030-01-01' }];
    const shown = await page([said('SubjectKeysDestroyed', { requestId: null, keys: [], retained })]);
    expect(shown).toContain('Finns kvar efter raderingen: ');
    expect(shown).not.toContain(`Finns kvar efter raderingen: ${reason}`);
  });

  it('has a text for every event and every kind of stream, and shows it', async () => {
    const definitions: SchemaMap = schemaMap;
    const types = Object.keys(definitions).filter((type) => messages('sv').find(`event.${type}`) === undefined);
    const streams = Object.values(definitions).filter(
      ({ stream }) => messages('sv').find(`stream.${stream}`) === undefined,
    );
    expect([types, streams.map(({ stream }) => stream)]).toEqual([[], []]);
    const shown = await page([placed]);
    expect(shown).toContain('<h3>Du som kund</h3>');
    expect(shown).toContain('Beställning lagd');
    expect(shown).not.toContain('OrderPlaced');
  });

  it('has the times and days of Sweden, also around the turn of the year', async () => {
    const atNewYear = { ...placed, recordedAt: '2026-12-31T23:30:00.000Z' };
    const shown = await page([atNewYear]);
    expect(shown).toContain('1 januari 2027 kl. 00:30');
    expect(shown).toContain('Till och med 31 december 2034');
    expect(shown).not.toMatch(/\d{4}-\d{2}-\d{2}|31 december 2026/);
  });

  it('shows no digest and no internal name: they are in the JSON', async () => {
    const shown = await page([
      said('NoticeAcknowledged', { noticeVersion: '2026-11-01', noticeDigest: 'a'.repeat(64), language: 'sv' }),
      said(
        'ForwardingRequested',
        { processorId: 'payson', intent: 'openPayment', orderId: null, fields: ['email'] },
        'forwarding-0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c03',
      ),
      said(
        'OrderPlaced',
        { paymentMethod: 'paysonInvoice', locale: 'sv', personnummerGround: null },
        'order-0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c04',
      ),
    ]);
    expect(shown).toContain('faktura (Payson)');
    expect(shown.replace(/<style>[^]*<\/style>/, '')).not.toMatch(
      /a{64}|[a-z][A-Z]\w+:|paysonInvoice|openPayment|noticeDigest|customerAccount/,
    );
  });

  it('leaves what a person wrote as they wrote it', async () => {
    const shown = await page([said('NameRectified', { givenName: 'done', familyName: '2026-01-01' })]);
    expect(shown).toContain('>done<');
    expect(shown).toContain('efternamn: 2026-01-01');
  });

  it('folds repetitions into one line', async () => {
    const stream = 'forwarding-0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c05';
    const disclosed = {
      processorId: 'payson',
      fields: ['email'],
      purpose: 'order',
      legalBasis: 'contract',
      outcome: 'delivered',
    };
    const shown = await page([
      ...Array.from({ length: 3 }, () => said('DataDisclosed', disclosed, stream)),
      ...Array.from({ length: 40 }, () =>
        said('PaymentStatusRead', { processorId: 'payson', status: 'pending' }, stream),
      ),
      said('EmailConfirmed', { at: '2027-01-10T10:00:00.000Z' }),
    ]);
    expect(shown.match(/<th scope="row">Payson/g)).toHaveLength(1);
    expect(shown).toContain('(3 gånger)');
    expect(shown.match(/Betalningens läge hämtat/g)).toHaveLength(1);
    expect(shown).toContain('(40 gånger)');
  });

  it('says that the access log is not in it, how long it is kept, and why it cannot be linked', async () => {
    const shown = await page([placed]);
    expect(shown).toContain('Det här ingår inte');
    expect(shown).toMatch(/Hela IP-adressen i 30 dagar.*artikel 11\.2/);
    expect(shown).toContain('begär en kopia från den adressen');
  });

  it('names a recipient’s purpose as the policy does', async () => {
    const number = said('PersonnummerRecorded', { number: '197010632391', ground: 'secureIdentification' });
    const disclosed = said('DataDisclosed', {
      ...{ processorId: 'payson', fields: ['personnummer'], purpose: 'invoiceIdentification' },
      ...{ legalBasis: 'contract', outcome: 'delivered' },
    });
    const row = /<th scope="row">Payson.*<\/tr>/.exec(await page([number, disclosed]))?.[0];
    expect(row).toContain('Säker identifiering vid faktura och delbetalning, avtal');
    expect(row).not.toContain('invoiceIdentification');
  });

  it('shows each message of a case as current, none as replaced by the next', async () => {
    const stream = 'supportCase-0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c02';
    const letters = [
      said('SupportCaseOpened', { body: 'The first letter', subject: 'A mug', email: 'alma@example.org' }, stream),
      said('SupportMessageReceived', { body: 'The second letter' }, stream),
    ];
    const shown = await page(letters);
    for (const letter of ['The first letter', 'The second letter']) {
      expect(shown).toMatch(new RegExp(`${letter}</td><td[^>]*>[^<–]* – nu<`));
    }
  });
});
