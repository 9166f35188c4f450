import type { RecordedEvent } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';
import type { ReadableLog } from './event-lookup.js';
import type { GroupPlace, PlacedStretch } from './group-place.js';
import { parkedSince } from './parked-streams.js';
import { Poison } from './poison.js';
import { StreamRevisions } from './stream-revisions.js';

/** How to handle a stretch, given the group's place. */
export interface Plan {
  /** Events to handle, in order. */
  readonly take: readonly RecordedEvent[];
  /** New events of parked streams, to be queued. */
  readonly queue: readonly RecordedEvent[];
  /** Revisions after `take` is handled. */
  readonly revisions: StreamRevisions;
  /** Number of events that were handled before. */
  readonly repeated: number;
  /** Number of events of `take`, by stream, that were missing and were read from the log. */
  readonly healed: ReadonlyMap<string, number>;
}

/** The events of a stream between the last handled one and an event that arrived too early, read from the log. */
export interface Missing {
  readonly events: readonly RecordedEvent[];
  /** Whether they begin right after an event the checkpoint covers, or with the stream itself. */
  readonly connected: boolean;
}

/** By the id of the event that arrived too early. */
export type FilledGaps = Map<string, Missing>;

/** Events whose predecessors are missing and must be read from the log first, outside the transaction. */
export interface Gaps {
  readonly gaps: readonly { readonly event: RecordedEvent; readonly from: bigint; readonly floor: bigint }[];
}

/** @throws Poison neither the transport nor the log has the revision before an event */
export const plan = async (
  manager: EntityManager,
  group: string,
  stretch: PlacedStretch,
  place: GroupPlace,
  filledGaps: FilledGaps,
): Promise<Plan | Gaps> => {
  const { events } = stretch;
  const { floor } = place;
  const revisions =
    place.ahead && events.length > 0 ? await StreamRevisions.of(manager, group, events) : StreamRevisions.none();
  const parked =
    place.parked && !stretch.replays && events.length > 0 ? await parkedSince(manager, group, events) : noStreams;
  const take: RecordedEvent[] = [];
  const queue: RecordedEvent[] = [];
  const gaps: { event: RecordedEvent; from: bigint; floor: bigint }[] = [];
  const healed = new Map<string, number>();
  const met = new Map<string, bigint>();
  let repeated = 0;
  const isNew = (event: RecordedEvent): boolean =>
    event.position > floor && event.revision > (revisions.at(event.stream) ?? -1n);
  const handle = (event: RecordedEvent): void => {
    take.push(event);
    if (!stretch.complete && event.position > floor) revisions.move(event);
  };
  for (const event of events) {
    if (stretch.replays && event.position <= floor) {
      handle(event);
      continue;
    }
    if (!isNew(event)) {
      repeated++;
      continue;
    }
    const since = parked.get(event.stream);
    const waits = since !== undefined && event.position >= since;
    const at = revisions.at(event.stream) ?? -1n;
    // The previous revision is in this stretch, so a gap before it is reported once, for that event.
    const follows = met.get(event.stream) === event.revision - 1n;
    met.set(event.stream, event.revision);
    if (!stretch.complete && event.revision > at + 1n && !(follows && waits)) {
      const missing = filledGaps.get(event.eventId);
      if (missing === undefined) {
        if (!follows) gaps.push({ event, from: at, floor });
        continue;
      }
      for (const earlier of missing.events) {
        if (since !== undefined && earlier.position >= since) break;
        if (!isNew(earlier)) continue;
        handle(earlier);
        healed.set(earlier.stream, (healed.get(earlier.stream) ?? 0) + 1);
      }
      const connected = revisions.at(event.stream) === event.revision - 1n || missing.connected;
      if (!waits && !connected) throw new Poison(event, new RevisionGap());
    }
    if (waits) queue.push(event);
    else handle(event);
  }
  return gaps.length > 0 ? { gaps } : { take, queue, revisions, repeated, healed };
};

/** Reads the unhandled events before `event`, backwards. */
export const readMissing = async (log: ReadableLog, { event, floor, from }: Gaps['gaps'][number]): Promise<Missing> => {
  const events: RecordedEvent[] = [];
  const before = log.readStream(event.stream, { fromRevision: event.revision - 1n, direction: 'backwards' });
  let next = event.revision - 1n;
  for await (const earlier of before) {
    if (earlier.revision !== next) break;
    if (earlier.position <= floor || earlier.revision <= from) return { events, connected: true };
    events.unshift(earlier);
    next -= 1n;
  }
  return { events, connected: next < 0n };
};

/** Neither the transport nor the log has the revision before this one. */
class RevisionGap extends Error {
  override readonly name = 'RevisionGap';
}

const noStreams: ReadonlyMap<string, bigint> = new Map();
