import { evolveStanding, unrestricted, type DataSubjectEvent, type ProcessingStanding } from '@dittoo/contracts';

/** What the law makes of one person's data. Stream `dataSubject-<subject id>`; a customer or not. */
export type DataSubject =
  | {
      readonly status: 'known';
      readonly standing: ProcessingStanding;
      /** When an unused account is erased, as last announced; a use since then is in the customer's stream. */
      readonly erasesAt: string | null;
    }
  /** The fence: from here on every personal write is refused. */
  | { readonly status: 'erasing'; readonly requestId: string; readonly standing: ProcessingStanding }
  | { readonly status: 'erased'; readonly requestId: string };

export const initialDataSubject: DataSubject = { status: 'known', standing: unrestricted, erasesAt: null };

/** What they said about the processing of their data. */
export const standingOf = (subject: DataSubject): ProcessingStanding =>
  subject.status === 'erased' ? unrestricted : subject.standing;

export const evolve = (subject: DataSubject, event: DataSubjectEvent): DataSubject => {
  switch (event.type) {
    case 'ErasureRequested':
      return { status: 'erasing', requestId: event.data.requestId, standing: standingOf(subject) };
    case 'SubjectKeysDestroyed':
      // Without a request a retention period ended: the person is still known.
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
