/*
 * Promised: every letter about a request names its kind, what was done and not done, why, until when, and what the person
 * can do now; the due date is told at receipt. It never says what an authority asked for.
 */
import type { DomainEvent, RecordedEvent } from '@dittoo/kernel';
import { rightsRequestKinds, type RightsRequestKind } from '@dittoo/contracts';
import { loadRegister } from '@dittoo/processor-register';
import { describe, expect, it } from '@jest/globals';
import type { NotificationName } from './notification-kinds.js';
import { composeNotification } from './notification.page.js';
import { requestFactsOf, requestInWords } from './request-facts.js';

const register = loadRegister();
const sender = {
  shop: 'DITT:OO',
  email: 'dataskydd@example.org',
  publicUrl: 'https://shop.example.org',
  pagesUrl: 'https://shop.example.org',
};
const dueAt = '2026-12-22T22:59:59.000Z';
const inSwedish: Readonly<Record<RightsRequestKind, string>> = {
  access: 'en kopia av dina uppgifter (artikel 15',
  portability: 'att ta med (artikel 20',
  erasure: 'raderas (artikel 17',
  restriction: 'begränsas (artikel 18',
  objection: 'en invändning mot hur dina uppgifter används (artikel 21',
  rectification: 'rättelse av dina uppgifter (artikel 16',
};

const recorded = ({ data, type }: DomainEvent): RecordedEvent =>
  ({ type, data: { ...data } }) as Pick<RecordedEvent, 'type' | 'data'> as RecordedEvent;
const received = (kind: RightsRequestKind): DomainEvent => ({
  type: 'RightsRequestReceived',
  data: { kind, dueAt, noticeVersion: 'v1', detail: null },
});
const answered = (outcome: 'done' | 'partlyDone'): DomainEvent => ({ type: 'RequestAnswered', data: { outcome } });
const approved = (by: 'rule' | 'officer' = 'rule'): DomainEvent => ({
  type: 'RequestApproved',
  data: { by, executeAfter: dueAt },
});
const recipient = (processorId: string, state: string): DomainEvent[] => [
  { type: 'RecipientAsked', data: { processorId, answerBy: dueAt } },
  { type: 'RecipientAnswered', data: { processorId, state, reason: 'r' } },
];

const letter = (name: NotificationName, events: readonly DomainEvent[], more: object = {}) => {
  const facts = requestFactsOf(events.map(recorded));
  return composeNotification(
    name,
    {
      email: 'astrid@example.org',
      language: 'sv',
      about: '11111111-1111-4111-8111-111111111111',
      facts: { dueAt, expiresAt: dueAt, liftsAt: dueAt },
      opened: {},
      order: null,
      caseSubject: null,
      unsubscribeToken: null,
      byEmailOnly: false,
      request: facts === null ? null : requestInWords(register, 'sv', facts),
      certificateToken: facts?.keysDestroyed === true ? 'certificate-token' : null,
      copyToken: null,
      openedBy: null,
      digest: '0'.repeat(64),
      ...more,
    },
    sender,
  );
};

describe.each(rightsRequestKinds)('a letter about a request of %s', (kind) => {
  it.each([
    ['requestReceived', {}],
    ['requestReferred', {}],
    ['requestExtended', { opened: { reason: 'Vi har många.' } }],
    ['requestRefused', { opened: { reason: 'Fakturan är obetald.' } }],
    ['requestPartlyRefused', { opened: { reason: 'En beställning är på väg.' } }],
    ['requestAnswered', {}],
  ] as const)('%s names the kind, the number and where to complain', (name, more) => {
    const { text } = letter(name, [received(kind), answered('done')], more);
    expect(text).toContain(inSwedish[kind]);
    expect(text).toContain('11111111-1111-4111-8111-111111111111');
    expect(text).toMatch(/Integritetsskyddsmyndigheten \(imy\.se\).*domstol/);
    if ('opened' in more) expect(text).toContain(more.opened.reason);
  });

  it('tells the due date at receipt and at a referral, by the Swedish calendar', () => {
    for (const name of ['requestReceived', 'requestReferred'] as const)
      expect(letter(name, [received(kind)]).text).toContain('senast den 22 december 2026');
  });
});

