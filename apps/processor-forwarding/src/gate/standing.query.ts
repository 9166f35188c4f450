import { evolveStanding, unrestricted, type ConsentEvent, type DataSubjectEvent } from '@dittoo/contracts';
import type { RecordedEvent } from '@dittoo/kernel';
import type { ConsentInForce, Standing } from './gate.query.js';

/** Events that have no place in the whole log yet are the newest there are. */
const placeOf = ({ position }: RecordedEvent): bigint | null => (position < 0n ? null : position);

/**
 * What the two streams of a person say together: nothing is permitted by a consent that was withdrawn, nor to a purpose
 * objected to, unless the consent stands behind the objection in the log. Where neither has its place yet, which came
 * first is not known, and the objection counts.
 */
export const standingOf = (
  consentHistory: readonly RecordedEvent[],
  subjectHistory: readonly RecordedEvent[],
): Standing => {
  const consents: Record<string, ConsentInForce> = {};
  const given: Record<string, RecordedEvent> = {};
  for (const recorded of consentHistory) {
    const event = recorded as unknown as ConsentEvent;
    if (event.type === 'ConsentGiven') {
      const { purpose, recordId } = event.data;
      consents[purpose] = { recordId, revision: String(recorded.revision) };
      given[purpose] = recorded;
    } else if (event.type === 'ConsentsInvalidated') for (const purpose in consents) delete consents[purpose];
    else delete consents[event.data.purpose];
  }
  let erased = false;
  let processing = unrestricted;
  const objectedAt: Record<string, RecordedEvent> = {};
  for (const recorded of subjectHistory) {
    const event = recorded as unknown as DataSubjectEvent;
    processing = evolveStanding(processing, event);
    // A key destroyed because its retention ended is no erasure of the person.
    erased ||= event.type === 'ErasureRequested';
    erased ||= event.type === 'SubjectKeysDestroyed' && event.data.requestId !== null;
    if (event.type === 'ProcessingObjected') for (const purpose of event.data.purposes) objectedAt[purpose] = recorded;
  }
  const objected = Object.entries(objectedAt)
    .filter(([purpose, objection]) => consents[purpose] === undefined || !isLater(given[purpose]!, objection))
    .map(([purpose]) => purpose);
  return { erased, restricted: processing.restrictions.length > 0, objected, consents };
};

const isLater = (consent: RecordedEvent, objection: RecordedEvent): boolean => {
  const [said, against] = [placeOf(consent), placeOf(objection)];
  if (against === null) return false;
  return said === null || said > against;
};
