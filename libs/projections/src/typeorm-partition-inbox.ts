import {
  PartitionInbox,
  type DeliveryOutcome,
  type GroupHandling,
  type ParkedStream,
  type PartitionChunk,
  type RecordedEvent,
  type Replay,
} from '@dittoo/kernel';
import type { DataSource, EntityManager } from 'typeorm';
import {
  eventAt,
  failureOf,
  forgetParked,
  listParked,
  parkedSince,
  parkStream,
  queueParked,
  type ReadableLog,
  unparkStream,
  waitingOf,
} from './parking.js';
import { GatheredRows } from './gathered-rows.js';
import { StreamCursors } from './stream-cursors.js';
import { isTransient } from './transient-error.js';
import type { InboxAlerts } from './typeorm-inbox.js';

export interface PartitionInboxAlerts extends InboxAlerts {
  /** What the road brought again and was dropped. */
  repeated(group: string, events: number): void;
  /** What the road had lost and was read from the log: somebody should ask why. */
  healed(group: string, stream: string, events: number): void;
}

type Handling = GroupHandling<EntityManager>;

interface Tally {
  repeated: number;
  readonly healed: Map<string, number>;
}

/** Events to take in, and the group's place on the road they came by. */
interface Stretch {
  readonly events: readonly RecordedEvent[];
  /** Locks the place. Which events were not passed yet, and up to which position of the log nothing is new. */
  lock(manager: EntityManager): Promise<{ readonly fresh: readonly RecordedEvent[]; readonly floor: bigint }>;
  /** The place moves behind the stretch. */
  move(manager: EntityManager): Promise<void>;
  /** The same stretch in pieces of one event. */
  pieces(): readonly Stretch[];
}

const pageSize = 500;

/**
 * The inbox for Kafka on PostgreSQL: one transaction holds the partition's offset, the streams' revisions, the parked
 * streams and the handlers' rows.
 *
 * The offset row keeps a consumer that lost its partition without knowing behind the new one. The revisions keep the
 * order and see what is missing: it is read from the log, which has everything. Dies before the commit: nothing
 * happened. Dies after it: the chunk comes again and is dropped.
 */
