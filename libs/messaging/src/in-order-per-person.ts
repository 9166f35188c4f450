import type { RecordedEvent } from '@dittoo/kernel';

/**
 * Acts on the events of a page concurrently, so that their reads and appends share round trips to the log. An act begins
 * once those on earlier events of the same person, and of the same stream, have ended.
 *
 * @throws the error of the first failed act, once all acts have ended; what came behind it was not acted on
 */
export const inOrderPerPerson = async (
  events: readonly RecordedEvent[],
  act: (event: RecordedEvent) => Promise<void>,
): Promise<void> => {
  const lastActs = new Map<string, Promise<void>>();
  const acts = events.map((event) => {
    const { dataSubjectId } = event.metadata;
    const keys = dataSubjectId === null ? [event.stream] : [event.stream, dataSubjectId];
    const earlier = keys.flatMap((key) => lastActs.get(key) ?? []);
    const own = earlier.length === 0 ? act(event) : Promise.all(earlier).then(() => act(event));
    for (const key of keys) lastActs.set(key, own);
    return own;
  });
  for (const outcome of await Promise.allSettled(acts)) if (outcome.status === 'rejected') throw outcome.reason;
};
