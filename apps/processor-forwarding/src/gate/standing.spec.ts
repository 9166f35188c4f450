/* Promised: only what was given or reconfirmed, is not withdrawn, objected to or over, permits; asked at the send. */
import type { ConsentEvent, DataSubjectEvent, NewsletterEvent } from '@dittoo/contracts';
import { streamName, type NewEvent, type RecordedEvent } from '@dittoo/kernel';
import { loadRegister, parseRegister } from '@dittoo/processor-register';
import { MemoryEventStore } from '@dittoo/testing';
import { describe, expect, it } from '@jest/globals';
import { adConsentSignals, mayAdvertise } from './ad-consent.js';
import { judge, type Asked } from './gate.js';
import { consentsOf, notObjected, softOptInOf, type Standing } from './standing.js';
import { Standings } from './standing.query.js';

const { digest: _digest, ...document } = loadRegister();
const register = loadRegister();
const recordId = '0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c01';
const choice = {
  recordId,
  purpose: 'newsletter' as const,
  noticeVersion: '2026-11-01',
  noticeDigest: 'a1',
  language: 'sv' as const,
  method: 'doubleOptIn' as const,
};
const subjectId = '5b1c6f0e-4a53-4a6b-9f5e-5f1f0f6f3c09';
type Said = ConsentEvent | NewsletterEvent | DataSubjectEvent;
/** Nothing was said against it. */
const free = { erased: false, restricted: false, objected: [] } as const;

/** One event a minute from ten o'clock. */
const recorded = (category: string, ...events: Said[]): RecordedEvent[] =>
  events.map(({ data, type }, index) => ({
    eventId: `0f4f2c52-7a53-4a6b-9f5e-${category.length.toString(16).padStart(2, '0')}00000000${10 + index}`,
    type,
    data: data as RecordedEvent['data'],
    stream: streamName(category, subjectId),
    revision: BigInt(index),
    position: BigInt(index),
    metadata: {
      dataSubjectId: subjectId,
      actor: { kind: 'dataSubject', id: subjectId },
      purpose: 'consentEvidence',
      legalBasis: 'legalObligation',
      noticeVersion: null,
      correlationId: subjectId,
      causationId: subjectId,
      traceparent: null,
      schemaVersion: 1,
      recordedAt: `2026-11-22T10:0${index}:00.000Z`,
    },
  }));
/** As a service would append them. */
const fresh = (category: string, ...events: Said[]): NewEvent[] =>
  recorded(category, ...events).map(({ data, eventId, metadata, type }) => ({ data, eventId, metadata, type }));
const given: ConsentEvent = { type: 'ConsentGiven', data: choice };
const withdrawn: ConsentEvent = {
  type: 'ConsentWithdrawn',
  data: { recordId, purpose: 'newsletter', method: 'myAccount' },
};
const permits = (...events: ConsentEvent[]): boolean =>
  consentsOf(recorded('consent', ...events)).consents['newsletter'] !== undefined;

