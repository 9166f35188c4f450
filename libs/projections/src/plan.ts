import type { RecordedEvent } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';
import type { ReadableLog } from './event-lookup.js';
import type { GroupPlace, PlacedStretch } from './group-place.js';
import { parkedSince } from './parked-streams.js';
import { Poison } from './poison.js';
import { StreamRevisions } from './stream-revisions.js';

/** What is to be done with a stretch, by where the group stands. */
export interface Plan {
  /** Not handled before, in order. */
  readonly take: readonly RecordedEvent[];
  /** Of parked streams: they wait with the others. */
  readonly queue: readonly RecordedEvent[];
  /** Revisions as they stand once `take` is handled. */
  readonly revisions: StreamRevisions;
  /** Events handled before. */
  readonly repeated: number;
  /** Events of `take`, by stream, that were missing and came from the log. */
  readonly healed: ReadonlyMap<string, number>;
}

/** What the log has of a stream between what the group has handled and an event that came too early. */
export interface Missing {
  readonly events: readonly RecordedEvent[];
  /** Do they begin right after something the group has handled by its checkpoint, or with the stream itself? */
  readonly connected: boolean;
}

/** By the id of the event that came too early. */
export type Supplies = Map<string, Missing>;

/** Before which events something is missing that must be read from the log first, outside the transaction. */
export interface Wanting {
  readonly wanting: readonly { readonly event: RecordedEvent; readonly from: bigint; readonly floor: bigint }[];
}

/** @throws Poison neither the transport nor the log has the revision before an event */
export const plan = async (
  manager: EntityManager,
  group: string,
  stretch: PlacedStretch,
  place: GroupPlace,
  supplies: Supplies,
): Promise<Plan | Wanting> => {
  const { events } = stretch;
  const { floor } = place;
  const revisions =
    place.ahead && events.length > 0 ? await StreamRevisions.of(manager, group, events) : StreamRevisions.none();
  const parked =
    place.parked && !stretch.replays && events.length > 0 ? await parkedSince(manager, group, events) : noStreams;
  const take: RecordedEvent[] = [];
  const queue: RecordedEvent[] = [];
  const wanting: { event: RecordedEvent; from: bigint; floor: bigint }[] = [];
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
    // Behind an event of this stretch nothing is missing: what is missing before that one is asked for once.
    const follows = met.get(event.stream) === event.revision - 1n;
    met.set(event.stream, event.revision);
    if (!stretch.complete && event.revision > at + 1n && !(follows && waits)) {
      const missing = supplies.get(event.eventId);
      if (missing === undefined) {
        if (!follows) wanting.push({ event, from: at, floor });
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
  return wanting.length > 0 ? { wanting } : { take, queue, revisions, repeated, healed };
};

/** Reads what is missing before `event`, backwards, as far as the group has not handled it. */
export const readMissing = async (
  log: ReadableLog,
  { event, floor, from }: Wanting['wanting'][number],
): Promise<Missing> => {
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
