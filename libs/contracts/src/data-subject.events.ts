import { plain, type DataCategory, type EventOf, type SchemaMapOf } from '@dittoo/kernel';
import type { Retention } from './vocabulary.js';

/**
 * Stream `dataSubject-<subject id>`: what the law makes of one person's data: restricted, objected to, fenced, destroyed;
 * a customer or not. Decided by rights.
 */
export interface DataSubjectEvents {
  /** Art. 18: stored only. Nothing is forwarded or shown beyond storage while it holds. */
  ProcessingRestricted: { readonly requestId: string };
  /** Art. 18(3): the person is told before a restriction ends. `liftsAt`: RFC 3339. */
  RestrictionLiftAnnounced: { readonly requestId: string; readonly liftsAt: string };
  RestrictionLifted: { readonly requestId: string };
  /** Art. 21: absolute against marketing. A consent given later than this is a new word of the person. */
  ProcessingObjected: { readonly requestId: string; readonly purposes: readonly string[] };
  /** The account was not used for long; without a sign-in it is erased then. RFC 3339. */
  InactivityNoticed: { readonly erasesAt: string };
  /**
   * Nothing needs the personnummer any more. Judged when it had been removed `afterRemovals` times: a number recorded
   * after another removal is not meant.
   */
  PersonnummerGroundEnded: {
    readonly reason: 'consentWithdrawn' | 'groundEnded';
    readonly afterRemovals: number;
  };
  /** The fence of an erasure: every service refuses what is personal from here on. */
  ErasureRequested: { readonly requestId: string };
  /** The deed of an erasure: these keys are gone, these categories stay, why and until when. */
  SubjectKeysDestroyed: {
    readonly requestId: string | null;
    readonly keys: readonly {
      readonly kid: string;
      readonly category: DataCategory;
      readonly fingerprint: string | null;
    }[];
    readonly retained: readonly Retention[];
  };
}
export type DataSubjectEvent = EventOf<DataSubjectEvents>;

const rights = {
  stream: 'dataSubject',
  schemaVersion: 1,
  purpose: 'dataSubjectRights',
  legalBasis: 'legalObligation',
} as const;

export const dataSubjectSchema: SchemaMapOf<DataSubjectEvents> = {
  ProcessingRestricted: { ...rights, fields: { requestId: plain } },
  RestrictionLiftAnnounced: { ...rights, fields: { requestId: plain, liftsAt: plain } },
  RestrictionLifted: { ...rights, fields: { requestId: plain } },
  ProcessingObjected: { ...rights, fields: { requestId: plain, purposes: plain } },
  InactivityNoticed: {
    ...rights,
    fields: { erasesAt: plain },
    retention: [{ account: 'endAnnounced', at: 'erasesAt' }],
  },
  PersonnummerGroundEnded: { ...rights, fields: { reason: plain, afterRemovals: plain } },
  ErasureRequested: { ...rights, fields: { requestId: plain } },
  SubjectKeysDestroyed: {
    ...rights,
    fields: { requestId: plain, keys: plain, retained: plain },
    retention: [{ destroys: 'keys', retains: 'retained', when: { requestId: 'given' } }],
  },
};
