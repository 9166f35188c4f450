import { derivedId, type SubjectId, type Uuid } from '@dittoo/kernel';

/** One consent record per person and purpose; its events are the record's history (ISO/IEC TS 27560). */
export const recordIdOf = (subjectId: SubjectId, purpose: string): Uuid =>
  derivedId('consentRecord', subjectId, purpose);
