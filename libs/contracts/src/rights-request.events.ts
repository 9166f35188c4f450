import {
  personal,
  plain,
  secret,
  type DataCategory,
  type EventOf,
  type Personal,
  type SchemaMapOf,
} from '@dittoo/kernel';
import type { Locale, PostalAddress, Retention } from './vocabulary.js';

/** What a person or an officer changes of a profile; an absent field stays, `null` removes the value. */
export interface ProfileChanges {
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  readonly phone?: string | null | undefined;
  readonly address?: PostalAddress | null | undefined;
  readonly locale?: Locale | undefined;
}

export const rightsRequestKinds = [
  'access',
  'portability',
  'erasure',
  'restriction',
  'objection',
  'rectification',
] as const;
export type RightsRequestKind = (typeof rightsRequestKinds)[number];

/** How a request reached the shop that an officer entered. */
export const requestChannels = ['letter', 'phone', 'inPerson', 'mail'] as const;
export type RequestChannel = (typeof requestChannels)[number];

/**
 * Stream `rightsRequest-<id>`: one request under art. 15-21, from receipt to answer, or a value that a person corrected
 * themselves (no request), with the recipients of the old value. Decided by rights.
 */
export interface RightsRequestEvents {
  RightsRequestReceived: {
    readonly kind: RightsRequestKind;
    /** RFC 3339; art. 12(3), counted in Sweden's calendar. */
    readonly dueAt: string;
    /** The policy version the request is judged by, pinned at receipt. */
    readonly noticeVersion: string;
    readonly detail: Personal<string | null>;
  };
  /** A person without an account asked; the address they name is asked whether its owner did so. */
  ConfirmationAsked: {
    readonly email: Personal<string>;
    /** Single use, what the mailed link carries. */
    readonly token: Personal<string>;
    readonly expiresAt: string;
    readonly language: Locale;
  };
  /** It came by letter, by phone or at the counter, and an officer entered it. `receivedAt`: RFC 3339. */
  RequestEnteredByOfficer: { readonly channel: RequestChannel; readonly receivedAt: string };
  /**
   * Where the answers to this request go. Sealed under a key of the request itself, which outlives the keys of the
   * person: an erased person is told too. It is destroyed once the answer was delivered.
   */
  RequesterAddressNoted: { readonly email: Personal<string>; readonly language: Locale };
  /** `retentionPeriod`: nobody asked, the account was not used for too long. `byOfficer`: an officer identified them. */
  RequesterIdentified: {
    readonly method: 'freshReauthentication' | 'confirmedEmail' | 'retentionPeriod' | 'byOfficer';
  };
  /** A person corrected these fields themselves (no request): the recipients of the old values follow. RFC 3339. */
  OwnCorrectionNoted: { readonly fields: readonly string[]; readonly notedAt: string };
  /** What goes and what stays, before anything is done. */
  RequestScopeDecided: { readonly erase: readonly DataCategory[]; readonly retain: readonly Retention[] };
  /** An officer must look first; `blockers` are words (`openOrder`, `unpaidInvoice`), not data. */
  RequestReferredToOfficer: { readonly blockers: readonly string[] };
  /** `executeAfter`: RFC 3339, the end of the cooling-off. */
  RequestApproved: { readonly by: 'rule' | 'officer'; readonly executeAfter: string };
  /** Art. 16, by an officer: identity makes the profile say so. */
  CorrectionDecided: { readonly changes: Personal<ProfileChanges> };
  /** The reason is what an officer wrote to the person. */
  RequestRefused: { readonly reason: Personal<string> };
  /** Art. 12(3): two months more, with the reason, told to the person inside the first. */
  RequestExtended: { readonly dueAt: string; readonly reason: Personal<string> };
  /** Approved but for what the scope keeps; the reason is what an officer wrote to the person. */
  RequestPartlyRefused: { readonly reason: Personal<string> };
  /** `answerBy`: RFC 3339; without an answer until then the recipient counts as failed. */
  RecipientAsked: { readonly processorId: string; readonly answerBy: string };
  RecipientAnswered: {
    readonly processorId: string;
    readonly state: 'acknowledged' | 'failed' | 'notSupported';
    readonly reason: string;
  };
  /** A recipient that has no way to answer by itself was asked by a person, who notes what came of it. */
  RecipientTaskDone: { readonly processorId: string; readonly outcome: 'acknowledged' | 'failed' };
  /** The copy lies ready, sealed; it can be fetched once. `digest`: SHA-256 of what was signed, hex. */
  CopyPrepared: { readonly expiresAt: string; readonly digest: string };
  CopyCollected: { readonly format: 'json' | 'html' };
  CopyPurged: { readonly reason: 'collected' | 'expired' | 'subjectErased' };
  /** The keys were looked for and not found usable. */
  ErasureVerified: { readonly categories: readonly string[] };
  RequestAnswered: { readonly outcome: 'done' | 'partlyDone' };
  /** The answer has reached the person's mail server, or an officer gave it. The key of its address goes now. */
  AnswerDelivered: { readonly by: 'mail' | 'officer' };
  /** The answer cannot be mailed, a person must look: no address, refused for good, or not sent for too long. */
  AnswerUndelivered: { readonly reason: string };
}
export type RightsRequestEvent = EventOf<RightsRequestEvents>;

