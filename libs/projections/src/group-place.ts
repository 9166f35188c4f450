import type { LogStretch, PartitionStretch, RecordedEvent } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';
import { forgetParked, waitingOf } from './parked-streams.js';

/** Where a group stands. */
export interface GroupPlace {
  /** Everything up to here is handled; -1 = nothing. */
  readonly floor: bigint;
  /** May streams be handled beyond the floor? So it is while the group reads partitions, and until the log has caught up. */
  readonly ahead: boolean;
  /** Has it parked streams? */
  readonly parked: boolean;
}

/** A group that stands at `after` and shall stand at `checkpoint`. */
export interface Move {
  readonly group: string;
  readonly after: bigint;
  readonly checkpoint: bigint;
}

/** `look` locks nothing, `take` keeps others from the same events, `park` keeps everybody of the group out. */
export type Hold = 'look' | 'take' | 'park';

/** Events to handle, and the place of the group they belong to. */
export interface PlacedStretch {
  readonly events: readonly RecordedEvent[];
  /** Is nothing missing between its events? Then revisions need not be counted. */
  readonly complete: boolean;
  /** Events the group has parked are handled, not queued. */
  readonly replays: boolean;
  /** Where the group stands; `undefined` = not where this stretch begins. */
  hold(manager: EntityManager, hold: Hold): Promise<GroupPlace | undefined>;
  /** The move of a stretch of the log: it may share its transaction with those of other groups. */
  readonly shares?: Move;
  /** The group stands behind the stretch now. */
  move(manager: EntityManager, place: GroupPlace): Promise<void>;
  /** The same stretch in pieces of one event. */
  pieces(): readonly PlacedStretch[];
}

interface PlaceRow {
  readonly position: string;
  readonly ahead: boolean;
  readonly parked: boolean;
}

/**
 * The group's row, made if it is not there. The commit need not wait for the disk: places and rows are lost together, if
 * they are; then the stretch comes again, or does not fit where the group stands, which is told as `elsewhere`.
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
 * Where these groups stand, their rows locked; left out are those that another transaction holds, and those that are not
 * there yet. From here on the transaction waits `lockMs` for a lock at most, and its commit not for the disk.
 */
export const unlockedPlaces = async (
  manager: EntityManager,
  groups: readonly string[],
  lockMs: number,
): Promise<ReadonlyMap<string, GroupPlace>> => {
  const rows = await manager.query<(PlaceRow & { group_id: string })[]>(
    `SELECT group_id, position, ahead, parked, set_config('synchronous_commit', 'off', true),
            set_config('lock_timeout', $2, true)
     FROM delivery.group_checkpoint WHERE group_id = ANY ($1) FOR UPDATE SKIP LOCKED`,
    [groups, `${Math.trunc(lockMs)}ms`],
  );
  return new Map(rows.map((row) => [row.group_id, placeOf(row)]));
};

/** The groups' rows are locked, and none of them is ahead of its checkpoint. */
export const moveGroups = async (manager: EntityManager, moves: readonly Move[]): Promise<void> => {
  if (moves.length === 0) return;
  await manager.query(
    `UPDATE delivery.group_checkpoint g SET position = m.position, moved_at = now()
     FROM unnest($1::text[], $2::bigint[]) AS m (group_id, position) WHERE g.group_id = m.group_id`,
    [moves.map(({ group }) => group), moves.map(({ checkpoint }) => String(checkpoint))],
  );
};

/**
 * Moves groups that have nothing to write, in one statement. The commit need not wait for the disk.
 *
 * @returns those that moved: they stood where they were believed to, with nothing parked and nothing ahead
 */
export const moveWithoutRows = async (manager: EntityManager, moves: readonly Move[]): Promise<ReadonlySet<string>> => {
  const [rows] = await manager.query<[{ group_id: string }[], number]>(
    `UPDATE delivery.group_checkpoint g SET position = m.position, moved_at = now()
     FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS m (group_id, after, position)
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

/** @param catchesUp the group reads partitions, or is about to: it stays one that may be ahead */
export const placedInLog = (group: string, stretch: LogStretch, catchesUp = false): PlacedStretch => ({
  events: stretch.events,
  complete: true,
  replays: false,
  shares: { group, after: stretch.after ?? -1n, checkpoint: stretch.checkpoint },
  hold: async (manager, hold) => {
    const place = await groupPlace(manager, group, hold === 'look' ? 'NONE' : 'UPDATE');
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
        catchesUp,
      ),
    ),
});

/** Revisions the checkpoint has passed say nothing more. Once none is left, the group is one that reads the log. */
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

/** The group's row is locked. */
export const mayBeAhead = async (manager: EntityManager, group: string): Promise<void> => {
  await manager.query('UPDATE delivery.group_checkpoint SET ahead = true WHERE group_id = $1', [group]);
};

export const placedInPartition = (group: string, stretch: PartitionStretch): PlacedStretch => ({
  events: stretch.events.map(({ event }) => event),
  complete: false,
  replays: false,
  hold: async (manager, hold) => {
    const at = [group, stretch.topic, stretch.partition];
    if (hold !== 'look') {
      await manager.query(
        `INSERT INTO delivery.partition_offset (group_id, topic, partition, next_offset) VALUES ($1, $2, $3, 0)
         ON CONFLICT DO NOTHING`,
        at,
      );
    }
    const [own] = await manager.query<{ next_offset: string }[]>(
      `SELECT next_offset FROM delivery.partition_offset WHERE group_id = $1 AND topic = $2 AND partition = $3
       ${hold === 'look' ? '' : 'FOR UPDATE'}`,
      at,
    );
    // Shared: the partitions of a group go on side by side, but not beside a page of the log.
    const place = await groupPlace(manager, group, hold === 'look' ? 'NONE' : hold === 'take' ? 'SHARE' : 'UPDATE');
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

/** The first event that waits of a parked stream. `elsewhere` = it is not the first any more. */
export const placedInParking = (group: string, event: RecordedEvent): PlacedStretch => {
  const stretch: PlacedStretch = {
    events: [event],
    complete: false,
    replays: true,
    hold: async (manager, hold) => {
      const place = await groupPlace(manager, group, hold === 'look' ? 'NONE' : 'UPDATE');
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
