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
  /** Return events after this position; `null` = from the start. */
  readonly after: bigint | null;
  /** Events per page, default 1000. */
  readonly limit?: number;
  /** Stream categories to return; default all. */
  readonly categories?: readonly string[];
}

/** One page of the whole log. */
export interface LogPage {
  /** The position before the page: no matching event lies between it and the page's first. `null` = the start. */
  readonly after: bigint | null;
  readonly events: readonly RecordedEvent[];
  /** Everything up to here was scanned: resume here even if the filter left `events` empty. `null` = nothing yet. */
  readonly checkpoint: bigint | null;
}

export interface SubscribeOptions extends ReadAllOptions {
  /** Ends the subscription; the iteration then returns without an error. */
  readonly signal: AbortSignal;
}

/**
 * The log. A port that both PostgreSQL and EventStoreDB can implement: one stream per append,
 * positions that grow but need not be dense. Abstract class, so that it is its own injection token.
 */
export abstract class EventStore {
  /**
   * Whether positions are 0, 1, 2 and so on, with none missing. If so, a hole is damage, and positions may be
   * calculated.
   */
  readonly densePositions: boolean = false;

  /**
   * Appends `events` to one stream if its last revision is still `expectedRevision`; all of them or none.
   *
   * @param expectedRevision last revision read, or `'no-stream'`
   * @throws RevisionConflict another append came first: read again, decide again
   * @throws DomainError `invalid-characters`, `payload-too-large` an event that no store accepts (`requireStorable`)
   * @throws EventStoreUnavailable the outcome is unknown: repeat with the same event ids
   *
   * Safe to repeat with the same event ids: the second call returns the same result.
   */
  abstract append(
    stream: string,
    events: readonly NewEvent[],
    expectedRevision: bigint | 'no-stream',
  ): Promise<AppendResult>;

  /** Events of one stream, read in pages; an unknown stream is empty. */
  abstract readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;

  /**
   * One page of the whole log in position order. Never passes an event that has not committed yet. Without `categories`
   * it is empty only at the end of the log.
   *
   * @param options.after `null`, or a position or checkpoint from this store; other numbers need not be a position
   */
  abstract readAll(options: ReadAllOptions): Promise<LogPage>;

  /**
   * Resolves once `readAll` returns everything that was acknowledged before this call: at once where the append assigns
   * positions, otherwise when the sequencer has assigned them.
   *
   * @throws EventStoreUnavailable positions are not assigned: a caller that must not miss an event stops here
   */
  async settled(): Promise<void> {}

  /**
   * Follows the log: pages until the end, then waits for more. Never skips, never repeats within one subscription,
   * reconnects by itself; ends only by `signal`.
   */
  abstract subscribeToAll(options: SubscribeOptions): AsyncIterable<LogPage>;
}

/**
 * The stream is not at the expected revision. `actualRevision` is its current last revision, `null` = it does not
 * exist.
 */
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
