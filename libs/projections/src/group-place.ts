import type { LogStretch, PartitionStretch, RecordedEvent } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';
import { forgetParked, waitingOf } from './parked-streams.js';

/** The progress of a group. */
export interface GroupPlace {
  /** Position up to which everything is handled; -1 = nothing. */
  readonly floor: bigint;
  /**
   * Whether streams may be handled beyond the floor: while the group reads partitions, and until the log catches up.
   */
  readonly ahead: boolean;
  /** Whether it has parked streams. */
  readonly parked: boolean;
}

/** Moves a group from `after` to `checkpoint`. */
export interface Move {
  readonly group: string;
  readonly after: bigint;
  readonly checkpoint: bigint;
}

/** `read` locks nothing, `take` keeps other transactions from the same events, `park` from the whole group. */
export type Hold = 'read' | 'take' | 'park';

/** A stretch of events, together with the part of the group's progress that it moves. */
export interface PlacedStretch {
  readonly events: readonly RecordedEvent[];
  /** Whether no event is missing between its events. Then revisions need not be counted. */
  readonly complete: boolean;
  /** Whether parked events are handled rather than queued. */
  readonly replays: boolean;
  /** Whether its unhandled events should have come by the transport: each of them is reported as healed. */
  readonly heals?: boolean;
  /** The group's place, locked as `hold` says; `undefined` = it is not where this stretch begins. */
  hold(manager: EntityManager, hold: Hold): Promise<GroupPlace | undefined>;
  /** Set for a stretch of the log: its move may share a transaction with those of other groups. */
  readonly shares?: Move;
  /** Moves the group to the end of the stretch. */
  move(manager: EntityManager, place: GroupPlace): Promise<void>;
  /** The same stretch, split into stretches of one event each. */
  pieces(): readonly PlacedStretch[];
}

interface PlaceRow {
  readonly position: string;
  readonly ahead: boolean;
  readonly parked: boolean;
}

/**
 * The group's row, created if missing. The commit need not wait for the disk: a crash loses places and rows together,
 * and then the stretch is redelivered, or it does not begin at the group's place and the outcome is `elsewhere`.
 */
export const groupPlace = async (
  manager: EntityManager,
  group: string,
  lock: 'UPDATE' | 'SHARE' | 'NONE',
): Promise<GroupPlace> => {
  const columns = lock === 'NONE' ? '' : `, set_config('synchronous_commit', 'off', true)`;
  const read = (): Promise<PlaceRow[]> =>
    manager.query(
      `SELECT position, ahead, parked${columns} FROM delivery.group_checkpoint WHERE group_id = $1
       ${lock === 'NONE' ? '' : `FOR ${lock}`}`,
      [group],
    );
  let [row] = await read();
  if (row === undefined && lock !== 'NONE') {
    await manager.query('INSERT INTO delivery.group_checkpoint (group_id) VALUES ($1) ON CONFLICT DO NOTHING', [group]);
    [row] = await read();
  }
  return row === undefined ? { floor: -1n, ahead: false, parked: false } : placeOf(row);
};

/**
 * The places of these groups, with their rows locked. Rows that another transaction has locked, or that do not exist
 * yet, are left out. From here on each statement of the transaction takes at most `mostMs`, waiting for locks included, and
 * its commit does not wait for the disk.
 */
export const unlockedPlaces = async (
  manager: EntityManager,
  groups: readonly string[],
  mostMs: number,
): Promise<ReadonlyMap<string, GroupPlace>> => {
  const rows = await manager.query<(PlaceRow & { group_id: string })[]>(
    `SELECT group_id, position, ahead, parked, set_config('synchronous_commit', 'off', true),
            set_config('statement_timeout', $2, true)
     FROM delivery.group_checkpoint WHERE group_id = ANY ($1) FOR UPDATE SKIP LOCKED`,
    [groups, `${Math.trunc(mostMs)}ms`],
  );
  return new Map(rows.map((row) => [row.group_id, placeOf(row)]));
};

/** Requires that the groups' rows are locked and that none of them is ahead of its checkpoint. */
export const moveGroups = async (manager: EntityManager, moves: readonly Move[]): Promise<void> => {
  if (moves.length === 0) return;
  await manager.query(
    `UPDATE delivery.group_checkpoint g SET position = m.position, moved_at = now()
     FROM unnest($1::text[], $2::bigint[]) AS m (group_id, position) WHERE g.group_id = m.group_id`,
    [moves.map(({ group }) => group), moves.map(({ checkpoint }) => String(checkpoint))],
  );
};

/**
 * Moves groups that have nothing to write, in one statement that waits for no lock; nor for the disk.
 *
 * @returns the groups that moved: they were at `after`, not locked, with nothing parked and nothing ahead
 */
export const moveWithoutRows = async (manager: EntityManager, moves: readonly Move[]): Promise<ReadonlySet<string>> => {
  const [rows] = await manager.query<[{ group_id: string }[], number]>(
    `WITH unlocked AS MATERIALIZED (
       SELECT group_id FROM delivery.group_checkpoint WHERE group_id = ANY ($1) FOR UPDATE SKIP LOCKED)
     UPDATE delivery.group_checkpoint g SET position = m.position, moved_at = now()
     FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS m (group_id, after, position) JOIN unlocked USING (group_id)
     WHERE g.group_id = m.group_id AND g.position = m.after AND NOT g.parked AND NOT g.ahead
       AND set_config('synchronous_commit', 'off', true) = 'off' RETURNING g.group_id`,
    [
      moves.map(({ group }) => group),
      moves.map(({ after }) => String(after)),
      moves.map(({ checkpoint }) => String(checkpoint)),
    ],
  );
  return new Set(rows.map(({ group_id }) => group_id));
};

