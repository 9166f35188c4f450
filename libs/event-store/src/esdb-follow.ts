import type { LogPage, RecordedEvent } from '@dittoo/kernel';
import { START, streamNameFilter, type AllStreamResolvedEvent, type ReadPosition } from '@eventstore/db-client';
import { EsdbFailure, type EsdbConnection } from './esdb-connection.js';
import { fromEsdb, isSystemStream, positionOf } from './esdb-event.js';

export interface Follow {
  readonly after: bigint | null;
  readonly categories: readonly string[] | undefined;
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** The server sends a checkpoint after this many windows of 32 scanned events. */
const checkpointInterval = 4;
/** Least time between pages that only move the checkpoint. */
const idleMs = 1_000;
const buffered = 128;

export const place = (position: bigint | null): ReadPosition =>
  position === null ? START : { commit: position, prepare: position };

/**
 * One subscription to `$all`, as pages, until it ends: aborted, by an error, or without one (E5). The caller subscribes
 * again from the last page's checkpoint. If pages are taken slowly, the client stops reading and then the server
 * sending.
 *
 * Without categories the server filters nothing: every event has its own position, so the checkpoint is always that of
 * a delivered event. With categories it sends checkpoints, and too early (E7): one counts only when no earlier event is
 * waiting any more, which is when the buffer is empty in the same turn.
 */
export async function* followOnce(
  connection: EsdbConnection,
  { after, categories, limit, signal }: Follow,
): AsyncGenerator<LogPage> {
  let reached: bigint | null = null;
  const filter =
    categories === undefined
      ? {}
      : {
          filter: streamNameFilter({
            prefixes: categories.map((category) => `${category}-`),
            checkpointInterval,
            // E6: an error thrown in here would stall the subscription silently
            checkpointReached: (_, { commit, prepare }) => {
              reached = commit < prepare ? commit : prepare;
            },
          }),
        };
  const { credentials, requiresLeader } = connection.callOptions;
  const options = { fromPosition: place(after), credentials, requiresLeader, ...filter };
  const subscription = connection.client.subscribeToAll(options, { highWaterMark: buffered });
  let failure: Error | undefined;
  let ended = false;
  let wake = (): void => undefined;
  // Never removed: an error event without a listener would end the process.
  subscription.on('error', (error: Error) => {
    failure ??= error;
    wake();
  });
  subscription.on('readable', () => wake());
  subscription.on('end', () => {
    ended = true;
    wake();
  });
  const aborted = (): void => wake();
  signal.addEventListener('abort', aborted);
  try {
    let moved = false;
    let lastPageAt = performance.now();
    let follows = after;
    for (let last = after; !signal.aborted;) {
      const { events, scanned } = take(subscription, limit, last);
      const seen: bigint | null =
        subscription.readableLength === 0 && reached !== null && reached > (scanned ?? -1n) ? reached : scanned;
      if (seen !== null && seen !== last) moved = true;
      last = seen;
      if (events.length > 0 || (moved && performance.now() - lastPageAt >= idleMs)) {
        yield { after: follows, events, checkpoint: last };
        follows = last;
        lastPageAt = performance.now();
        moved = false;
      } else if (failure !== undefined) {
        throw failure;
      } else if (ended) {
        throw new EsdbFailure('ended');
      } else {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, idleMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          if (signal.aborted || subscription.readableLength > 0) wake();
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', aborted);
    await connection.within(subscription.unsubscribe()).catch(() => undefined); // E8: nothing else ends the call
  }
}

interface Buffered {
  read(): AllStreamResolvedEvent | null;
}

/** Takes up to `limit` buffered events after `last`. `scanned` = the last position read. */
const take = (
  subscription: Buffered,
  limit: number,
  last: bigint | null,
): { readonly events: RecordedEvent[]; readonly scanned: bigint | null } => {
  const events: RecordedEvent[] = [];
  let scanned = last;
  for (let taken = 0; taken < limit; taken++) {
    const item = subscription.read();
    if (item === null) break;
    if (item.event === undefined) continue; // a link to a deleted event
    const ours = !isSystemStream(item.event.streamId);
    const position = ours ? positionOf(item.event) : item.event.position.commit;
    if (scanned !== null && position <= scanned) continue;
    scanned = position;
    if (ours) events.push(fromEsdb(item.event));
  }
  return { events, scanned };
};
