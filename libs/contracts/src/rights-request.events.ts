import { personal, plain, type EventOf, type Personal, type SchemaMapOf } from '@dittoo/kernel';
import type { Retention } from './vocabulary.js';

export const rightsRequestKinds = [
  'access',
  'portability',
  'erasure',
  'restriction',
  'objection',
  'rectification',
] as const;
export type RightsRequestKind = (typeof rightsRequestKinds)[number];

/** Stream `rightsRequest-<id>`: one request under art. 15-21, from receipt to answer. Decided by identity. */
export interface RightsRequestEvents {
  RightsRequestReceived: {
    readonly kind: RightsRequestKind;
    /** RFC 3339; art. 12(3), counted in Sweden's calendar. */
    readonly dueAt: string;
    /** The policy version the request is judged by, pinned at receipt. */
    readonly noticeVersion: string;
    readonly detail: Personal<string | null>;
  };
  RequesterIdentified: { readonly method: 'freshReauthentication' };
  /** What goes and what stays, before anything is done. */
  RequestScopeDecided: { readonly erase: readonly string[]; readonly retain: readonly Retention[] };
  /** An officer must look first; `blockers` are words (`openOrder`, `unpaidInvoice`), not data. */
  RequestReferredToOfficer: { readonly blockers: readonly string[] };
  /** `executeAfter`: RFC 3339, the end of the cooling-off. */
  RequestApproved: { readonly by: 'rule' | 'officer'; readonly executeAfter: string };
  /** The reason is what an officer wrote to the person. */
  RequestRefused: { readonly reason: Personal<string> };
  /** Approved but for what the scope keeps; the reason is what an officer wrote to the person. */
  RequestPartlyRefused: { readonly reason: Personal<string> };
  /** `answerBy`: RFC 3339; without an answer until then the recipient counts as failed. */
  RecipientAsked: { readonly processorId: string; readonly answerBy: string };
  RecipientAnswered: {
    readonly processorId: string;
    readonly state: 'acknowledged' | 'failed' | 'notSupported';
    readonly reason: string;
  };
  /** The keys were looked for and not found usable. */
  ErasureVerified: { readonly categories: readonly string[] };
  RequestAnswered: { readonly outcome: 'done' | 'partlyDone' };
}
export type RightsRequestEvent = EventOf<RightsRequestEvents>;

const rights = {
  stream: 'rightsRequest',
  schemaVersion: 1,
  purpose: 'dataSubjectRights',
  legalBasis: 'legalObligation',
} as const;

export const rightsRequestSchema: SchemaMapOf<RightsRequestEvents> = {
  RightsRequestReceived: {
    ...rights,
    fields: { kind: plain, dueAt: plain, noticeVersion: plain, detail: personal('contact') },
  },
  RequesterIdentified: { ...rights, fields: { method: plain } },
  RequestScopeDecided: { ...rights, fields: { erase: plain, retain: plain } },
  RequestReferredToOfficer: { ...rights, fields: { blockers: plain } },
  RequestApproved: { ...rights, fields: { by: plain, executeAfter: plain } },
  RequestRefused: { ...rights, fields: { reason: personal('contact') } },
  RequestPartlyRefused: { ...rights, fields: { reason: personal('contact') } },
  RecipientAsked: { ...rights, fields: { processorId: plain, answerBy: plain } },
  RecipientAnswered: { ...rights, fields: { processorId: plain, state: plain, reason: plain } },
  ErasureVerified: { ...rights, fields: { categories: plain } },
  RequestAnswered: { ...rights, fields: { outcome: plain } },
};
