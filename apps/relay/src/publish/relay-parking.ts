import type { Unpublishable } from '@dittoo/kernel';
import type { Pool } from 'pg';

/** The positions of events that the transport cannot carry; the log still has the events. */
export class RelayParking {
  constructor(private readonly pool: Pool) {}

  /** Safe to repeat. */
  async park({ event, reason }: Unpublishable): Promise<void> {
    await this.pool.query(
      `INSERT INTO relay.parked (position, stream, event_id, reason) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [String(event.position), event.stream, event.eventId, reason],
    );
  }

  /** Oldest first. */
  async all(): Promise<{ readonly position: string; readonly reason: string; readonly parkedAt: string }[]> {
    const { rows } = await this.pool.query<{ position: string; reason: string; parked_at: Date }>(
      'SELECT position, reason, parked_at FROM relay.parked ORDER BY relay.parked.position',
    );
    return rows.map(({ parked_at, position, reason }) => ({ position, reason, parkedAt: parked_at.toISOString() }));
  }
}