it('a referral says why, and not that an authority asked for something', () => {
  const blockers = ['unpaidInvoice', 'legalHold', 'somethingNew'];
  const { text } = letter('requestReferred', [
    received('erasure'),
    { type: 'RequestReferredToOfficer', data: { blockers } },
  ]);
  expect(text).toContain('Du har en faktura som inte är betald.');
  expect(text).toContain('Något i den måste prövas särskilt.');
  expect(text).not.toMatch(/myndighet(?!en \(imy)|hold|bevarande/i);
});

it('the question about an erasure says plainly that a yes erases, and that anyone may have typed the address', () => {
  const { subject, text } = letter('requestConfirmation', [received('erasure')], { opened: { token: 't' } });
  expect(subject).toBe('Ska vi radera dina uppgifter?');
  expect(text).toContain('Om du bekräftar raderar vi dina uppgifter. Det går inte att ångra.');
  expect(text).toContain('Vem som helst kan skriva in en adress');
  expect(text).toContain('Ja, radera mina uppgifter');
  expect(letter('requestConfirmation', [received('access')], { opened: { token: 't' } }).text).not.toContain('ångra');
});

it('the answer to an erasure says what is gone, what stays, why and until when, who confirmed, and brings the certificate', () => {
  const retain = [
    { category: 'orderAccounting', reason: 'bookkeeping', until: '2033-12-31' },
    { category: 'contact', reason: 'legalHold', until: '2031-06-01' },
  ];
  const { text } = letter('requestAnswered', [
    received('erasure'),
    { type: 'RequestScopeDecided', data: { erase: ['profile'], retain } },
    approved(),
    ...recipient('google', 'acknowledged'),
    ...recipient('payson', 'notSupported'),
    { type: 'ErasureVerified', data: { categories: ['profile'] } },
    answered('partlyDone'),
  ]);
  expect(text).toContain('Vi har raderat dina uppgifter.');
  expect(text).toContain('Bokföringsuppgifter: bokföringslagen kräver det, till och med den 31 december 2033.');
  expect(text).toContain('rättsliga skäl, till och med den 1 juni 2031.');
  expect(text).toMatch(/har bekräftat att de har gjort sin del: \S/);
  expect(text).toMatch(/har inte bekräftat än: Payson/);
  expect(text).toMatch(/\/p\/certificate\?lang=sv&request=[\w-]+&token=certificate-token/);
});

it.each<[string, RightsRequestKind, readonly DomainEvent[], string]>([
  ['nothing is held', 'access', [], 'Vi har inga uppgifter om dig'],
  [
    'a restriction',
    'restriction',
    [approved(), ...recipient('payson', 'notSupported')],
    'lagrar vi bara dina uppgifter',
  ],
  ['an objection', 'objection', [approved()], 'slutat använda dina uppgifter för marknadsföring.'],
  ['an objection on own grounds', 'objection', [approved('officer')], 'det övriga du invände mot'],
  [
    'an objection refused in part',
    'objection',
    [{ type: 'RequestPartlyRefused', data: { reason: 'r' } }, approved('officer')],
    'fortsätter vi med, av det skäl vi har skrivit',
  ],
  ['a correction', 'rectification', [approved('officer')], 'Vi har rättat uppgifterna.'],
  [
    'a correction refused in part',
    'rectification',
    [{ type: 'RequestPartlyRefused', data: { reason: 'r' } }, approved('officer')],
    'Vi har rättat en del av uppgifterna.',
  ],
])('the answer says which part was done: %s', (_what, kind, events, words) => {
  const states = events.filter(({ type }) => type === 'RecipientAnswered' || type === 'RequestPartlyRefused');
  const history = [received(kind), ...events, answered(states.length > 0 ? 'partlyDone' : 'done')];
  expect(letter('requestAnswered', history).text).toContain(words);
});

it.each(rightsRequestKinds)('a request of %s that an erasure ended says so', (kind) => {
  const { text } = letter('requestAnswered', [
    received(kind),
    approved(),
    answered(kind === 'erasure' ? 'done' : 'partlyDone'),
  ]);
  expect(text).toContain('dina uppgifter raderades innan vi hann');
});
