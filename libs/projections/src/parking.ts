import type { RecordedEvent } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';

/** Streams that stand still in a group since one of their events could not be handled. */
export const parkedStreams = async (manager: EntityManager, group: string): Promise<ReadonlySet<string>> => {
  const rows = await manager.query<{ stream: string }[]>(
    'SELECT stream FROM delivery.parked_stream WHERE group_id = $1',
    [group],
  );
  return new Set(rows.map((row) => row.stream));
};

export const parkStream = async (
  manager: EntityManager,
  group: string,
  stream: string,
  failure: string,
): Promise<void> => {
  await manager.query(
    `INSERT INTO delivery.parked_stream (group_id, stream, failure) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [group, stream, failure],
  );
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
