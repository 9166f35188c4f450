import { EventStoreUnavailable, type EventStore, type RecordedEvent } from '@dittoo/kernel';

/** A part of the log: its events, or a position where an event is missing. */
export type LogStretch =
  | { readonly kind: 'events'; readonly events: readonly RecordedEvent[]; readonly upTo: bigint }
  | { readonly kind: 'hole'; readonly position: bigint };

/**
 * Reads the log to its end and past every hole. A store with dense positions refuses an incomplete page, so around a
 * hole the page size shrinks to one position, and that position is the hole.
 */
export async function* readOverHoles(
  store: EventStore,
  start: bigint | null = null,
  pageSize = 1000,
): AsyncGenerator<LogStretch> {
  let after = start;
  let limit = pageSize;
  for (;;) {
    const page = await store.readAll({ after, limit }).catch((error: unknown) => {
      if (error instanceof EventStoreUnavailable || !store.densePositions) throw error;
      return null;
    });
    if (page === null && limit > 1) {
      limit = Math.ceil(limit / 4);
    } else if (page === null) {
      const position: bigint = (after ?? -1n) + 1n;
      yield { kind: 'hole', position };
      after = position;
    } else {
      if (page.checkpoint === null || page.checkpoint === after) return;
      yield { kind: 'events', events: page.events, upTo: page.checkpoint };
      after = page.checkpoint;
      limit = Math.min(pageSize, limit * 4);
    }
  }
}
