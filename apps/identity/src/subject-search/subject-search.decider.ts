import type { OfficerAccessEvent, OfficerAccessEvents } from '@dittoo/contracts';
import type { Decider } from '@dittoo/kernel';

export type RecordSearch = OfficerAccessEvents['SubjectsSearched'] & { readonly auditPurpose: string };

/** Searches are recorded and never refused here: the role decides who may search. */
export const subjectSearchDecider: Decider<RecordSearch, null, OfficerAccessEvent> = {
  category: 'officerAccess',
  initialState: null,
  decide: ({ auditPurpose, by, found }) => [{ type: 'SubjectsSearched', data: { by, found, auditPurpose } }],
  evolve: () => null,
};
