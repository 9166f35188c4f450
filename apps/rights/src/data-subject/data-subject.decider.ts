import type { DataSubjectEvent, DataSubjectEvents, ProcessingStanding, Retention } from '@dittoo/contracts';
import { DomainError, type Decider } from '@dittoo/kernel';
import { evolve, initialDataSubject, type DataSubject } from './data-subject.js';

type Keys = DataSubjectEvents['SubjectKeysDestroyed']['keys'];

export type DataSubjectCommand =
  | { readonly type: 'RestrictProcessing'; readonly requestId: string }
  /** Art. 18(3): the person is informed before a restriction ends. */
  | { readonly type: 'AnnounceLift'; readonly requestId: string; readonly liftsAt: string }
  | { readonly type: 'LiftRestriction'; readonly requestId: string; readonly now: string }
  | { readonly type: 'ObjectToProcessing'; readonly requestId: string; readonly purposes: readonly string[] }
  | { readonly type: 'NoticeInactivity'; readonly erasesAt: string }
  | ({ readonly type: 'EndPersonnummerGround' } & DataSubjectEvents['PersonnummerGroundEnded'])
  /** Without a request: the retention periods of these keys have ended. Also of a person who was erased long ago. */
  | { readonly type: 'RecordRetentionEnded'; readonly keys: Keys }
  | { readonly type: 'RequestErasure'; readonly requestId: string }
  | {
      readonly type: 'RecordKeysDestroyed';
      readonly requestId: string;
      readonly keys: Keys;
      readonly retained: readonly Retention[];
    };

const decide = (command: DataSubjectCommand, subject: DataSubject): DataSubjectEvent[] => {
  switch (command.type) {
    case 'NoticeInactivity':
      if (subject.status !== 'known' || subject.erasesAt === command.erasesAt) return [];
      return [{ type: 'InactivityNoticed', data: { erasesAt: command.erasesAt } }];
    case 'EndPersonnummerGround': {
      if (subject.status !== 'known') return [];
      const { afterRemovals, reason } = command;
      return [{ type: 'PersonnummerGroundEnded', data: { reason, afterRemovals } }];
    }
    case 'RecordRetentionEnded':
      if (command.keys.length === 0) return [];
      return [{ type: 'SubjectKeysDestroyed', data: { requestId: null, keys: command.keys, retained: [] } }];
    case 'RequestErasure':
      // Another request set the fence: that one does the erasure.
      return subject.status === 'known' ? [{ type: 'ErasureRequested', data: { requestId: command.requestId } }] : [];
    case 'RecordKeysDestroyed': {
      if (subject.status === 'erased') return [];
      const { requestId, keys, retained } = command;
      return [{ type: 'SubjectKeysDestroyed', data: { requestId, keys, retained } }];
    }
    default:
      if (subject.status !== 'known') throw new DomainError('subject-erased');
      return decideForStanding(command, subject.standing);
  }
};

type StandingCommand = Extract<
  DataSubjectCommand,
  { type: 'RestrictProcessing' | 'AnnounceLift' | 'LiftRestriction' | 'ObjectToProcessing' }
>;

const decideForStanding = (command: StandingCommand, standing: ProcessingStanding): DataSubjectEvent[] => {
  const { requestId } = command;
  if (command.type === 'ObjectToProcessing') {
    // Another request counts again: the person may have given consent in between.
    const objected = new Set(
      standing.objections.filter((one) => one.requestId === requestId).flatMap((one) => one.purposes),
    );
    const purposes = command.purposes.filter((purpose) => !objected.has(purpose));
    return purposes.length === 0 ? [] : [{ type: 'ProcessingObjected', data: { requestId, purposes } }];
  }
  const restriction = standing.restrictions.find((one) => one.requestId === requestId);
  switch (command.type) {
    case 'RestrictProcessing':
      return restriction === undefined ? [{ type: 'ProcessingRestricted', data: { requestId } }] : [];
    case 'AnnounceLift':
      if (restriction === undefined) throw new DomainError('restriction-not-in-force');
      if (restriction.liftsAt !== null) return [];
      return [{ type: 'RestrictionLiftAnnounced', data: { requestId, liftsAt: command.liftsAt } }];
    case 'LiftRestriction': {
      if (restriction === undefined) return [];
      const isDue = restriction.liftsAt !== null && restriction.liftsAt <= command.now;
      if (!isDue) throw new DomainError('restriction-not-in-force');
      return [{ type: 'RestrictionLifted', data: { requestId } }];
    }
  }
};

export const dataSubjectDecider: Decider<DataSubjectCommand, DataSubject, DataSubjectEvent> = {
  category: 'dataSubject',
  initialState: initialDataSubject,
  decide,
  evolve,
};
