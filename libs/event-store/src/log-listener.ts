import { clientLimits, NotificationListener, sessionSettings } from '@dittoo/kernel';
import pg from 'pg';
import type { WakeUps } from './wake-ups.js';

/** Limit for connecting, because a stop waits for it. */
const connectMs = 5_000;

/**
 * Passes the sequencer's NOTIFY to subscribers, while there are any. Only a hint: a lost connection loses
 * notifications, so subscribers poll as well.
 */
export class LogListener {
  private subscribers = 0;
  private listener: NotificationListener<pg.Client> | undefined;

  constructor(
    private readonly config: pg.ClientConfig,
    private readonly wakeUps: WakeUps,
  ) {}

  join(): void {
    this.subscribers += 1;
    if (this.subscribers > 1) return;
    const { config, wakeUps } = this;
    this.listener = new NotificationListener({
      channel: 'es_log',
      connect: async () => {
        const client = new pg.Client({ ...clientLimits(), connectionTimeoutMillis: connectMs, ...config });
        // Without a listener an error between two statements ends the process.
        client.on('error', () => undefined);
        await client.connect();
        await client.query(sessionSettings());
        return client;
      },
      disconnect: (client) => client.end().catch(() => undefined),
      heard: wakeUps.wake,
      listening: wakeUps.wake, // for events that arrived before LISTEN
    });
    this.listener.start();
  }

  async leave(): Promise<void> {
    this.subscribers -= 1;
    if (this.subscribers > 0) return;
    const { listener } = this;
    this.listener = undefined;
    await listener?.stop();
  }
}
