import pg from 'pg';
import type { WakeUps } from './wake-ups.js';

/**
 * Passes the sequencer's NOTIFY on, while anybody subscribes. A hint, no more: a lost connection loses notifications,
 * so subscribers poll as well.
 */
export class LogListener {
  private subscribers = 0;
  private client: pg.Client | undefined;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: pg.ClientConfig,
    private readonly wakeUps: WakeUps,
  ) {}

  join(): void {
    this.subscribers += 1;
    if (this.subscribers === 1) void this.connect();
  }

  async leave(): Promise<void> {
    this.subscribers -= 1;
    if (this.subscribers > 0) return;
    clearTimeout(this.retry);
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({ ...this.config, keepAlive: true });
    this.client = client;
    const again = (): void => {
      if (this.client !== client) return;
      this.client = undefined;
      void client.end().catch(() => undefined);
      this.retry = setTimeout(() => {
        if (this.subscribers > 0 && this.client === undefined) void this.connect();
      }, 1_000).unref();
    };
    client.on('error', again);
    client.on('end', again);
    client.on('notification', this.wakeUps.wake);
    try {
      await client.connect();
      await client.query('LISTEN es_log');
      this.wakeUps.wake(); // what came while we were away
    } catch {
      again();
    }
  }
}
