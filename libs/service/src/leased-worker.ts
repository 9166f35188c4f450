import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';

const leaseSeconds = 15;
const renewEveryMs = 5_000;

/** The right to work, for as long as nobody else has it. */
export interface Lease {
  readonly name: string;
  /** Only grows; a write that names it fails once somebody else is at work. */
  readonly epoch: string;
  /** Aborted when the lease is lost or the process stops. */
  readonly signal: AbortSignal;
}

/** Somebody else is at work. */
export class LeaseLost extends Error {
  constructor() {
    super('another process holds the lease');
    this.name = 'LeaseLost';
  }
}

/**
 * Work that one process at a time does, again and again: a row with an epoch says which. Another takes over when the
 * holder says nothing for 15 s, at once when it stops in peace.
 *
 * Dies while it works: the lease ends by itself, the next one begins with what is still to be done.
 */
export class LeasedWorker {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  /**
   * @param holder the same after a restart of the same instance, which then need not wait for itself
   * @param work a batch; `true` = there is more, come again at once
   */
  constructor(
    private readonly pool: Pool,
    private readonly name: string,
    private readonly holder: string,
    private readonly pauseMs: number,
    private readonly work: (lease: Lease) => Promise<boolean>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Lets the batch in hand end. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
    for (let failures = 0; !signal.aborted;) {
      try {
        const epoch = await this.acquire();
        if (epoch === null) await pause(1_000);
        else await this.hold(epoch, pause);
        failures = 0;
      } catch (error) {
        const failure = error instanceof Error ? error.name : 'unknown';
        this.logger.warn({ worker: this.name, failure }, 'leased-work.interrupted');
        await pause(Math.min(30_000, 250 * 2 ** failures++));
      }
    }
  }

  private async hold(epoch: string, pause: (ms: number) => Promise<void>): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([this.stopping.signal, lost.signal]);
    const renewal = setInterval(() => {
      this.renew(epoch).then(
        (held) => held || lost.abort(),
        () => lost.abort(),
      );
    }, renewEveryMs);
    try {
      while (!signal.aborted) {
        if (!(await this.work({ name: this.name, epoch, signal }))) await pause(this.pauseMs);
      }
    } finally {
      clearInterval(renewal);
      if (!lost.signal.aborted) await this.release(epoch).catch(() => undefined);
    }
  }

  private async acquire(): Promise<string | null> {
    const { rows } = await this.pool.query<{ epoch: string }>(
      `INSERT INTO service.lease AS l (name, holder, epoch, expires_at)
       VALUES ($1, $2, 1, now() + make_interval(secs => $3))
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = l.epoch + 1, expires_at = excluded.expires_at
       WHERE l.expires_at < now() OR l.holder = excluded.holder RETURNING epoch`,
      [this.name, this.holder, leaseSeconds],
    );
    return rows[0]?.epoch ?? null;
  }

  private async renew(epoch: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      'UPDATE service.lease SET expires_at = now() + make_interval(secs => $3) WHERE name = $1 AND epoch = $2',
      [this.name, epoch, leaseSeconds],
    );
    return rowCount === 1;
  }

  private async release(epoch: string): Promise<void> {
    await this.pool.query('UPDATE service.lease SET expires_at = now() WHERE name = $1 AND epoch = $2', [
      this.name,
      epoch,
    ]);
  }
}
