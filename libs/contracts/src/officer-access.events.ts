import { personal, plain, type EventOf, type Personal, type SchemaMapOf, type SubjectId } from '@dittoo/kernel';

/**
 * Stream `officerAccess-<officerId>`: every look an officer takes at a person, and every search for people. The typed
 * purpose is sealed under the officer's own key, so that the record outlives the erasure of the person looked at. Decided
 * by the service that shows the data: audit the looks, identity the searches.
 */
export interface OfficerAccessEvents {
  SubjectHistoryViewed: {
    readonly subjectId: SubjectId;
    readonly view: 'events' | 'state' | 'disclosures';
    readonly auditPurpose: Personal<string>;
  };
  /** An officer looked for people; whom they found, and by what, never the value they typed. */
  SubjectsSearched: {
    readonly by: 'email' | 'phone' | 'customerId' | 'orderId';
    readonly found: readonly SubjectId[];
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
  SubjectsSearched: {
    stream: 'officerAccess',
    schemaVersion: 1,
    purpose: 'staffAccess',
    legalBasis: 'legalObligation',
    fields: { by: plain, found: plain, auditPurpose: personal('support', { keyPer: 'event' }) },
    retention: [{ category: 'support', keyPer: 'event', begins: 'recordedAt' }],
  },
};
