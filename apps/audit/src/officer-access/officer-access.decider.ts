import type { OfficerAccessEvent, OfficerAccessEvents } from '@dittoo/contracts';
import type { Decider, SubjectId } from '@dittoo/kernel';

/** Views are recorded and never refused here: the role decides what an officer may see. */
export interface OfficerAccess {
  readonly views: number;
}

export interface ViewSubjectHistory {
  readonly type: 'ViewSubjectHistory';
  readonly subjectId: SubjectId;
  readonly view: OfficerAccessEvents['SubjectHistoryViewed']['view'];
  readonly auditPurpose: string;
}

export const officerAccessDecider: Decider<ViewSubjectHistory, OfficerAccess, OfficerAccessEvent> = {
  category: 'officerAccess',
  initialState: { views: 0 },
  decide: ({ subjectId, view, auditPurpose }) => [
    { type: 'SubjectHistoryViewed', data: { subjectId, view, auditPurpose } },
  ],
  evolve: ({ views }) => ({ views: views + 1 }),
};
