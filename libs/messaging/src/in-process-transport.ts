import { EventPublisher, type EventStore, type LogPage, type RecordedEvent } from '@dittoo/kernel';

/** All events of the log after `start`, up to `end`, without a hole. */
interface PageCache {
  start: bigint;
  end: bigint;
  events: RecordedEvent[];
}

const place = (checkpoint: bigint | null): bigint => checkpoint ?? -1n;

/**
 * The transport inside one process: the relay publishes pages, every group reads them. It keeps the newest in memory so
 * that groups that keep up share one read of the log; a group that is behind reads the log itself.
 *
 * Promised: the result of `read` follows `after` without a hole, whatever was published, dropped, repeated or left out.
 * Nothing here is durable or needs to be: a group's progress is in its checkpoint, the events are in the log.
 */
export class InProcessTransport extends EventPublisher {
  override readonly transport = 'in-process';
  private cache: PageCache | undefined;
  private readonly waiting = new Set<() => void>();
  private publications = 0;
  private relays = false;
  private eras = 0;

  constructor(
    readonly store: EventStore,
    private readonly capacity = 2_000,
  ) {
    super();
  }

  override began(after: bigint | null): void {
    this.cache = { start: place(after), end: place(after), events: [] };
    this.relays = true;
    this.newEra();
  }

  override ended(): void {
    this.cache = undefined;
    this.relays = false;
    this.newEra();
  }

  override publish({ after, checkpoint, events }: LogPage): Promise<void> {
    const [start, end] = [place(after), place(checkpoint)];
    const { cache } = this;
    if (cache === undefined || start < cache.start || start > cache.end) {
      // The page does not adjoin the cache: the events between are only in the log.
      this.cache = { start, end, events: [...events] };
      if (cache !== undefined) this.eras += 1;
    } else if (end > cache.end) {
      for (const event of events) if (event.position > cache.end) cache.events.push(event);
      cache.end = end;
    }
    this.trim();
    this.wake();
    return Promise.resolve();
  }

  /** Whether a relay of this process publishes. Then the cache ends where the log ends, with a short delay. */
  get live(): boolean {
    return this.relays;
  }

  /** Changes when the cache was dropped: a group that remembers its checkpoint must ask the inbox again. */
  get era(): number {
    return this.eras;
  }

  /** The page that follows `after`; an empty page = the end of the log. */
  read(after: bigint | null, limit: number): Promise<LogPage> {
    const { cache } = this;
    const at = place(after);
    if (cache === undefined || at < cache.start || (at >= cache.end && !this.relays)) {
      return this.store.readAll({ after, limit });
    }
    if (at >= cache.end) return Promise.resolve({ after, events: [], checkpoint: after });
    const first = cache.events.findIndex(({ position }) => position > at);
    const events = first === -1 ? [] : cache.events.slice(first, first + limit);
    const last = events.at(-1);
    const reachesEnd = last === undefined || last === cache.events.at(-1);
    return Promise.resolve({ after, events, checkpoint: reachesEnd ? cache.end : last.position });
  }

  /** Number of publications so far. Pass it to `moved`, so that no publication is missed in between. */
  get state(): number {
    return this.publications;
  }

  /** Waits for a publication after `state`, for `timeoutMs` at most or until aborted. @returns whether there was one */
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

  private newEra(): void {
    this.eras += 1;
    this.wake();
  }

  private wake(): void {
    this.publications += 1;
    for (const wake of [...this.waiting]) wake();
  }

  private trim(): void {
    const { cache } = this;
    if (cache === undefined || cache.events.length <= this.capacity) return;
    const dropped = cache.events.splice(0, cache.events.length - Math.ceil(this.capacity / 2));
    cache.start = dropped.at(-1)?.position ?? cache.start;
  }
}