const placeOf = ({ ahead, parked, position }: PlaceRow): GroupPlace => ({ floor: BigInt(position), ahead, parked });

interface FromLog {
  /** The group reads partitions, or is about to: it stays marked as `ahead`. */
  readonly catchesUp?: boolean;
  readonly heals?: boolean;
}

export const placedInLog = (
  group: string,
  stretch: LogStretch,
  { catchesUp = false, heals = false }: FromLog = {},
): PlacedStretch => ({
  heals,
  events: stretch.events,
  complete: true,
  replays: false,
  shares: { group, after: stretch.after ?? -1n, checkpoint: stretch.checkpoint },
  hold: async (manager, hold) => {
    const place = await groupPlace(manager, group, hold === 'read' ? 'NONE' : 'UPDATE');
    return place.floor === (stretch.after ?? -1n) ? place : undefined;
  },
  move: async (manager, { ahead }) => {
    await manager.query('UPDATE delivery.group_checkpoint SET position = $2, moved_at = now() WHERE group_id = $1', [
      group,
      String(stretch.checkpoint),
    ]);
    if (ahead) await forgetPassedRevisions(manager, group, stretch.checkpoint, catchesUp);
  },
  pieces: () =>
    stretch.events.map((event, index) =>
      placedInLog(
        group,
        {
          source: 'log',
          after: stretch.events[index - 1]?.position ?? stretch.after,
          events: [event],
          checkpoint: index === stretch.events.length - 1 ? stretch.checkpoint : event.position,
        },
        { catchesUp, heals },
      ),
    ),
});

/** Deletes revisions that the checkpoint has passed. Once none is left, the group is no longer `ahead`. */
const forgetPassedRevisions = async (
  manager: EntityManager,
  group: string,
  checkpoint: bigint,
  catchesUp: boolean,
): Promise<void> => {
  await manager.query('DELETE FROM delivery.stream_revision WHERE group_id = $1 AND position <= $2', [
    group,
    String(checkpoint),
  ]);
  if (catchesUp) return;
  await manager.query(
    `UPDATE delivery.group_checkpoint g SET ahead = false WHERE group_id = $1
     AND NOT EXISTS (SELECT FROM delivery.stream_revision r WHERE r.group_id = g.group_id)`,
    [group],
  );
};

/** Requires that the group's row is locked. */
export const mayBeAhead = async (manager: EntityManager, group: string): Promise<void> => {
  await manager.query('UPDATE delivery.group_checkpoint SET ahead = true WHERE group_id = $1', [group]);
};

export const placedInPartition = (group: string, stretch: PartitionStretch): PlacedStretch => ({
  events: stretch.events.map(({ event }) => event),
  complete: false,
  replays: false,
  hold: async (manager, hold) => {
    const at = [group, stretch.topic, stretch.partition];
    if (hold !== 'read') {
      await manager.query(
        `INSERT INTO delivery.partition_offset (group_id, topic, partition, next_offset) VALUES ($1, $2, $3, 0)
         ON CONFLICT DO NOTHING`,
        at,
      );
    }
    const [own] = await manager.query<{ next_offset: string }[]>(
      `SELECT next_offset FROM delivery.partition_offset WHERE group_id = $1 AND topic = $2 AND partition = $3
       ${hold === 'read' ? '' : 'FOR UPDATE'}`,
      at,
    );
    // A shared lock: the partitions of a group are handled concurrently, but not together with a page of the log.
    const place = await groupPlace(manager, group, hold === 'read' ? 'NONE' : hold === 'take' ? 'SHARE' : 'UPDATE');
    const begins = stretch.from <= BigInt(own?.next_offset ?? 0);
    // A group that reads the log here or in another process must catch up first.
    return begins && place.ahead ? place : undefined;
  },
  move: async (manager) => {
    await manager.query(
      `UPDATE delivery.partition_offset SET next_offset = $4, moved_at = now()
       WHERE group_id = $1 AND topic = $2 AND partition = $3 AND next_offset < $4`,
      [group, stretch.topic, stretch.partition, String(stretch.nextOffset)],
    );
  },
  pieces: () =>
    stretch.events.map((event, index) => {
      const previous = stretch.events[index - 1];
      return placedInPartition(group, {
        ...stretch,
        from: previous === undefined ? stretch.from : previous.offset + 1n,
        events: [event],
        nextOffset: index === stretch.events.length - 1 ? stretch.nextOffset : event.offset + 1n,
      });
    }),
});

/** The first waiting event of a parked stream. `elsewhere` = it is no longer the first. */
export const placedInParking = (group: string, event: RecordedEvent): PlacedStretch => {
  const stretch: PlacedStretch = {
    events: [event],
    complete: false,
    replays: true,
    hold: async (manager, hold) => {
      const place = await groupPlace(manager, group, hold === 'read' ? 'NONE' : 'UPDATE');
      const [first] = await waitingOf(manager, group, event.stream);
      return first === event.position ? place : undefined;
    },
    move: async (manager, { ahead, floor }) => {
      await forgetParked(manager, group, event.position);
      if (event.position > floor && !ahead) await mayBeAhead(manager, group);
    },
    pieces: () => [stretch],
  };
  return stretch;
};
