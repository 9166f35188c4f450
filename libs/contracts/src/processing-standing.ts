import type { RequestId } from '@dittoo/kernel';
import type { DataSubjectEvent } from './data-subject.events.js';
import type { Purpose } from './vocabulary.js';

/** Direct marketing: an objection ends these at once and without a reason, art. 21(2)-(3). */
export const marketingPurposes: readonly Purpose[] = ['newsletter', 'marketing', 'similarGoods', 'adMeasurement'];

/** One restriction of processing, art. 18. `liftsAt`: RFC 3339, once the person was told; `null` = not announced. */
export interface Restriction {
  readonly requestId: RequestId;
  readonly liftsAt: string | null;
}

/** Restrictions, objections and erasure of a person, which limit processing besides their consents. */
export interface ProcessingStanding {
  /** While one is in force, the data is stored only: not forwarded and not shown. */
  readonly restrictions: readonly Restriction[];
  /** Oldest first. A consent given after an objection takes precedence; code that reads consents compares the two. */
  readonly objections: readonly { readonly requestId: RequestId; readonly purposes: readonly string[] }[];
  /** An erasure has begun or is finished: no personal data is recorded, shown or sent. */
  readonly erasing: boolean;
}

export const unrestricted: ProcessingStanding = { restrictions: [], objections: [], erasing: false };

/** Folds the events of `dataSubject-<id>`; for services that must not show or send restricted data. */
export const evolveStanding = (standing: ProcessingStanding, event: DataSubjectEvent): ProcessingStanding => {
  const { objections, restrictions } = standing;
  switch (event.type) {
    case 'ProcessingRestricted':
      return { ...standing, restrictions: [...restrictions, { requestId: event.data.requestId, liftsAt: null }] };
    case 'RestrictionLiftAnnounced': {
      const { liftsAt, requestId } = event.data;
      const announced = restrictions.map((one) => (one.requestId === requestId ? { ...one, liftsAt } : one));
      return { ...standing, restrictions: announced };
    }
    case 'RestrictionLifted':
      return { ...standing, restrictions: restrictions.filter(({ requestId }) => requestId !== event.data.requestId) };
    case 'ProcessingObjected':
      return { ...standing, objections: [...objections, event.data] };
    case 'ErasureRequested':
      return { ...standing, erasing: true };
    case 'SubjectKeysDestroyed':
      // A key destroyed because its retention period ended is not an erasure of the person.
      return event.data.requestId === null ? standing : { ...standing, erasing: true };
    default:
      return standing;
  }
};
