import type { RecordedEvent } from '@dittoo/kernel';

/**
 * Acts on the events of a page side by side, so that what they read and append goes to the log together; the events of one
 * person come one after the other, those of nobody in the order of their stream.
 *
 * @throws what the first failing act throws, once none is under way any more; the person's later events were not acted on
 */
export const inOrderPerPerson = async (
  events: readonly RecordedEvent[],
  act: (event: RecordedEvent) => Promise<void>,
): Promise<void> => {
  const ofPersons = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const person = event.metadata.dataSubjectId ?? event.stream;
    const known = ofPersons.get(person);
    if (known === undefined) ofPersons.set(person, [event]);
    else known.push(event);
  }
  const outcomes = await Promise.allSettled(
    [...ofPersons.values()].map(async (own) => {
      for (const event of own) await act(event);
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
};
