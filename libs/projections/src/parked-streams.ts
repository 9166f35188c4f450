import type { ParkedPlace, ParkedStream, RecordedEvent } from '@dittoo/kernel';
import type { DataSource, EntityManager } from 'typeorm';

/** All parked streams, which wait for an operator, oldest first. */
export const listParked = async (dataSource: DataSource): Promise<ParkedStream[]> => {
  const rows = await dataSource.query<
    { group_id: string; stream: string; failure: string; parked_at: Date; waiting: number }[]
  >(
    `SELECT p.*, (SELECT count(*)::int FROM delivery.parked_event e
                  WHERE e.group_id = p.group_id AND e.stream = p.stream) AS waiting
     FROM delivery.parked_stream p ORDER BY parked_at, group_id, stream`,
  );
  return rows.map(({ group_id: group, stream, failure, parked_at, waiting }) => ({
    group,
    stream,
    failure,
    parkedAt: parked_at.toISOString(),
    waiting,
  }));
};

/** Which of these streams are parked, by group. */
export const parkedAmong = async (dataSource: DataSource, streams: readonly string[]): Promise<ParkedPlace[]> => {
  if (streams.length === 0) return [];
  const rows = await dataSource.query<{ group_id: string; stream: string }[]>(
    'SELECT group_id, stream FROM delivery.parked_stream WHERE stream = ANY ($1) ORDER BY group_id, stream',
    [streams],
  );
  return rows.map(({ group_id: group, stream }) => ({ group, stream }));
};

/**
 * Which streams of these events are parked in the group, and from which position on: earlier events are not affected.
 */
export const parkedSince = async (
  manager: EntityManager,
  group: string,
  events: readonly RecordedEvent[],
): Promise<ReadonlyMap<string, bigint>> => {
  const rows = await manager.query<{ stream: string; since: string }[]>(
    `SELECT s.stream, coalesce(min(e.position), 0) AS since
     FROM delivery.parked_stream s LEFT JOIN delivery.parked_event e USING (group_id, stream)
     WHERE s.group_id = $1 AND s.stream = ANY($2) GROUP BY s.stream`,
    [group, [...new Set(events.map(({ stream }) => stream))]],
  );
  return new Map(rows.map(({ stream, since }) => [stream, BigInt(since)]));
};

/** Parks the event's stream in the group, from this event on. Requires that the group's row is locked. */
export const parkStream = async (
  manager: EntityManager,
  group: string,
  event: RecordedEvent,
  failure: string,
): Promise<void> => {
  await manager.query(
    `INSERT INTO delivery.parked_stream (group_id, stream, failure) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [group, event.stream, failure],
  );
  await queueParked(manager, group, [event]);
  await manager.query('UPDATE delivery.group_checkpoint SET parked = true WHERE group_id = $1', [group]);
};

/** Queues events of parked streams. */
export const queueParked = async (
  manager: EntityManager,
  group: string,
  events: readonly RecordedEvent[],
): Promise<void> => {
  if (events.length === 0) return;
  await manager.query(
    `INSERT INTO delivery.parked_event (group_id, position, stream, event_id)
     SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::uuid[]) ON CONFLICT DO NOTHING`,
    [
      group,
      events.map(({ position }) => String(position)),
      events.map(({ stream }) => stream),
      events.map(({ eventId }) => eventId),
    ],
  );
};

/** Positions of a parked stream's waiting events, in order. */
export const waitingOf = async (manager: EntityManager, group: string, stream: string): Promise<bigint[]> => {
  const rows = await manager.query<{ position: string }[]>(
    'SELECT position FROM delivery.parked_event WHERE group_id = $1 AND stream = $2 ORDER BY parked_event.position',
    [group, stream],
  );
  return rows.map(({ position }) => BigInt(position));
};

export const forgetParked = async (manager: EntityManager, group: string, position: bigint): Promise<void> => {
  await manager.query('DELETE FROM delivery.parked_event WHERE group_id = $1 AND position = $2', [
    group,
    String(position),
  ]);
};

/** Unparks a stream without waiting events. Requires that the group's row is locked. */
export const unparkStream = async (manager: EntityManager, group: string, stream: string): Promise<void> => {
  await manager.query('DELETE FROM delivery.parked_stream WHERE group_id = $1 AND stream = $2', [group, stream]);
  await manager.query(
    `UPDATE delivery.group_checkpoint g
     SET parked = EXISTS (SELECT FROM delivery.parked_stream p WHERE p.group_id = g.group_id) WHERE group_id = $1`,
    [group],
  );
};
