import { Loop } from './loop.js';

/** The part of a `pg` connection that a listener uses: a separate client, or one of a pool. */
export interface NotifyingConnection {
  query(statement: string): Promise<unknown>;
  on(event: 'notification', heard: (message: { readonly payload?: string | undefined }) => void): unknown;
  on(event: 'error' | 'end', lost: () => void): unknown;
}

export interface NotificationListenerOptions<Connection extends NotifyingConnection> {
  readonly channel: string;
  /** Opens a connection for this listener alone. */
  readonly connect: () => Promise<Connection>;
  /** Returns the connection, which is not used again. Must not throw. */
  readonly disconnect: (connection: Connection) => void | Promise<void>;
  /** Called for a notification on the channel. */
  readonly heard: (payload: string) => void;
  /** Called when listening starts (again): earlier notifications were missed, so check everything. */
  readonly listening?: () => void;
  /** Called when the connection is lost; a new one is being opened. */
  readonly lost?: () => void;
}

/**
 * LISTEN on PostgreSQL that reconnects by itself. Notifications are only hints: a lost connection loses some, so the
 * caller must check again at `listening`, and poll as well.
 */
export class NotificationListener<Connection extends NotifyingConnection = NotifyingConnection> {
  private readonly loop: Loop;
  private first: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  constructor(private readonly options: NotificationListenerOptions<Connection>) {
    this.loop = new Loop(({ signal, progressed }) => this.session(signal, progressed), {
      pauseMs: 250,
      capMs: 1_000,
      failed: (error) => this.first?.reject(error),
    });
  }

  /** Begins in the background. */
  start(): void {
    this.loop.start();
  }

  /** Resolves once it listens. @throws the error of the first try; it is stopped then */
  async startListening(): Promise<void> {
    const listening = new Promise<void>((resolve, reject) => (this.first = { resolve, reject }));
    this.loop.start();
    await listening.catch(async (error: unknown) => {
      await this.loop.stop();
      throw error;
    });
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async session(signal: AbortSignal, progressed: () => void): Promise<boolean> {
    const { channel, connect, disconnect, heard, listening, lost } = this.options;
    const connection = await connect();
    const ended = new AbortController();
    try {
      const over = new Promise<void>((resolve) => {
        connection.on('error', resolve);
        connection.on('end', resolve);
        signal.addEventListener('abort', () => resolve(), { once: true, signal: ended.signal });
        if (signal.aborted) resolve(); // while it connected
      });
      connection.on('notification', ({ payload }) => heard(payload ?? ''));
      await connection.query(`LISTEN ${channel}`);
      progressed();
      listening?.();
      this.first?.resolve();
      this.first = undefined;
      await over;
      if (!signal.aborted) lost?.();
    } finally {
      ended.abort(); // one listener less on a signal that lives as long as the process
      await disconnect(connection);
    }
    return false;
  }
}
