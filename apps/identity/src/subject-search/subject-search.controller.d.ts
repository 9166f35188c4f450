import { EventStore } from '@dittoo/kernel';
import { CustomerStanding } from '../customer/customer-standing.query.js';
import { EmailIndex } from '@dittoo/personal-data';
import { FindSubjectQuery, FoundSubjects } from './subject-search.http.js';
/** Finds a data subject for an officer; it stands here because the blind index does. Nothing is shown but the id. */
export declare class SubjectSearchController {
  private readonly emails;
  private readonly customers;
  private readonly store;
  constructor(emails: EmailIndex, customers: CustomerStanding, store: EventStore);
  find(query: FindSubjectQuery, auditPurpose: string | undefined): Promise<FoundSubjects>;
  private subjectBy;
}
//# sourceMappingURL=subject-search.controller.d.ts.map
