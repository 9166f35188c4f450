import type { RecordedEvent } from './event.js';

/**
 * Keeps a row until the page's other work is done and writes it with the others of the same statement: this rebuilds a
 * read model ten times as fast.
 *
 * @param statement takes one array for each column, as `INSERT … SELECT … FROM unnest($1::uuid[], $2::text[])`
 * @param row one value for each column
 *
 * For rows that no other handler of the group looks at: they see it only once the page is done, or `written`.
 */
export type Gather = (statement: string, row: readonly unknown[]) => void;

/** Rows that the handlers of a page fold in memory and that are written together once all its events were handled. */
export interface PageRows<Transaction = unknown> {
  write(transaction: Transaction): Promise<void>;
}

/** Shared state of the handlers of one page; it ends with the page. */
export interface EventPage {
  readonly gather: Gather;
  /**
   * The page's rows of `owner`, made at its first event: a page costs few statements, however many events it has.
   *
   * For rows that no other handler of the group looks at: they see them only once the page is done, or `written`. Where
   * the writing fails, the page comes again event by event.
   */
  readonly fold: <Rows extends PageRows>(owner: object, make: () => Rows) => Rows;
  /** Writes what was gathered and folded so far: for a handler that must read the rows of earlier events. */
  readonly written: () => Promise<void>;
}

/** A stretch of the log: all events between two positions, or those of them that the group handles. */
export interface LogStretch {
  readonly source: 'log';
  /** The position before it. It is accepted only if that is the group's own checkpoint, so that no event is skipped. */
  readonly after: bigint | null;
  readonly events: readonly RecordedEvent[];
  /** The group's checkpoint once the stretch is handled. */
  readonly checkpoint: bigint;
}

/** An event with its place in a partition. */
export interface PartitionEvent {
  readonly offset: bigint;
  readonly event: RecordedEvent;
}

/** A stretch of one partition. Messages that are not events are not in it: `nextOffset` skips them. */
export interface PartitionStretch {
  readonly source: 'partition';
  readonly topic: string;
  readonly partition: number;
  /** The first offset read. The stretch is accepted only if the group has handled everything before it. */
  readonly from: bigint;
  readonly events: readonly PartitionEvent[];
  /** The offset after the last message read. */
  readonly nextOffset: bigint;
}

export type Stretch = LogStretch | PartitionStretch;

/**
 * The result of a stretch. `later` = nothing changed, retry the same after a pause. `elsewhere` = the group is not
 * where the stretch begins: drop what is in memory, ask the inbox for its checkpoint, read from there.
 */
export type DeliveryOutcome = 'done' | 'later' | 'elsewhere';

/** What a group does with its events. */
export interface GroupHandling<Transaction = unknown> {
  /** Whether the group has a handler of this type. Other events are skipped. */
  handles(type: string): boolean;
  /** Does `handle` write rows for this type? Default: for every type the group handles. */
  writes?(type: string): boolean;
  /**
   * Acts outside any transaction, before `handle`, for events not handled before: appends under derived event ids, so
   * that a repeat changes nothing. The events of a page are handled concurrently, those of one person in order. If it
   * fails, the stretch is retried, or its events one by one until the poisoned one is found.
   */
  react?(events: readonly RecordedEvent[]): Promise<void>;
  /** Writes rows, through the transaction in which the checkpoint moves. In order per stream. */
  handle(event: RecordedEvent, transaction: Transaction, page: EventPage): Promise<void>;
  /**
   * Called for an event that will never succeed. Resolves once the dead letter is stored; only then is its stream
   * parked.
   */
  poisoned(event: RecordedEvent, failure: string, error: unknown): Promise<void>;
}

/**
 * Delivers events to a group of handlers, from the log or from a partition: checkpoint, order guard, parked streams and
 * the handlers' rows are one transaction, so an effect happens once, however often an event arrives and by either
 * transport. A handler's error is either transient (`later`) or poison: its stream is parked, the others continue.
 *
 * The state of a group: everything up to its checkpoint is handled, and of each stream everything up to its revision.
 * Reading the log moves the checkpoint, reading partitions moves the revisions; each respects the other, so a group may
 * change its transport at any time.
 */
export abstract class Inbox<Transaction = unknown> {
  /** The position up to which everything is handled; `null` = nothing yet. */
  abstract checkpoint(group: string): Promise<bigint | null>;

  /**
   * When the oldest event was recorded that the group handles and has not handled; `null` = there is none. Measured in
   * the log, so it grows whatever keeps the group from it.
   */
  abstract unhandledSince(group: string, handles: (type: string) => boolean): Promise<string | null>;

  abstract deliver(group: string, stretch: Stretch, handling: GroupHandling<Transaction>): Promise<DeliveryOutcome>;

  /** Whether the group must read the log before partitions: it is new, or it read the log last. */
  abstract needsCatchUp(group: string): Promise<boolean>;

  /**
   * Handles the unhandled events of these stream categories in the log; from then on the group accepts stretches of
   * partitions.
   *
   * @param recordedBefore only those recorded before it, RFC 3339: what a transport should have delivered by now, and
   *   each one it had not is reported as healed
   */
  abstract catchUp(
    group: string,
    categories: readonly string[],
    handling: GroupHandling<Transaction>,
    signal: AbortSignal,
    recordedBefore?: string,
  ): Promise<'done' | 'later'>;

  /** The first unhandled offset; `null` = the group never read this partition. */
  abstract nextOffset(group: string, topic: string, partition: number): Promise<bigint | null>;

  /** Sets the offset, forwards or backwards. Handled events stay handled. */
  abstract place(group: string, topic: string, partition: number, offset: bigint): Promise<void>;

  /** Parked streams, which wait for an operator, oldest first. */
  abstract parkedStreams(): Promise<ParkedStream[]>;

  /** Which of these streams are parked, and in which groups: a parked stream has events that are not in rows. */
  abstract parkedAmong(streams: readonly string[]): Promise<ParkedPlace[]>;

  /**
   * Replays one parked stream: handles its waiting events in order, each in its own transaction, and unparks the stream
   * when none is left. Stops at the first event that fails again; handled events stay handled.
   *
   * Safe to repeat, also while the group is running.
   */
  abstract replayParked(group: string, stream: string, handling: GroupHandling<Transaction>): Promise<Replay>;
}

/** The group in which a stream is parked. */
export interface ParkedPlace {
  readonly group: string;
  readonly stream: string;
}

/** A stream that is parked in one group. */
export interface ParkedStream extends ParkedPlace {
  /** The error's class and code, never its message. */
  readonly failure: string;
  /** RFC 3339. */
  readonly parkedAt: string;
  /** How many of its events wait. */
  readonly waiting: number;
}

export interface Replay {
  readonly replayed: number;
  readonly waiting: number;
  /** Why it is parked again; `null` = it is not. */
  readonly failure: string | null;
}
