import type { RecordedEvent } from '@dittoo/kernel';

/**
 * Acts on the events of a page concurrently, so that their reads and appends share round trips to the log. Events of
 * one person are acted on in sequence, events without a person in sequence per stream.
 *
 * @throws the error of the first failed act, once all acts have ended; later events of that person were not acted on
 */
export const inOrderPerPerson = async (
  events: readonly RecordedEvent[],
  act: (event: RecordedEvent) => Promise<void>,
): Promise<void> => {
  const ofPersons = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const person = event.metadata.dataSubjectId ?? event.stream;
    const earlier = ofPersons.get(person);
    if (earlier === undefined) ofPersons.set(person, [event]);
    else earlier.push(event);
  }
  const outcomes = await Promise.allSettled(
    [...ofPersons.values()].map(async (eventsOfPerson) => {
      for (const event of eventsOfPerson) await act(event);
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
};
