import type { EventStore, ParkedStream, RecordedEvent } from '@dittoo/kernel';
import type { DataSource, EntityManager } from 'typeorm';

/** Everything that waits for somebody to look, oldest first. */
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

/**
 * Which streams of these events stand still in the group, and from which position on: what comes before that was not
 * the trouble.
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

/** Positions of a parked stream's events that wait, in order. */
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

/** Nothing of it waits any more: it goes on. */
export const unparkStream = async (manager: EntityManager, group: string, stream: string): Promise<void> => {
  await manager.query('DELETE FROM delivery.parked_stream WHERE group_id = $1 AND stream = $2', [group, stream]);
};

/** What is needed of a log to find an event by its position. */
export type ReadableLog = Pick<EventStore, 'densePositions' | 'readAll' | 'readStream'>;

/** @throws Error the log has another stream there */
export const eventAt = async (log: ReadableLog, stream: string, position: bigint): Promise<RecordedEvent> => {
  const event = log.densePositions ? await eventInLog(log, position) : await eventInStream(log, stream, position);
  if (event?.position !== position || event.stream !== stream) {
    throw new Error(`position ${position} of the log is not of ${stream}`);
  }
  return event;
};

const eventInLog = async (log: ReadableLog, position: bigint): Promise<RecordedEvent | undefined> =>
  (await log.readAll({ after: position === 0n ? null : position - 1n, limit: 1 })).events[0];

/** The position before it is not known, so its stream is gone through. */
const eventInStream = async (
  log: ReadableLog,
  stream: string,
  position: bigint,
): Promise<RecordedEvent | undefined> => {
  for await (const event of log.readStream(stream)) if (event.position >= position) return event;
  return undefined;
};

/** A word of ours: the class and, for a rule, its code. Messages may quote data and are left out. */
export const failureOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[\w-]{1,64}$/.test(code) ? `${error.name}:${code}` : error.name;
};