const rights = {
  stream: 'rightsRequest',
  schemaVersion: 1,
  purpose: 'dataSubjectRights',
  legalBasis: 'legalObligation',
} as const;

/** As long as the answer can be read, and a copy fetched. What was erased with the request stays erased. */
const answered = {
  category: 'contact',
  keyPer: 'subject',
  extends: 'recordedAt',
  by: 'copyLifetime',
  ifKept: true,
} as const;

export const rightsRequestSchema: SchemaMapOf<RightsRequestEvents> = {
  RightsRequestReceived: {
    ...rights,
    fields: { kind: plain, dueAt: plain, noticeVersion: plain, detail: personal('contact') },
  },
  ConfirmationAsked: {
    ...rights,
    fields: { email: personal('contact'), token: secret('contact'), expiresAt: plain, language: plain },
    // Anybody can type an address: it is kept for as long as it is asked.
    retention: [{ category: 'contact', keyPer: 'subject', extends: 'expiresAt' }],
  },
  RequestEnteredByOfficer: { ...rights, fields: { channel: plain, receivedAt: plain } },
  RequesterAddressNoted: {
    ...rights,
    fields: { email: personal('contact', { keyPer: 'stream' }), language: plain },
    // Until the answer is delivered, whatever else is erased.
    retention: [{ category: 'contact', keyPer: 'stream', keeps: 'untilEnded' }],
  },
  OwnCorrectionNoted: { ...rights, fields: { fields: plain, notedAt: plain } },
  RequesterIdentified: { ...rights, fields: { method: plain } },
  RequestScopeDecided: { ...rights, fields: { erase: plain, retain: plain } },
  RequestReferredToOfficer: { ...rights, fields: { blockers: plain } },
  RequestApproved: { ...rights, fields: { by: plain, executeAfter: plain } },
  CorrectionDecided: { ...rights, fields: { changes: personal('contact') } },
  RequestRefused: { ...rights, fields: { reason: personal('contact') }, retention: [answered] },
  RequestExtended: { ...rights, fields: { dueAt: plain, reason: personal('contact') } },
  RequestPartlyRefused: { ...rights, fields: { reason: personal('contact') } },
  RecipientAsked: { ...rights, fields: { processorId: plain, answerBy: plain } },
  RecipientAnswered: { ...rights, fields: { processorId: plain, state: plain, reason: plain } },
  RecipientTaskDone: { ...rights, fields: { processorId: plain, outcome: plain } },
  CopyPrepared: { ...rights, fields: { expiresAt: plain, digest: plain } },
  CopyCollected: { ...rights, fields: { format: plain } },
  CopyPurged: { ...rights, fields: { reason: plain } },
  ErasureVerified: { ...rights, fields: { categories: plain } },
  RequestAnswered: { ...rights, fields: { outcome: plain }, retention: [answered] },
  AnswerDelivered: { ...rights, fields: { by: plain } },
  AnswerUndelivered: { ...rights, fields: { reason: plain } },
};
