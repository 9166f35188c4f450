import type { Clock } from '@dittoo/kernel';
import type { Pool } from 'pg';
import type { Logger } from 'pino';

/** How far the clock may be behind the latest time any process has seen: nodes' clocks differ a little. */
const toleratedMs = 2_000;

/**
 * Writes the time into one row: a database whose disk is full, or that only reads, still answers a query, and a clock
 * that was set back shows where the row has a later time.
 */
export class WriteProbe {
  private behindMs = 0;

  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** The clock is behind the latest time that any process of the shop has seen. */
  get clockIsBehind(): boolean {
    return this.behindMs > toleratedMs;
  }

  /** @throws the database's error: it cannot be written to */
  async probe(): Promise<void> {
    const now = this.clock.now();
    const { rows } = await this.pool.query<{ behind: number }>(
      `WITH before AS (SELECT latest FROM service.write_probe),
            written AS (UPDATE service.write_probe SET latest = greatest(latest, $1::timestamptz))
       SELECT (extract(epoch FROM latest - $1::timestamptz) * 1000)::float8 AS behind FROM before`,
      [now],
    );
    const wasBehind = this.clockIsBehind;
    this.behindMs = Math.max(0, Math.round(rows[0]?.behind ?? 0));
    if (this.clockIsBehind && !wasBehind) this.logger.error({ behindMs: this.behindMs, now }, 'clock.set-back');
  }
}
