import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';

/** An event as the server stores it: bytes with their description. */
export interface KeptEvent {
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  readonly contentType: string;
  /** Base64. */
  readonly data: string;
  readonly metadata: string;
  readonly created: string;
  readonly revision: number;
  readonly position: number;
}

export type ProposedEvent = Pick<KeptEvent, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;
export type ExpectedRevision = bigint | 'any' | 'no-stream' | 'stream-exists';

export type Appended =
  | { readonly ok: true; readonly revision: number; readonly position: number }
  /** `null` = the stream does not exist. */
  | { readonly ok: false; readonly current: number | null };

/** Bytes a record takes in the log besides its data. */
const recordBytes = 217;
/** After this many appended events comes one of the server's own (its statistics). */
const ownEventEvery = 20;

/**
 * The log of the sandbox: a list, validated and numbered as the server does. Positions are byte offsets.
 *
 * With a file, every append is on disk before it is acknowledged, one line each; a line cut off by a kill was never
 * acknowledged and is dropped.
 */
export class SandboxLog {
  readonly events: KeptEvent[] = [];
  private readonly streams = new Map<string, KeptEvent[]>();
  private readonly waiting = new Set<() => void>();
  private readonly file: number | null;
  private end = 0;

  constructor(path: string | null = null) {
    if (path !== null) this.load(path);
    this.file = path === null ? null : openSync(path, 'a');
    if (this.events.length === 0) this.writeOwnEvent();
  }

  stream(name: string): readonly KeptEvent[] {
    return this.streams.get(name) ?? [];
  }

  /** Index in `events` of the first event after `position`. */
  indexAfter(position: number): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.events[middle]!.position <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  append(stream: string, expected: ExpectedRevision, proposed: readonly ProposedEvent[]): Appended {
    const history = this.stream(stream);
    const last = history.length - 1;
    const conflict: Appended = { ok: false, current: last < 0 ? null : last };
    if (expected === 'stream-exists' && last < 0) return conflict;
    if (typeof expected === 'bigint' || expected === 'no-stream') {
      const before = expected === 'no-stream' ? -1n : expected;
      if (before > BigInt(last)) return conflict;
      if (before < BigInt(last)) {
        // The same ids at the same revision are the same append, received twice.
        const from = Number(before) + 1;
        if (!proposed.every(({ id }, index) => history[from + index]?.id === id)) return conflict;
        const written = history[from + proposed.length - 1]!;
        return { ok: true, revision: written.revision, position: written.position };
      }
    }
    const created = String(BigInt(Date.now()) * 10_000n);
    const kept = proposed.map((event, index) => this.next({ ...event, stream, created, revision: last + 1 + index }));
    this.keep(kept);
    if (this.events.length % ownEventEvery < kept.length) this.writeOwnEvent();
    for (const wake of [...this.waiting]) wake();
    const written = kept.at(-1)!;
    return { ok: true, revision: written.revision, position: written.position };
  }

  /** Changes the log as a person with access to the server's disk could; in memory only. */
  rewrite(change: (events: readonly KeptEvent[]) => readonly KeptEvent[]): void {
    const changed = change([...this.events]);
    this.events.length = 0;
    this.streams.clear();
    this.take(changed);
  }

  /** Resolves at the next append, or when `signal` aborts. */
  grown(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
  }

  close(): void {
    if (this.file !== null) closeSync(this.file);
  }

  private writeOwnEvent(): void {
    const stream = '$stats-127.0.0.1:2113';
    const data = Buffer.from('{"proc-id":1}').toString('base64');
    const own = {
      id: '00000000-0000-4000-8000-000000000000',
      type: '$statsCollected',
      contentType: 'application/json',
    };
    const revision = this.stream(stream).length;
    this.keep([this.next({ ...own, stream, data, metadata: '', created: '0', revision })]);
  }

  private next(event: Omit<KeptEvent, 'position'>): KeptEvent {
    const position = this.end;
    this.end += recordBytes + event.data.length + event.metadata.length;
    return { ...event, position };
  }

  private keep(events: readonly KeptEvent[]): void {
    if (this.file !== null) {
      writeSync(this.file, `${JSON.stringify(events)}\n`);
      fsyncSync(this.file);
    }
    this.take(events);
  }

  private take(events: readonly KeptEvent[]): void {
    for (const event of events) {
      this.events.push(event);
      const history = this.streams.get(event.stream);
      if (history === undefined) this.streams.set(event.stream, [event]);
      else history.push(event);
    }
  }

  private load(path: string): void {
    if (!existsSync(path)) return;
    const bytes = readFileSync(path);
    const whole = bytes.lastIndexOf('\n') + 1;
    if (whole < bytes.length) truncateSync(path, whole);
    for (const line of bytes.toString('utf8', 0, whole).split('\n')) {
      if (line !== '') this.take(JSON.parse(line) as KeptEvent[]);
    }
    const last = this.events.at(-1);
    if (last !== undefined) this.end = last.position + recordBytes + last.data.length + last.metadata.length;
  }
}
