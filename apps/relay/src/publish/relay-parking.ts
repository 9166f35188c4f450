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
}
