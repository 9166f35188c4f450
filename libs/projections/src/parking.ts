import type { RecordedEvent } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';

/**
 * Which streams of these events stand still in the group, and from which position on: what comes before that was not
 * the trouble.
 */
export const parkedStreams = async (
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

/** From this event on its stream stands still in the group. */
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
  await queueParked(manager, group, event);
};

/** Remembers an event of a parked stream. */
export const queueParked = async (manager: EntityManager, group: string, event: RecordedEvent): Promise<void> => {
  await manager.query(
    `INSERT INTO delivery.parked_event (group_id, position, stream, event_id) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [group, String(event.position), event.stream, event.eventId],
  );
};

/** A word of ours: the class and, for a rule, its code. Messages may quote data and are left out. */
export const failureOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[\w-]{1,64}$/.test(code) ? `${error.name}:${code}` : error.name;
};