describe('a consent at the gate', () => {
  it.each<[string, boolean, ConsentEvent[]]>([
    ['given', true, [given]],
    ['reconfirmed', true, [given, { type: 'ConsentReconfirmed', data: choice }]],
    ['requested', false, [{ type: 'ConsentRequested', data: choice }]],
    ['refused', false, [{ type: 'ConsentRefused', data: choice }]],
    ['withdrawn', false, [given, withdrawn]],
    ['withdrawn, then given again', true, [given, withdrawn, given]],
    [
      'expired',
      false,
      [given, { type: 'ConsentExpired', data: { recordId, purpose: 'newsletter', validUntil: '2026-11-22' } }],
    ],
    ['invalidated', false, [given, { type: 'ConsentsInvalidated', data: { reason: 'subjectErased' } }]],
  ])('%s: permits %s', (_, expected, events) => expect(permits(...events)).toBe(expected));

  it('names the revision that is relied on: the last time it was said', () => {
    const events = recorded('consent', given, { type: 'ConsentReconfirmed', data: choice });
    expect(consentsOf(events).consents['newsletter']).toEqual({
      recordId,
      revision: '1',
      since: '2026-11-22T10:01:00.000Z',
    });
  });

  it('is over when the register says so, recorded or not', () => {
    const newsletter = { ...document.purposes['newsletter'], consentValidity: 'P1Y' };
    const lasting = parseRegister({ ...document, purposes: { ...document.purposes, newsletter } });
    const asked: Asked = {
      processorId: 'oneMail',
      intent: 'sendMail',
      purposes: [{ purpose: 'newsletter', fields: ['email'] }],
    };
    const { consents } = consentsOf(recorded('consent', given));
    const standing: Standing = { ...free, consents, softOptIn: { status: 'none' } };
    expect(judge(lasting, asked, standing, '2027-11-22T09:59:59.999Z')).toMatchObject({ allowed: true });
    expect(judge(lasting, asked, standing, '2027-11-22T10:00:00.000Z')).toMatchObject({ reason: 'consentMissing' });
    expect(judge(register, asked, standing, '2036-11-22T10:00:00.000Z')).toMatchObject({ allowed: true });
  });

  it('does not survive an objection, unless it is a new word', () => {
    const objection = recorded('dataSubject', {
      type: 'ProcessingObjected',
      data: { requestId: subjectId, purposes: ['newsletter'] },
    });
    const before = consentsOf(recorded('consent', given)).consents;
    expect(notObjected(before, objection)).toEqual({});
    const after = consentsOf(recorded('consent', given, withdrawn, given)).consents;
    expect(notObjected(after, objection)['newsletter']).toBeDefined();
  });
});

describe('what is queued', () => {
  it('is judged by what the streams say now: a withdrawal holds the moment it is appended', async () => {
    const store = new MemoryEventStore();
    const standings = new Standings(store);
    const stream = streamName('consent', subjectId);
    const [first, second] = fresh('consent', given, withdrawn);
    await store.append(stream, [first!], 'no-stream');
    expect((await standings.of(subjectId)).consents['newsletter']).toBeDefined();
    await store.append(stream, [second!], 0n);
    expect((await standings.of(subjectId)).consents).toEqual({});
  });
});

describe('a restriction and an objection', () => {
  const restricted = (requestId: string): DataSubjectEvent => ({ type: 'ProcessingRestricted', data: { requestId } });
  const announced: DataSubjectEvent = {
    type: 'RestrictionLiftAnnounced',
    data: { requestId: 'r-1', liftsAt: '2026-11-25T08:00:00.000Z' },
  };
  const lifted = (requestId: string): DataSubjectEvent => ({ type: 'RestrictionLifted', data: { requestId } });
  const objected: DataSubjectEvent = {
    type: 'ProcessingObjected',
    data: { requestId: 'r-3', purposes: ['newsletter', 'support'] },
  };
  const standing = async (subject: Said[], consents: Said[] = []): Promise<Standing> => {
    const store = new MemoryEventStore();
    await store.append(streamName('dataSubject', subjectId), fresh('dataSubject', ...subject), 'no-stream');
    if (consents.length > 0)
      await store.append(streamName('consent', subjectId), fresh('consent', ...consents), 'no-stream');
    return new Standings(store).of(subjectId);
  };

  it('hold until the last restriction is lifted, and not until it is announced', async () => {
    const both = [restricted('r-1'), restricted('r-2')];
    expect((await standing([...both, lifted('r-1')])).restricted).toBe(true);
    expect((await standing([...both, lifted('r-1'), lifted('r-2')])).restricted).toBe(false);
    expect((await standing([restricted('r-1'), announced])).restricted).toBe(true);
  });

  it('are against the purposes they name, unless a consent is a newer word', async () => {
    expect((await standing([objected])).objected).toEqual(['newsletter', 'support']);
    expect((await standing([objected], [given])).objected).toEqual(['newsletter', 'support']);
    expect((await standing([objected], [given, withdrawn, given])).objected).toEqual(['support']);
    expect((await standing([objected])).softOptIn.status).toBe('ended');
  });
});

