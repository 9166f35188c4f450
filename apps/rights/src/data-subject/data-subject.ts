import { evolveStanding, unrestricted, type DataSubjectEvent, type ProcessingStanding } from '@dittoo/contracts';

/** The legal state of one person's data, a customer's or not. Stream `dataSubject-<subject id>`. */
export type DataSubject =
  | {
      readonly status: 'known';
      readonly standing: ProcessingStanding;
      /** When an unused account is erased, as last announced; a later use is in the customer's stream. */
      readonly erasesAt: string | null;
    }
  /** The fence: from then on every personal write is refused. */
  | { readonly status: 'erasing'; readonly requestId: string; readonly standing: ProcessingStanding }
  | { readonly status: 'erased'; readonly requestId: string };

export const initialDataSubject: DataSubject = { status: 'known', standing: unrestricted, erasesAt: null };

/** The person's restrictions and objections. */
export const standingOf = (subject: DataSubject): ProcessingStanding =>
  subject.status === 'erased' ? unrestricted : subject.standing;

export const evolve = (subject: DataSubject, event: DataSubjectEvent): DataSubject => {
  switch (event.type) {
    case 'ErasureRequested':
      return { status: 'erasing', requestId: event.data.requestId, standing: standingOf(subject) };
    case 'SubjectKeysDestroyed':
      // Without a request it was a retention period that ended: the person is still known.
      return event.data.requestId === null ? subject : { status: 'erased', requestId: event.data.requestId };
    case 'InactivityNoticed':
      return subject.status === 'known' ? { ...subject, erasesAt: event.data.erasesAt } : subject;
    case 'ProcessingRestricted':
    case 'RestrictionLiftAnnounced':
    case 'RestrictionLifted':
    case 'ProcessingObjected':
      return subject.status === 'erased' ? subject : { ...subject, standing: evolveStanding(subject.standing, event) };
    case 'PersonnummerGroundEnded':
      return subject;
  }
};
