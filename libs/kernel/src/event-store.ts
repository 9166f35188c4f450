import type { NewEvent, RecordedEvent } from './event.js';

export interface AppendResult {
  /** Revision of the last event written. */
  readonly revision: bigint;
}

export interface ReadStreamOptions {
  /** First revision to return; default: the start (forwards) or the end (backwards). */
  readonly fromRevision?: bigint;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
}

export interface ReadAllOptions {
  /** Return what stands after this position; `null` = from the start. */
  readonly after: bigint | null;
  /** Events per page, default 1000. */
  readonly limit?: number;
  /** Stream categories to return; default all. */
  readonly categories?: readonly string[];
}

/** One page of the whole log. */
export interface LogPage {
  /** What the page follows: nothing stands between this and its first event that is not in it. `null` = the start. */
  readonly after: bigint | null;
  readonly events: readonly RecordedEvent[];
  /** Everything up to here was looked at: resume here even when a filter left `events` empty. `null` = nothing yet. */
  readonly checkpoint: bigint | null;
}

export interface SubscribeOptions extends ReadAllOptions {
  /** Ends the subscription; the iteration then returns without an error. */
  readonly signal: AbortSignal;
}

/**
 * The log. A port in the shape of what PostgreSQL and EventStoreDB can both keep: one stream per append,
 * positions that grow but need not be dense. Abstract class, so that it is its own injection token.
 */
export abstract class EventStore {
  /** Are positions 0, 1, 2 and so on, none missing? Then a hole is damage, and a position may be reckoned. */
  readonly densePositions: boolean = false;

  /**
   * Appends `events` to one stream if it still stands at `expectedRevision`; all of them or none.
   *
   * @param expectedRevision last revision read, or `'no-stream'`
   * @throws RevisionConflict somebody was faster: read again, decide again
   * @throws DomainError `invalid-characters`, `payload-too-large` an event that no store keeps (`requireStorable`)
   * @throws EventStoreUnavailable nothing is known about the outcome: repeat with the same event ids
   *
   * Safe to repeat with the same event ids: the second time answers like the first.
   */
  abstract append(
    stream: string,
    events: readonly NewEvent[],
    expectedRevision: bigint | 'no-stream',
  ): Promise<AppendResult>;

  /** Events of one stream, a page at a time underneath; an unknown stream is empty. */
  abstract readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;

  /**
   * One page of the whole log in position order. Never passes an event that has not committed yet. Without `categories`
   * it is empty at the end only.
   *
   * @param options.after `null`, or a position or checkpoint this store gave: others need not be one
   */
  abstract readAll(options: ReadAllOptions): Promise<LogPage>;

  /**
   * Resolves once `readAll` shows everything that was acknowledged before this call. At once where positions are given
   * with the append; where they come afterwards, when they have.
   *
   * @throws EventStoreUnavailable they do not come: whoever must not miss anything stops here
   */
  async settled(): Promise<void> {}

  /**
   * Follows the log: pages until the end, then waits for more. Never skips, never repeats within one subscription,
   * reconnects by itself; ends only by `signal`.
   */
  abstract subscribeToAll(options: SubscribeOptions): AsyncIterable<LogPage>;
}

/** The stream is not where the writer believed. `actualRevision` is what it stands at now, `null` = does not exist. */
export class RevisionConflict extends Error {
  constructor(
    readonly stream: string,
    readonly expectedRevision: bigint | 'no-stream',
    readonly actualRevision: bigint | null,
  ) {
    super(`revision conflict on ${stream}: expected ${expectedRevision}, is ${actualRevision ?? 'no stream'}`);
    this.name = 'RevisionConflict';
  }
}

/** The store did not answer; the outcome is unknown. Repeat with the same event ids. */
export class EventStoreUnavailable extends Error {
  constructor(cause?: unknown) {
    super('the event store does not answer', { cause });
    this.name = 'EventStoreUnavailable';
  }
}
