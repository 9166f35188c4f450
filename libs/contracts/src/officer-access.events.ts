import { personal, plain, type EventOf, type Personal, type SchemaMapOf, type SubjectId } from '@dittoo/kernel';

/**
 * Stream `officerAccess-<officerId>`: every look an officer takes at a person. The typed purpose is sealed under the
 * officer's own key, so that the record outlives the erasure of the person looked at.
 */
export interface OfficerAccessEvents {
  SubjectHistoryViewed: {
    readonly subjectId: SubjectId;
    readonly view: 'events' | 'state' | 'disclosures';
    readonly auditPurpose: Personal<string>;
  };
}
export type OfficerAccessEvent = EventOf<OfficerAccessEvents>;

export const officerAccessSchema: SchemaMapOf<OfficerAccessEvents> = {
  SubjectHistoryViewed: {
    stream: 'officerAccess',
    schemaVersion: 1,
    purpose: 'staffAccess',
    legalBasis: 'legalObligation',
    fields: { subjectId: plain, view: plain, auditPurpose: personal('support', { keyPer: 'event' }) },
    retention: [{ category: 'support', keyPer: 'event', begins: 'recordedAt' }],
  },
};
