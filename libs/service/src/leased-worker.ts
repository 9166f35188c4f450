import { Loop, pause, type Turn } from '@dittoo/kernel';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LeaseRow, type Lease } from './lease.js';

/** How often a waiting process requests the lease. */
const waitMs = 1_000;
const longestBackOffMs = 30_000;

/**
 * Repeated work of one process at a time. Another takes over within ten seconds when the holder is paused, killed or
 * without power, and at once when it stops in order.
 *
 * Dies while it works: the lease expires, and the next holder continues with the remaining work.
 */
export class LeasedWorker {
  private readonly lease: LeaseRow;
  private readonly loop: Loop;

  /**
   * @param holder the same after a restart of the same instance, which then need not wait for itself
   * @param work a batch; `true` = there is more, run again at once. A long one calls `progressed`, so that its next
   *   failure counts as the first
   */
  constructor(
    pool: Pool,
    name: string,
    holder: string,
    private readonly pauseMs: number,
    private readonly work: (lease: Lease, progressed: () => void) => Promise<boolean>,
    logger: Logger,
  ) {
    this.lease = new LeaseRow(pool, name, holder);
    this.loop = new Loop((turn) => this.turn(turn), {
      pauseMs: waitMs,
      capMs: longestBackOffMs,
      failed: (error) => {
        const failure = error instanceof Error ? error.name : 'unknown';
        logger.warn({ worker: name, failure }, 'leased-work.interrupted');
      },
    });
  }

  start(): void {
    this.loop.start();
  }

  /** Lets the current batch finish. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async turn({ progressed, signal }: Turn): Promise<boolean> {
    return this.lease.hold(signal, async (lease) => {
      while (!lease.signal.aborted) {
        const more = await this.work(lease, progressed);
        progressed();
        if (!more) await pause(this.pauseMs, lease.signal);
      }
    });
  }
}