export class TypeOrmPartitionInbox extends PartitionInbox<EntityManager> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: ReadableLog,
    private readonly alerts: PartitionInboxAlerts,
  ) {
    super();
  }

  async nextOffset(group: string, topic: string, partition: number): Promise<bigint | null> {
    const rows = await this.dataSource.query<{ next_offset: string }[]>(
      'SELECT next_offset FROM delivery.consumer_offset WHERE group_id = $1 AND topic = $2 AND partition = $3',
      [group, topic, partition],
    );
    return rows[0] === undefined ? null : BigInt(rows[0].next_offset);
  }

  deliver(group: string, chunk: PartitionChunk, handling: Handling): Promise<DeliveryOutcome> {
    return this.takeIn(group, partitionStretch(group, chunk), handling);
  }

  async place(group: string, topic: string, partition: number, offset: bigint): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO delivery.consumer_offset (group_id, topic, partition, next_offset) VALUES ($1, $2, $3, $4)
       ON CONFLICT (group_id, topic, partition) DO UPDATE SET next_offset = excluded.next_offset, moved_at = now()`,
      [group, topic, partition, String(offset)],
    );
  }

  async isNew(group: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      'SELECT FROM delivery.consumer_offset WHERE group_id = $1 LIMIT 1',
      [group],
    );
    return rows.length === 0;
  }

  async catchUp(
    group: string,
    categories: readonly string[],
    handling: Handling,
    signal: AbortSignal,
  ): Promise<DeliveryOutcome> {
    while (!signal.aborted) {
      const after = await this.floor(group);
      const page = await this.log.readAll({ after, limit: pageSize, categories });
      if (page.checkpoint === null || page.checkpoint === after) return 'done';
      const outcome = await this.takeIn(group, logStretch(group, page.events, page.checkpoint), handling);
      if (outcome === 'later') return 'later';
    }
    return 'later';
  }

  parkedStreams(): Promise<ParkedStream[]> {
    return listParked(this.dataSource);
  }

  async replayParked(group: string, stream: string, handling: Handling): Promise<Replay> {
    let replayed = 0;
    try {
      while (await this.dataSource.transaction((manager) => this.replayNext(manager, group, stream, handling))) {
        replayed += 1;
      }
    } catch (error) {
      const failure = failureOf(error instanceof Poison ? error.cause : error);
      const waiting = await waitingOf(this.dataSource.manager, group, stream);
      this.alerts.replayFailed(group, stream, failure);
      return { replayed, waiting: waiting.length, failure };
    }
    return { replayed, waiting: 0, failure: null };
  }

  /** `false` = nothing waits any more, and the stream goes on. What the road had lost in between is read from the log. */
  private async replayNext(
    manager: EntityManager,
    group: string,
    stream: string,
    handling: Handling,
  ): Promise<boolean> {
    await lockGroup(manager, group, 'UPDATE'); // the running group queues nothing meanwhile
    const [position] = await waitingOf(manager, group, stream);
    if (position === undefined) {
      await unparkStream(manager, group, stream);
      return false;
    }
    const event = await eventAt(this.log, stream, position);
    await this.apply(manager, group, [event], -1n, handling, { repeated: 0, healed: new Map() }, new Map());
    await forgetParked(manager, group, position);
    return true;
  }

  private async floor(group: string): Promise<bigint | null> {
    const rows = await this.dataSource.query<{ position: string }[]>(
      'SELECT position FROM delivery.group_checkpoint WHERE group_id = $1',
      [group],
    );
    const position = BigInt(rows[0]?.position ?? -1);
    return position < 0n ? null : position;
  }

  private async takeIn(group: string, stretch: Stretch, handling: Handling): Promise<DeliveryOutcome> {
    try {
      // Each turn parks one more stream, so the turns end.
      for (;;) {
        const poison = await this.attempt(group, stretch, handling);
        if (poison === undefined) return 'done';
        if (isTransient(poison.cause)) return this.later(group, poison.cause);
        if (!(await this.park(group, poison, handling))) return 'later';
      }
    } catch (error) {
      // Not from a handler. What only the commit refuses (a deferred constraint) is found piece by piece.
      if (isTransient(error) || stretch.events.length === 0) return this.later(group, error);
      const [only] = stretch.events;
      if (stretch.events.length > 1) {
        for (const piece of stretch.pieces()) {
          if ((await this.takeIn(group, piece, handling)) === 'later') return 'later';
        }
        return 'done';
      }
      return (await this.park(group, new Poison(only!, error), handling))
        ? this.takeIn(group, stretch, handling)
        : 'later';
    }
  }

  private async attempt(group: string, stretch: Stretch, handling: Handling): Promise<Poison | undefined> {
    const tally: Tally = { repeated: 0, healed: new Map() };
    let taken: readonly RecordedEvent[];
    try {
      taken = await this.dataSource.transaction(async (manager) => {
        const { fresh, floor } = await stretch.lock(manager);
        if (fresh.length > 0) {
          const parked = await parkedSince(manager, group, fresh);
          await this.apply(manager, group, fresh, floor, handling, tally, parked);
        }
        tally.repeated += stretch.events.length - fresh.length;
        await stretch.move(manager);
        return fresh;
      });
    } catch (error) {
      if (error instanceof Poison) return error;
      throw error;
    }
    this.alerts.tookIn(group, taken);
    if (tally.repeated > 0) this.alerts.repeated(group, tally.repeated);
    for (const [stream, events] of tally.healed) this.alerts.healed(group, stream, events);
    return undefined;
  }

  private async apply(
    manager: EntityManager,
    group: string,
    events: readonly RecordedEvent[],
    floor: bigint,
    handling: Handling,
    tally: Tally,
    parked: ReadonlyMap<string, bigint>,
  ): Promise<void> {
    const cursors = await StreamCursors.of(manager, group, events);
    const rows = new GatheredRows();
    const take = async (event: RecordedEvent): Promise<boolean> => {
      const isNew = event.position > floor;
      if (isNew && handling.handles(event.type)) {
        try {
          await handling.handle(event, manager, rows.gather);
        } catch (error) {
          throw new Poison(event, error);
        }
      }
      cursors.move(event);
      return isNew;
    };
    for (const event of events) {
      const since = parked.get(event.stream);
      const at = cursors.at(event.stream);
      if (event.revision <= at) {
        tally.repeated++;
        continue;
      }
      if (event.revision > at + 1n) {
        for await (const missing of this.between(event, at)) {
          if (since !== undefined && missing.position >= since) break;
          if (await take(missing)) tally.healed.set(event.stream, (tally.healed.get(event.stream) ?? 0) + 1);
        }
      }
      if (since !== undefined && event.position >= since) await queueParked(manager, group, event);
      else if (cursors.at(event.stream) === event.revision - 1n) await take(event);
      else throw new Poison(event, new RevisionGap());
    }
    await rows.write(manager);
    await cursors.save();
  }

  private between(event: RecordedEvent, at: bigint): AsyncIterable<RecordedEvent> {
    return this.log.readStream(event.stream, { fromRevision: at + 1n, limit: Number(event.revision - at - 1n) });
  }

  /** `false` = it could not be kept elsewhere or the row could not be written: nothing is passed over, come again. */
  private async park(group: string, { event, cause }: Poison, handling: Handling): Promise<boolean> {
    const failure = failureOf(cause);
    try {
      await handling.poisoned(event, failure, cause);
      await this.dataSource.transaction((manager) => parkStream(manager, group, event, failure));
    } catch (error) {
      this.alerts.retrying(group, failureOf(error));
      return false;
    }
    this.alerts.parked(group, event.stream, event.position, failure);
    return true;
  }

  private later(group: string, error: unknown): DeliveryOutcome {
    this.alerts.retrying(group, failureOf(error));
    return 'later';
  }
}

/** Neither the road nor the log has the revision before this one. */
class RevisionGap extends Error {
  override readonly name = 'RevisionGap';
}

class Poison extends Error {
  constructor(
    readonly event: RecordedEvent,
    override readonly cause: unknown,
  ) {
    super('an event could not be handled');
  }
}

/** Up to which position of the log the group has everything; -1 = it was never asked. */
const lockGroup = async (manager: EntityManager, group: string, mode: 'SHARE' | 'UPDATE'): Promise<bigint> => {
  await manager.query(
    'INSERT INTO delivery.group_checkpoint (group_id, position) VALUES ($1, -1) ON CONFLICT DO NOTHING',
    [group],
  );
  const [checkpoint] = await manager.query<{ position: string }[]>(
    `SELECT position FROM delivery.group_checkpoint WHERE group_id = $1 FOR ${mode}`,
    [group],
  );
  return BigInt(checkpoint!.position);
};

const partitionStretch = (group: string, chunk: PartitionChunk): Stretch => ({
  events: chunk.events.map(({ event }) => event),
  lock: async (manager) => {
    const place = [group, chunk.topic, chunk.partition];
    await manager.query(
      `INSERT INTO delivery.consumer_offset (group_id, topic, partition, next_offset) VALUES ($1, $2, $3, 0)
       ON CONFLICT DO NOTHING`,
      place,
    );
    await manager.query(
      'SELECT FROM delivery.consumer_offset WHERE group_id = $1 AND topic = $2 AND partition = $3 FOR UPDATE',
      place,
    );
    // Shared: the partitions of a group go on side by side, but not beside a catch-up from the log.
    const floor = await lockGroup(manager, group, 'SHARE');
    // Offsets begin anew when a topic is made again, so they lock and mark the place; what is new, the revisions say.
    const events = chunk.events.map(({ event }) => event);
    return { fresh: events.filter((event) => event.position > floor), floor };
  },
  move: async (manager) => {
    await manager.query(
      `UPDATE delivery.consumer_offset SET next_offset = $4, moved_at = now()
       WHERE group_id = $1 AND topic = $2 AND partition = $3 AND next_offset < $4`,
      [group, chunk.topic, chunk.partition, String(chunk.nextOffset)],
    );
  },
  pieces: () =>
    chunk.events.map((event, index) =>
      partitionStretch(group, {
        ...chunk,
        events: [event],
        nextOffset: index === chunk.events.length - 1 ? chunk.nextOffset : event.offset + 1n,
      }),
    ),
});

const logStretch = (group: string, events: readonly RecordedEvent[], checkpoint: bigint): Stretch => ({
  events,
  lock: async (manager) => {
    const floor = await lockGroup(manager, group, 'UPDATE');
    return { fresh: events.filter((event) => event.position > floor), floor };
  },
  move: async (manager) => {
    await manager.query(
      'UPDATE delivery.group_checkpoint SET position = $2, moved_at = now() WHERE group_id = $1 AND position < $2',
      [group, String(checkpoint)],
    );
  },
  pieces: () =>
    events.map((event, index) => logStretch(group, [event], index === events.length - 1 ? checkpoint : event.position)),
});
