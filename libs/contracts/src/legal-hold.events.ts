import {
  personal,
  plain,
  type AboutNobody,
  type EventOf,
  type OrderId,
  type SubjectId,
  type Personal,
  type SchemaMapOf,
} from '@dittoo/kernel';

/**
 * Stream `legalHold-<id>`: data that must not be destroyed for now, because an authority or a claim needs it. Two
 * officers begin it, two end it. What they write is sealed under the key of the officer who began it, so that the record
 * outlives the erasure of the person it is about. Decided by rights.
 */
export interface LegalHoldEvents {
  LegalHoldRequested: {
    readonly subjectId: SubjectId;
    /** The officer's id, here and below: two persons are two ids. */
    readonly by: SubjectId;
    /** Of this order's data alone; `null` = of all the person's. */
    readonly orderId: OrderId | null;
    readonly categories: readonly string[];
    readonly authority: Personal<string>;
    readonly reason: Personal<string>;
    /** RFC 3339. */
    readonly expiresAt: string;
  };
  /** By a second officer: from now on nothing of it is destroyed. */
  LegalHoldConfirmed: { readonly subjectId: SubjectId; readonly by: SubjectId };
  /** Taken back before a second officer confirmed it. */
  LegalHoldWithdrawn: { readonly subjectId: SubjectId; readonly by: SubjectId };
  LegalHoldReleaseRequested: { readonly subjectId: SubjectId; readonly by: SubjectId };
  /** By a second officer: what was due in the meantime goes on. */
  LegalHoldReleased: { readonly subjectId: SubjectId; readonly by: SubjectId };
  /** Nobody's words are in it: no key, no person whose it is. */
  LegalHoldExpired: AboutNobody<{ readonly subjectId: SubjectId }>;
}
export type LegalHoldEvent = EventOf<LegalHoldEvents>;

const hold = {
  stream: 'legalHold',
  schemaVersion: 1,
  purpose: 'dataSubjectRights',
  legalBasis: 'legalObligation',
} as const;
/** A key of its own, which ends after the hold and not with the officer. */
const words = personal('contact', { keyPer: 'stream' });

export const legalHoldSchema: SchemaMapOf<LegalHoldEvents> = {
  LegalHoldRequested: {
    ...hold,
    fields: {
      subjectId: plain,
      by: plain,
      orderId: plain,
      categories: plain,
      authority: words,
      reason: words,
      expiresAt: plain,
    },
    // As long after the hold as a message is kept.
    retention: [{ category: 'contact', keyPer: 'stream', begins: 'expiresAt', period: 'support' }],
  },
  LegalHoldConfirmed: { ...hold, fields: { subjectId: plain, by: plain } },
  LegalHoldWithdrawn: { ...hold, fields: { subjectId: plain, by: plain } },
  LegalHoldReleaseRequested: { ...hold, fields: { subjectId: plain, by: plain } },
  LegalHoldReleased: { ...hold, fields: { subjectId: plain, by: plain } },
  LegalHoldExpired: { ...hold, subject: 'nobody', fields: { subjectId: plain } },
};
