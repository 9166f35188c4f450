import type pg from 'pg';

export interface SequencerLag {
  /** Events without a position; counted up to 100,000. */
  readonly events: number;
  /** Age of the oldest of them by its `recordedAt`; 0 = none. */
  readonly oldestMs: number;
}

/** Measured from the events themselves, so it also grows while no sequencer runs. @param on a pool or a connection */
export const sequencerLag = async (
  on: Pick<pg.ClientBase, 'query'> | Pick<pg.Pool, 'query'>,
): Promise<SequencerLag> => {
  const { rows } = await (on as Pick<pg.ClientBase, 'query'>).query<{ events: number; oldest: number }>(
    `SELECT count(*)::int AS events,
            greatest(coalesce(extract(epoch FROM now() - min(recorded_at)) * 1000, 0), 0)::float8 AS oldest
       FROM (SELECT e.recorded_at FROM event_store.es_event e, event_store.es_head h
              WHERE e.tx >= h.lo AND e.tx < pg_snapshot_xmax(pg_current_snapshot())
                AND e.seq > h.base_seq AND (e.tx >= h.hi OR e.seq > h.last_seq) LIMIT 100000) waiting`,
  );
  return { events: rows[0]?.events ?? 0, oldestMs: Math.round(rows[0]?.oldest ?? 0) };
};
