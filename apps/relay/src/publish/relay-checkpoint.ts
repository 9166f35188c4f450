import { LeaseLost } from '@dittoo/service';
import type { Pool } from 'pg';

/**
 * The position up to which the transport has the log. The lease's epoch is the fencing token: a relay that lost its
 * lease without noticing can no longer move the checkpoint. Duplicates that it may still send are dropped by the
 * consumers.
 */
export class RelayCheckpoint {
  /** @param transport each has its own checkpoint: events published on one are not on another */
  constructor(
    private readonly pool: Pool,
    private readonly transport: string,
  ) {}

  /** Claims the checkpoint; `null` = nothing was relayed yet. @throws LeaseLost a later epoch has claimed it */
  async adopt(epoch: string): Promise<bigint | null> {
    const { rows } = await this.pool.query<{ position: string }>(
      `INSERT INTO relay.checkpoint AS c (transport, epoch) VALUES ($1, $2)
       ON CONFLICT (transport) DO UPDATE SET epoch = excluded.epoch WHERE c.epoch <= excluded.epoch RETURNING position`,
      [this.transport, epoch],
    );
    if (rows[0] === undefined) throw new LeaseLost();
    const position = BigInt(rows[0].position);
    return position < 0n ? null : position;
  }

  /** Without claiming it, for measurements; `null` = nothing was relayed yet. */
  async position(): Promise<bigint | null> {
    const { rows } = await this.pool.query<{ position: string }>(
      'SELECT position FROM relay.checkpoint WHERE transport = $1 AND position >= 0',
      [this.transport],
    );
    return rows[0] === undefined ? null : BigInt(rows[0].position);
  }

  /** Moves the checkpoint forward. @throws LeaseLost a later epoch has claimed it */
  async save(epoch: string, position: bigint): Promise<void> {
    const { rowCount } = await this.pool.query(
      `UPDATE relay.checkpoint SET position = greatest(position, $3), moved_at = now()
       WHERE transport = $1 AND epoch = $2`,
      [this.transport, epoch, String(position)],
    );
    if (rowCount !== 1) throw new LeaseLost();
  }
}
