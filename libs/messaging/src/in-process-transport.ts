import { EventPublisher, type EventStore, type LogPage, type RecordedEvent } from '@dittoo/kernel';

/** Events that follow each other without a hole: everything of the log after `start`, up to `end`. */
interface Kept {
  start: bigint;
  end: bigint;
  events: RecordedEvent[];
}

const place = (checkpoint: bigint | null): bigint => checkpoint ?? -1n;

/**
 * The transport inside one process: the relay publishes pages, every group reads them. It remembers the newest so that
 * groups that keep up share one read of the log; a group anywhere else reads the log itself.
 *
 * Promised: what `read` gives follows `after` without a hole, whatever was published, forgotten, repeated or left out.
 * Nothing here is durable and nothing needs to be: where a group stands is in its checkpoint, what there is in the log.
 */
export class InProcessTransport extends EventPublisher {
  override readonly transport = 'in-process';
  private kept: Kept | undefined;
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
    this.kept = { start: place(after), end: place(after), events: [] };
    this.relays = true;
    this.newEra();
  }

  override ended(): void {
    this.kept = undefined;
    this.relays = false;
    this.newEra();
  }

  override publish({ after, checkpoint, events }: LogPage): Promise<void> {
    const [start, end] = [place(after), place(checkpoint)];
    const { kept } = this;
    if (kept === undefined || start < kept.start || start > kept.end) {
      // It does not touch what is kept: what lies between is in the log and nowhere else.
      this.kept = { start, end, events: [...events] };
      if (kept !== undefined) this.eras += 1;
    } else if (end > kept.end) {
      for (const event of events) if (event.position > kept.end) kept.events.push(event);
      kept.end = end;
    }
    this.trim();
    this.wake();
    return Promise.resolve();
  }

  /** Does a relay of this process publish? Then the end of what is kept is the end of the log, but for a moment. */
  get live(): boolean {
    return this.relays;
  }

  /** Changes when what is kept was dropped: a group that remembers its checkpoint asks the inbox again. */
  get era(): number {
    return this.eras;
  }

  /** The page after `after`; an empty one means the end was reached. */
  read(after: bigint | null, limit: number): Promise<LogPage> {
    const { kept } = this;
    const at = place(after);
    if (kept === undefined || at < kept.start || (at >= kept.end && !this.relays)) {
      return this.store.readAll({ after, limit });
    }
    if (at >= kept.end) return Promise.resolve({ after, events: [], checkpoint: after });
    const first = kept.events.findIndex(({ position }) => position > at);
    const events = first === -1 ? [] : kept.events.slice(first, first + limit);
    const last = events.at(-1);
    const whole = last === undefined || last === kept.events.at(-1);
    return Promise.resolve({ after, events, checkpoint: whole ? kept.end : last.position });
  }

  /** How often something was published; hand it to `moved` so that nothing slips in between. */
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

  private newEra(): void {
    this.eras += 1;
    this.wake();
  }

  private wake(): void {
    this.publications += 1;
    for (const wake of [...this.waiting]) wake();
  }

  private trim(): void {
    const { kept } = this;
    if (kept === undefined || kept.events.length <= this.capacity) return;
    const dropped = kept.events.splice(0, kept.events.length - Math.ceil(this.capacity / 2));
    kept.start = dropped.at(-1)?.position ?? kept.start;
  }
}
