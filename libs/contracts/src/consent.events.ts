import { plain, type EventOf, type SchemaMapOf } from '@dittoo/kernel';
import type { ConsentPurpose, Locale } from './vocabulary.js';

/** How the choice reached us. */
export type CollectionMethod =
  'registrationForm' | 'myAccount' | 'doubleOptIn' | 'campaignForm' | 'unsubscribeLink' | 'objection';

/** What a person chose, on which notice, how. */
export interface ConsentChoice {
  /** ISO/IEC TS 27560 record_id of this purpose's consent record. */
  readonly recordId: string;
  readonly purpose: ConsentPurpose;
  readonly noticeVersion: string;
  /** SHA-256 of the policy the person was shown, hex. */
  readonly noticeDigest: string;
  readonly language: Locale;
  readonly method: CollectionMethod;
}

/** Stream `consent-<dataSubjectId>`: every choice of one person, purpose by purpose. Decided by consent. */
export interface ConsentEvents {
  /** Asked, not answered yet: an address was typed, its owner has not said anything. Permits nothing. */
  ConsentRequested: ConsentChoice;
  ConsentGiven: ConsentChoice;
  /** Given before, and given again under another version of the policy. */
  ConsentReconfirmed: ConsentChoice;
  ConsentRefused: ConsentChoice;
  ConsentWithdrawn: { readonly recordId: string; readonly purpose: ConsentPurpose; readonly method: CollectionMethod };
  /** The register says how long a consent holds, and that is over. RFC 3339. */
  ConsentExpired: { readonly recordId: string; readonly purpose: ConsentPurpose; readonly validUntil: string };
  /** The person was erased: what was given is invalid, nothing can be chosen here any more. */
  ConsentsInvalidated: { readonly reason: 'subjectErased' };
}
export type ConsentEvent = EventOf<ConsentEvents>;

const evidence = {
  stream: 'consent',
  schemaVersion: 1,
  purpose: 'consentEvidence',
  legalBasis: 'legalObligation',
} as const;
const choice = {
  recordId: plain,
  purpose: plain,
  noticeVersion: plain,
  noticeDigest: plain,
  language: plain,
  method: plain,
} as const;

/** Evidence is kept while one of the consents is relied on; the period begins when the last of them has ended. */
const evidenceOf = { category: 'consentEvidence', keyPer: 'subject', per: 'purpose' } as const;
const relied = { ...evidenceOf, keeps: 'untilEnded' } as const;
const reliedNoLonger = { ...evidenceOf, begins: 'recordedAt' } as const;
/** What rested on the consent goes with it. */
const ended = [
  reliedNoLonger,
  { category: 'advertising', keyPer: 'every', ends: 'recordedAt', when: { purpose: ['adMeasurement'] } },
  { category: 'contact', keyPer: 'subject', ends: 'recordedAt', when: { purpose: ['newsletter'] } },
  { category: 'personnummer', keyPer: 'subject', ends: 'recordedAt', when: { purpose: ['personnummer'] } },
] as const;

export const consentSchema: SchemaMapOf<ConsentEvents> = {
  ConsentRequested: { ...evidence, fields: choice },
  ConsentGiven: { ...evidence, fields: choice, retention: [relied] },
  ConsentReconfirmed: { ...evidence, fields: choice, retention: [relied] },
  ConsentRefused: { ...evidence, fields: choice, retention: [reliedNoLonger] },
  ConsentWithdrawn: { ...evidence, fields: { recordId: plain, purpose: plain, method: plain }, retention: ended },
  ConsentExpired: { ...evidence, fields: { recordId: plain, purpose: plain, validUntil: plain }, retention: ended },
  ConsentsInvalidated: {
    ...evidence,
    fields: { reason: plain },
    retention: [{ category: 'consentEvidence', keyPer: 'subject', begins: 'recordedAt', ifKept: true }],
  },
};
