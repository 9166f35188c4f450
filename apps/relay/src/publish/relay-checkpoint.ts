import { LeaseLost } from '@dittoo/service';
import type { Pool } from 'pg';

/**
 * Up to where the transport has the log. The lease's epoch is the fence: a relay that lost its lease without knowing
 * cannot move the checkpoint any more. What it may still send once is dropped by the consumers.
 */
export class RelayCheckpoint {
  /** @param transport one checkpoint each: what one transport has had, another has not */
  constructor(
    private readonly pool: Pool,
    private readonly transport: string,
  ) {}

  /** Takes the checkpoint over; `null` = nothing was relayed yet. @throws LeaseLost a later epoch has it */
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

  /** Moves the checkpoint forward. @throws LeaseLost a later epoch has it */
  async save(epoch: string, position: bigint): Promise<void> {
    const { rowCount } = await this.pool.query(
      `UPDATE relay.checkpoint SET position = greatest(position, $3), moved_at = now()
       WHERE transport = $1 AND epoch = $2`,
      [this.transport, epoch, String(position)],
    );
    if (rowCount !== 1) throw new LeaseLost();
  }
}
