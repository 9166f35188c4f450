import type { Unpublishable } from '@dittoo/kernel';
import type { Pool } from 'pg';

/** Events the transport cannot carry, by their place in the log, which still has them. */
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
