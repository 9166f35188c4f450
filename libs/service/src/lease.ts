import type { Pool } from 'pg';

/** Another process takes over this long after the last renewal: it asks once a second, so within ten seconds. */
const leaseMs = 7_000;
const renewEveryMs = 2_000;

/** The right to work, for as long as no other process has it. */
export interface Lease {
  readonly name: string;
  /** Only grows; a write with an older epoch fails once another process holds the lease. */
  readonly epoch: string;
  /** Aborted when the lease is lost or the process stops. */
  readonly signal: AbortSignal;
}

/** Another process holds the lease. */
export class LeaseLost extends Error {
  constructor() {
    super('another process holds the lease');
    this.name = 'LeaseLost';
  }
}

/**
 * One process at a time: a row with an epoch that only grows. Unlike a session lock it works through connection poolers
 * and across a failover. A process that lost the lease without noticing is stopped at its next renewal, and before that
 * by its epoch.
 */
export class LeaseRow {
  /** @param holder the same after a restart of the same instance, which then need not wait for itself */
  constructor(
    private readonly pool: Pool,
    private readonly name: string,
    private readonly holder: string,
  ) {}

  /**
   * Runs `work` under the lease, renews it meanwhile, and releases it at the end, so that the next holder need not
   * wait.
   *
   * @returns `false` = another process holds it, nothing was done
   */
  async hold(stopping: AbortSignal, work: (lease: Lease) => Promise<void>): Promise<boolean> {
    let heldUntil = performance.now() + leaseMs;
    const epoch = await this.acquire();
    if (epoch === null) return false;
    const lost = new AbortController();
    const renewal = setInterval(() => {
      const askedAt = performance.now();
      // Also where no answer comes, or the process was paused: the lease has ended, whatever a late answer says.
      if (askedAt >= heldUntil) return lost.abort();
      this.renew(epoch).then(
        (held) => (held ? (heldUntil = Math.max(heldUntil, askedAt + leaseMs)) : lost.abort()),
        () => lost.abort(),
      );
    }, renewEveryMs);
    try {
      await work({ name: this.name, epoch, signal: AbortSignal.any([stopping, lost.signal]) });
    } finally {
      clearInterval(renewal);
      if (!lost.signal.aborted) await this.release(epoch).catch(() => undefined);
    }
    return true;
  }

  /**
   * The epoch, or `null` while another process holds the lease. An expiry further away than a lease is long is from
   * before the server's clock was set back, and does not count.
   */
  async acquire(): Promise<string | null> {
    const { rows } = await this.pool.query<{ epoch: string }>(
      `INSERT INTO service.lease AS l (name, holder, epoch, expires_at)
       VALUES ($1, $2, 1, now() + make_interval(secs => $3))
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = l.epoch + 1, expires_at = excluded.expires_at
       WHERE l.expires_at < now() OR l.expires_at > clock_timestamp() + make_interval(secs => $3 + 1)
          OR l.holder = excluded.holder RETURNING epoch`,
      [this.name, this.holder, leaseMs / 1000],
    );
    return rows[0]?.epoch ?? null;
  }

  /**
   * `false` = lost: stop at once. It need not be on disk before the answer: a renewal that the database lost ends the
   * lease earlier, and the epoch stays.
   */
  async renew(epoch: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
       UPDATE service.lease SET expires_at = now() + make_interval(secs => $3) FROM relaxed
        WHERE name = $1 AND epoch = $2`,
      [this.name, epoch, leaseMs / 1000],
    );
    return rowCount === 1;
  }

  /** Releases the lease, so that the next holder need not wait. */
  async release(epoch: string): Promise<void> {
    await this.pool.query('UPDATE service.lease SET expires_at = now() WHERE name = $1 AND epoch = $2', [
      this.name,
      epoch,
    ]);
  }
}