describe('the soft opt-in', () => {
  const noted: NewsletterEvent = { type: 'SoftOptInNoted', data: { orderId: subjectId } };
  const asked: Asked = {
    processorId: 'oneMail',
    intent: 'sendMail',
    purposes: [{ purpose: 'similarGoods', fields: ['email'] }],
  };
  const verdict = (softOptIn: Standing['softOptIn']) =>
    judge(register, asked, { ...free, consents: {}, softOptIn }, '2026-11-22T10:00:00.000Z');

  it('permits mail about own similar goods on a basis of its own, and is no consent', () => {
    expect(verdict(softOptInOf(recorded('newsletter', noted)))).toMatchObject({
      allowed: true,
      permissions: [{ legalBasis: 'legitimateInterests', consent: null }],
    });
    const newsletter: Asked = { ...asked, purposes: [{ purpose: 'newsletter', fields: ['email'] }] };
    const standing: Standing = { ...free, consents: {}, softOptIn: softOptInOf(recorded('newsletter', noted)) };
    expect(judge(register, newsletter, standing, '2026-11-22T10:00:00.000Z')).toMatchObject({
      reason: 'consentMissing',
    });
  });

  it.each<[string, Said[]]>([
    ['an unsubscription', [noted, { type: 'NewsletterUnsubscribed', data: { by: 'link' } }]],
    ['an objection', [noted, { type: 'NewsletterUnsubscribed', data: { by: 'objection' } }]],
    ['a word in My account', [noted, { type: 'SoftOptInEnded', data: { by: 'myAccount' } }]],
    ['a word said before the purchase', [{ type: 'SoftOptInEnded', data: { by: 'myAccount' } }, noted]],
  ])('ends with %s', (_, events) =>
    expect(verdict(softOptInOf(recorded('newsletter', ...events)))).toMatchObject({ reason: 'processingObjected' }),
  );

  it('is nobody who did not buy', () => expect(verdict(softOptInOf([]))).toMatchObject({ reason: 'noLegalBasis' }));

  it('is not there for who said no to the newsletter', async () => {
    const store = new MemoryEventStore();
    const standings = new Standings(store);
    await store.append(streamName('newsletter', subjectId), fresh('newsletter', noted), 'no-stream');
    expect((await standings.of(subjectId)).softOptIn.status).toBe('noted');
    const refused: ConsentEvent = { type: 'ConsentRefused', data: choice };
    await store.append(streamName('consent', subjectId), fresh('consent', refused), 'no-stream');
    expect((await standings.of(subjectId)).softOptIn.status).toBe('ended');
  });
});

describe("Google's two signals", () => {
  const at = '2026-11-22T10:30:00.000Z';
  const consent = { recordId, revision: '0', since: '2026-11-22T10:00:00.000Z' };
  const signals = (...purposes: string[]) =>
    adConsentSignals(
      register,
      { erased: false, consents: Object.fromEntries(purposes.map((purpose) => [purpose, consent])) },
      at,
    );

  it('are two denials where nothing was said', () => {
    expect(signals()).toEqual({ adUserData: 'CONSENT_DENIED', adPersonalization: 'CONSENT_DENIED' });
    expect(signals('newsletter', 'personnummer')).toEqual(signals());
  });

  it('follow each its own consent, and only both together allow the call', () => {
    expect(signals('adMeasurement')).toEqual({ adUserData: 'CONSENT_GRANTED', adPersonalization: 'CONSENT_DENIED' });
    expect(signals('marketing')).toEqual({ adUserData: 'CONSENT_DENIED', adPersonalization: 'CONSENT_GRANTED' });
    expect([signals(), signals('adMeasurement'), signals('marketing')].some(mayAdvertise)).toBe(false);
    expect(mayAdvertise(signals('adMeasurement', 'marketing'))).toBe(true);
  });

  it('are denials for who was erased', () => {
    const erased = { erased: true, consents: { marketing: consent, adMeasurement: consent } };
    expect(mayAdvertise(adConsentSignals(register, erased, at))).toBe(false);
  });
});
