import type { Pool } from 'pg';
import { wakeChannel } from '../queue/queue-tables.js';
import { Loop } from './loop.js';

const reconnectMs = 250;

/** Is notified when the intake queues an item. Only a shortcut: the workers' poll finds everything. */
export class WakeListener {
  private readonly loop: Loop;

  constructor(
    private readonly pool: Pool,
    private readonly heard: (processorId: string | undefined) => void,
  ) {
    this.loop = new Loop(
      (signal) => this.listen(signal),
      () => undefined,
    );
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Until the connection is lost, or `signal`. */
  private async listen(signal: AbortSignal): Promise<number> {
    const client = await this.pool.connect();
    try {
      const lost = new Promise<void>((resolve) => {
        client.once('error', () => resolve());
        client.once('end', () => resolve());
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (signal.aborted) resolve(); // it was while we connected
      });
      client.on('notification', ({ payload }) => this.heard(payload));
      await client.query(`LISTEN ${wakeChannel}`);
      await lost;
    } finally {
      client.release(true);
    }
    return reconnectMs;
  }
}
