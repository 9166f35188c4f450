import { personal, plain, type EventOf, type Personal, type SchemaMapOf } from '@dittoo/kernel';

/**
 * Stream `legalHold-<id>`: data that must not be destroyed for now, because an authority or a claim needs it. Two
 * officers begin it, two end it. What they write is sealed under the key of the officer who began it, so that the record
 * outlives the erasure of the person it is about. Decided by rights.
 */
export interface LegalHoldEvents {
  LegalHoldRequested: {
    readonly subjectId: string;
    /** The officer's id, here and below: two persons are two ids. */
    readonly by: string;
    /** Of this order's data alone; `null` = of all the person's. */
    readonly orderId: string | null;
    readonly categories: readonly string[];
    readonly authority: Personal<string>;
    readonly reason: Personal<string>;
    /** RFC 3339. */
    readonly expiresAt: string;
  };
  /** By a second officer: from now on nothing of it is destroyed. */
  LegalHoldConfirmed: { readonly subjectId: string; readonly by: string };
  /** Taken back before a second officer confirmed it. */
  LegalHoldWithdrawn: { readonly subjectId: string; readonly by: string };
  LegalHoldReleaseRequested: { readonly subjectId: string; readonly by: string };
  /** By a second officer: what was due in the meantime goes on. */
  LegalHoldReleased: { readonly subjectId: string; readonly by: string };
  LegalHoldExpired: { readonly subjectId: string };
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
  LegalHoldExpired: { ...hold, fields: { subjectId: plain } },
};
