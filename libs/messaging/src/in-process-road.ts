import { EventPublisher, type EventStore, type LogPage, type RecordedEvent } from '@dittoo/kernel';

/**
 * The road inside one process: the relay puts events on it, every group reads them off. It remembers the newest so that
 * groups that keep up share one read of the log; a group further behind reads the log itself.
 *
 * Nothing here is durable and nothing needs to be: where a group stands is in its checkpoint, what there is in the log.
 */
export class InProcessRoad extends EventPublisher {
  private newest: RecordedEvent[] = [];
  private readonly waiting = new Set<() => void>();
  private publications = 0;

  constructor(
    /** The log the road is read off. */
    readonly store: EventStore,
    private readonly capacity = 2_000,
  ) {
    super();
  }

  publish(events: readonly RecordedEvent[]): Promise<void> {
    const last = this.newest.at(-1);
    const following = last === undefined ? events : events.filter((event) => event.position > last.position);
    this.newest.push(...following);
    if (this.newest.length > this.capacity) this.newest = this.newest.slice(-this.capacity / 2);
    this.publications++;
    for (const wake of [...this.waiting]) wake();
    return Promise.resolve();
  }

  /** The page after `after`; an empty one means the end was reached. */
  async read(after: bigint | null, limit: number): Promise<LogPage> {
    const oldest = this.newest[0];
    if (oldest === undefined || after === null || after < oldest.position) return this.store.readAll({ after, limit });
    const start = this.newest.findIndex((event) => event.position > after);
    const events = start === -1 ? [] : this.newest.slice(start, start + limit);
    return { events, checkpoint: events.at(-1)?.position ?? after };
  }

  /** How often something was put on the road; hand it to `moved` so that nothing slips in between. */
  get state(): number {
    return this.publications;
  }

  /** Resolves when something came after `state`, or after `timeoutMs`, or when aborted: did something come? */
  async moved(state: number, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || state !== this.publications) return state !== this.publications;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      signal.addEventListener('abort', wake);
      this.waiting.add(wake);
    });
    return state !== this.publications;
  }
}
