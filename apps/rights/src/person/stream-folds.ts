import { streamCategory, type EventStore, type RecordedEvent } from '@dittoo/kernel';
import type { SubjectStream } from './subject-streams.js';

const readsAtOnce = 4;

/** The state of one stream for a person. */
export interface FoldedStream<State> {
  readonly stream: string;
  readonly state: State;
}

/**
 * Folds each of these streams of the category to its current end: only the person's own events, sealed fields stay
 * sealed. In the order of `streams`.
 */
export const foldStreams = async <State>(
  store: EventStore,
  subjectId: string,
  streams: readonly SubjectStream[],
  category: string,
  initialState: State,
  evolve: (state: State, event: RecordedEvent) => State,
): Promise<FoldedStream<State>[]> => {
  const own = subjectId.toLowerCase();
  const folded = async ({ sinceRevision, stream }: SubjectStream): Promise<FoldedStream<State>> => {
    let state = initialState;
    for await (const event of store.readStream(stream, { fromRevision: sinceRevision })) {
      if (event.metadata.dataSubjectId?.toLowerCase() === own) state = evolve(state, event);
    }
    return { stream, state };
  };
  const ofCategory = streams.filter(({ stream }) => streamCategory(stream) === category);
  const all: FoldedStream<State>[] = [];
  for (let from = 0; from < ofCategory.length; from += readsAtOnce) {
    all.push(...(await Promise.all(ofCategory.slice(from, from + readsAtOnce).map(folded))));
  }
  return all;
};
