import { isLoopback } from '@dittoo/kernel';

/** A call to the shop that something happened. */
export interface Notification {
  /** The processor's own id of the payment. */
  readonly id: string;
  readonly status: string;
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly contentType?: string;
  readonly body?: string;
}

/** The outcome of a notification. No address and no body: both may identify the buyer. */
export interface NotificationAttempt {
  readonly id: string;
  readonly status: string;
  readonly attempt: number;
  /** HTTP status, `refused` = not a loopback address and never called, `failed` = no answer. */
  readonly outcome: number | 'refused' | 'failed';
}

/**
 * Notifies the shop, with a few retries until it answers 200, and only on loopback: a sandbox must not call other
 * hosts. Notifications of one payment are sent in order, in the background.
 */
export class Notifier {
  private readonly closing = new AbortController();
  private readonly lines = new Map<string, Promise<void>>();
  private readonly made: NotificationAttempt[] = [];

  constructor(private readonly delaysMs: readonly number[]) {}

  send(notification: Notification): void {
    const before = this.lines.get(notification.id) ?? Promise.resolve();
    const line = before.then(() => this.deliver(notification));
    this.lines.set(notification.id, line);
    void line.then(() => {
      if (this.lines.get(notification.id) === line) this.lines.delete(notification.id);
    });
  }

  attempts(): readonly NotificationAttempt[] {
    return this.made;
  }

  clear(): void {
    this.made.length = 0;
  }

  /** Resolves when no notification is pending. */
  async settled(): Promise<void> {
    await Promise.all(this.lines.values());
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.settled();
  }

  private async deliver(notification: Notification): Promise<void> {
    const { id, status, url } = notification;
    if (!URL.canParse(url) || !isLoopback(new URL(url).hostname)) {
      this.made.push({ id, status, attempt: 1, outcome: 'refused' });
      return;
    }
    for (const [index, delayMs] of this.delaysMs.entries()) {
      await this.pause(delayMs);
      if (this.closing.signal.aborted) return;
      const outcome = await this.call(notification);
      this.made.push({ id, status, attempt: index + 1, outcome });
      if (outcome === 200) return;
    }
  }

  private async call({ url, method, contentType, body }: Notification): Promise<number | 'failed'> {
    try {
      const answer = await fetch(url, {
        method,
        redirect: 'manual',
        signal: AbortSignal.any([this.closing.signal, AbortSignal.timeout(5_000)]),
        ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
        ...(body === undefined ? {} : { body }),
      });
      await answer.body?.cancel();
      return answer.status;
    } catch {
      return 'failed';
    }
  }

  private pause(delayMs: number): Promise<void> {
    const { signal } = this.closing;
    if (delayMs === 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      signal.addEventListener('abort', done);
    });
  }
}
