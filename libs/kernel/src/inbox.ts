import type { RecordedEvent } from './event.js';

/**
 * Keeps a row until the page's other work is done and writes it with the others of the same statement: a read model
 * that is built anew is built ten times as fast.
 *
 * @param statement takes one array for each column, as `INSERT … SELECT … FROM unnest($1::uuid[], $2::text[])`
 * @param row one value for each column
 *
 * For rows that no other handler of the group looks at: they see it only once the page is done, or `written`.
 */
export type Gather = (statement: string, row: readonly unknown[]) => void;

/** Rows that handlers of a page fold in code, and that are written together once all its events were handled. */
export interface PageRows<Transaction = unknown> {
  write(transaction: Transaction): Promise<void>;
}

/** What handlers of one page have together; it ends with the page. */
export interface EventPage {
  readonly gather: Gather;
  /**
   * The page's rows of `owner`, made at its first event: a page costs few statements, however many events it has.
   *
   * For rows that no other handler of the group looks at: they see them only once the page is done, or `written`. Where
   * the writing fails, the page comes again event by event.
   */
  readonly fold: <Rows extends PageRows>(owner: object, make: () => Rows) => Rows;
  /** Writes what was gathered and folded so far: for a handler that must find the rows of earlier events. */
  readonly written: () => Promise<void>;
}

/** A stretch of the log: everything in it between two positions, or of that what the group handles. */
export interface LogStretch {
  readonly source: 'log';
  /** The position it follows. It is taken only when that is the group's own checkpoint, so no hole is ever passed. */
  readonly after: bigint | null;
  readonly events: readonly RecordedEvent[];
  /** The group's checkpoint once the stretch is handled. */
  readonly checkpoint: bigint;
}

/** An event where it lies in a partition. */
export interface PartitionEvent {
  readonly offset: bigint;
  readonly event: RecordedEvent;
}

/** A stretch of one partition. Its events are the messages that are events: `nextOffset` passes over the others. */
export interface PartitionStretch {
  readonly source: 'partition';
  readonly topic: string;
  readonly partition: number;
  /** The first offset looked at. The stretch is taken only when the group has everything before it. */
  readonly from: bigint;
  readonly events: readonly PartitionEvent[];
  /** The offset after the last message looked at. */
  readonly nextOffset: bigint;
}

export type Stretch = LogStretch | PartitionStretch;

/**
 * What happened to a stretch. `later` = nothing moved, come again with the same after a pause. `elsewhere` = the group
 * does not stand where the stretch begins: forget what is in memory, ask the inbox where it stands, read from there.
 */
export type DeliveryOutcome = 'done' | 'later' | 'elsewhere';

/** What a group does with its events. */
export interface GroupHandling<Transaction = unknown> {
  /** Does the group have a handler of this type? Other events are passed over. */
  handles(type: string): boolean;
  /** Does `handle` write rows for this type? Default: for every type the group handles. */
  writes?(type: string): boolean;
  /**
   * Acts outside any transaction, before `handle`, for events not handled before: appends under derived event ids, so
   * that a repeat changes nothing. The events of a page come together, those of one person in order. When it fails, the stretch comes again, or its
   * events one by one until the poisoned one is found.
   */
  react?(events: readonly RecordedEvent[]): Promise<void>;
  /** Writes rows, through the transaction in which the checkpoint moves. In order per stream. */
  handle(event: RecordedEvent, transaction: Transaction, page: EventPage): Promise<void>;
  /** No try will get this event through. Resolves once it is kept elsewhere; only then is its stream parked. */
  poisoned(event: RecordedEvent, failure: string, error: unknown): Promise<void>;
}

/**
 * Takes events into a group of handlers, from the log or from a partition: checkpoint, order guard, parked streams and
 * the handlers' rows in one transaction, so an effect happens once however often an event comes, and by whichever
 * transport. An error of a handler is either transient (`later`) or poison: its stream is parked, the others go on.
 *
 * The truth of a group: everything up to its checkpoint is handled, and of each stream everything up to its revision.
 * Reading the log moves the checkpoint, reading partitions moves revisions; each respects the other, so a group may
 * change its transport at any time.
 */
export abstract class Inbox<Transaction = unknown> {
  /** Up to where in the log everything is handled; `null` = nothing yet. */
  abstract checkpoint(group: string): Promise<bigint | null>;

  abstract deliver(group: string, stretch: Stretch, handling: GroupHandling<Transaction>): Promise<DeliveryOutcome>;

  /** Must the group read the log before it reads partitions? It is new, or the log is what it read last. */
  abstract needsCatchUp(group: string): Promise<boolean>;

  /**
   * Handles what stands in the log of these stream categories and was not handled; from then on the group takes
   * stretches of partitions.
   */
  abstract catchUp(
    group: string,
    categories: readonly string[],
    handling: GroupHandling<Transaction>,
    signal: AbortSignal,
  ): Promise<'done' | 'later'>;

  /** The first offset not taken in; `null` = the group never read this partition. */
  abstract nextOffset(group: string, topic: string, partition: number): Promise<bigint | null>;

  /** Stands at `offset` from now on, forwards or backwards. What was handled stays handled. */
  abstract place(group: string, topic: string, partition: number, offset: bigint): Promise<void>;

  /** Streams that wait for a person, oldest first. */
  abstract parkedStreams(): Promise<ParkedStream[]>;

  /** Which of these streams stand still, and in which groups: one that does has events no row knows of. */
  abstract parkedAmong(streams: readonly string[]): Promise<ParkedPlace[]>;

  /**
   * Handles what waits of one parked stream, in order, each event in a transaction of its own, and lets the stream go on
   * when nothing waits any more. Stops at the first event that fails again; what is done stays done.
   *
   * Safe to repeat, and beside the running group.
   */
  abstract replayParked(group: string, stream: string, handling: GroupHandling<Transaction>): Promise<Replay>;
}

/** Where a stream stands still. */
export interface ParkedPlace {
  readonly group: string;
  readonly stream: string;
}

/** A stream that stands still in one group. */
export interface ParkedStream extends ParkedPlace {
  /** A word of ours: the error's class and code, never its message. */
  readonly failure: string;
  /** RFC 3339. */
  readonly parkedAt: string;
  /** How many of its events wait. */
  readonly waiting: number;
}

export interface Replay {
  readonly replayed: number;
  readonly waiting: number;
  /** Why it stands still again; `null` = it does not. */
  readonly failure: string | null;
}
