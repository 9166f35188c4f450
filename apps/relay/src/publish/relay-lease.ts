import type { Pool } from 'pg';

const leaseSeconds = 15;

/**
 * One active relay: a lease row with an epoch that only grows. The epoch is the fence: a relay that lost its lease
 * without knowing cannot move the checkpoint any more. What it may still send once is dropped by the consumers.
 */
export class RelayLease {
  constructor(
    private readonly pool: Pool,
    private readonly name: string,
    /** The same after a restart of the same instance, so that it need not wait for its own lease to end. */
    private readonly holder: string,
  ) {}

  /** The epoch, or `null` while somebody else holds the lease. */
  async acquire(): Promise<bigint | null> {
    const { rows } = await this.pool.query<{ epoch: string }>(
      `INSERT INTO relay.lease AS l (name, holder, epoch, expires_at)
       VALUES ($1, $2, 1, now() + make_interval(secs => $3))
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = l.epoch + 1, expires_at = excluded.expires_at
       WHERE l.expires_at < now() OR l.holder = excluded.holder RETURNING epoch`,
      [this.name, this.holder, leaseSeconds],
    );
    return rows[0] === undefined ? null : BigInt(rows[0].epoch);
  }

  /** `false` = lost: stop at once. */
  async renew(epoch: bigint): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE relay.lease SET expires_at = now() + make_interval(secs => $3) WHERE name = $1 AND epoch = $2`,
      [this.name, String(epoch), leaseSeconds],
    );
    return rowCount === 1;
  }

  /** Takes the checkpoint over; `null` = nothing was relayed yet. @throws Fenced a later epoch has it */
  async adopt(epoch: bigint): Promise<bigint | null> {
    const { rows } = await this.pool.query<{ position: string }>(
      `INSERT INTO relay.checkpoint AS c (name, epoch) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch WHERE c.epoch <= excluded.epoch RETURNING position`,
      [this.name, String(epoch)],
    );
    if (rows[0] === undefined) throw new Fenced();
    const position = BigInt(rows[0].position);
    return position < 0n ? null : position;
  }

  /** Moves the checkpoint forward. @throws Fenced a later epoch has it */
  async save(epoch: bigint, position: bigint): Promise<void> {
    const { rowCount } = await this.pool.query(
      `UPDATE relay.checkpoint SET position = greatest(position, $3), moved_at = now() WHERE name = $1 AND epoch = $2`,
      [this.name, String(epoch), String(position)],
    );
    if (rowCount !== 1) throw new Fenced();
  }

  /** Lets the next one in without waiting. */
  async release(epoch: bigint): Promise<void> {
    await this.pool.query('UPDATE relay.lease SET expires_at = now() WHERE name = $1 AND epoch = $2', [
      this.name,
      String(epoch),
    ]);
  }
}

/** Another relay is at work with a later epoch. */
export class Fenced extends Error {
  constructor() {
    super('another relay holds the lease');
    this.name = 'Fenced';
  }
}
