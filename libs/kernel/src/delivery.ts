import type { RecordedEvent } from './event.js';
import type { EventStore } from './event-store.js';
import type { Erased } from './personal.js';
import type { Envelope } from './sealer.js';

/** Puts what the relay read on the road. Resolves when the road has it. */
export abstract class EventPublisher {
  /**
   * @param events in position order
   * Safe to repeat: consumers drop what they have seen.
   */
  abstract publish(events: readonly RecordedEvent[]): Promise<void>;
}

/**
 * This event can never be published: nothing that can be written down, or too large, which only an event can be that was
 * appended before stores refused such. Record it, raise an alarm, publish the others.
 */
export class Unpublishable extends Error {
  constructor(
    readonly event: RecordedEvent,
    readonly reason: 'too-large' | 'unserialisable',
  ) {
    super(`the event at position ${event.position} cannot be published: ${reason}`);
    this.name = 'Unpublishable';
  }
}

/**
 * Keeps a row until the chunk's other work is done and writes it with the others of the same statement: a read model
 * that is built anew is built ten times as fast.
 *
 * @param statement takes one array for each column, as `INSERT … SELECT … FROM unnest($1::uuid[], $2::text[])`
 * @param row one value for each column
 *
 * For rows that no other handler of the group looks at: they see it only once the chunk is done.
 */
export type Gather = (statement: string, row: readonly unknown[]) => void;

/** What happened to a delivered chunk. `later` = nothing was changed, come again after a pause. */
export type DeliveryOutcome = 'done' | 'later';

/**
 * Takes a chunk into a consumer group: checkpoint, order guard and the handler's row changes in one transaction, so an
 * effect happens once however often the chunk comes. `Transaction` is what handlers write through.
 */
export abstract class Inbox<Transaction = unknown> {
  /** Where the group stands; `null` = nothing seen yet. */
  abstract checkpoint(group: string): Promise<bigint | null>;

  /**
   * @param handle called for each event not seen before, in order per stream; an error it throws is either transient
   * (answer `later`) or poison (the stream is parked, an alert goes out, the rest goes on)
   * @param checkpoint the group's checkpoint once the chunk is done
   */
  abstract deliver(
    group: string,
    events: readonly RecordedEvent[],
    checkpoint: bigint,
    handle: (event: RecordedEvent, transaction: Transaction, gather: Gather) => Promise<void>,
  ): Promise<DeliveryOutcome>;

  /** What waits for somebody to look, oldest first. */
  abstract parkedStreams(): Promise<ParkedStream[]>;

  /**
   * Handles what waits of one parked stream, in order, each in a transaction of its own, and lets the stream go on when
   * nothing waits any more. Stops at the first event that fails again; what is done stays done.
   *
   * @param store where the events are read back from, by their position
   *
   * Safe to repeat, and beside the running group.
   */
  abstract replayParked(
    group: string,
    stream: string,
    store: EventStore,
    handle: (event: RecordedEvent, transaction: Transaction, gather: Gather) => Promise<void>,
  ): Promise<Replay>;
}

/** A stream that stands still in one group. */
export interface ParkedStream {
  readonly group: string;
  readonly stream: string;
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

/** An event where it lies in a partition. */
export interface PartitionEvent {
  readonly offset: bigint;
  readonly event: RecordedEvent;
}

/** A stretch of one partition. Its events are those that are one: `nextOffset` passes over the rest. */
export interface PartitionChunk {
  readonly topic: string;
  readonly partition: number;
  readonly events: readonly PartitionEvent[];
  /** The offset after the last message looked at. */
  readonly nextOffset: bigint;
}

/** What a group does with its events. */
export interface GroupHandling<Transaction = unknown> {
  /** Does the group have a handler of this type? The others only count. */
  handles(type: string): boolean;
  handle(event: RecordedEvent, transaction: Transaction, gather: Gather): Promise<void>;
  /** An event no try will get through. Resolves once it is kept elsewhere; only then is its stream parked. */
  poisoned(event: RecordedEvent, failure: string, error: unknown): Promise<void>;
}

/**
 * The inbox of a road with partitions and offsets (Kafka), where the road itself may repeat, and may have lost what was
 * put on it: how far each stream was taken in decides, not the offset. One transaction holds the offset, the streams'
 * revisions and the handlers' rows.
 *
 * A revision that is missing is read from the log; a stream whose event is poison is parked.
 */
export abstract class PartitionInbox<Transaction = unknown> {
  /** The first offset not taken in; `null` = the group never read this partition. */
  abstract nextOffset(group: string, topic: string, partition: number): Promise<bigint | null>;

  abstract deliver(
    group: string,
    chunk: PartitionChunk,
    handling: GroupHandling<Transaction>,
  ): Promise<DeliveryOutcome>;

  /** Stands at `offset` from now on, forwards or backwards. What was taken in stays taken in. */
  abstract place(group: string, topic: string, partition: number, offset: bigint): Promise<void>;

  /** Did the group ever read from a partition? If not, `catchUp` first: the road is shorter than the log. */
  abstract isNew(group: string): Promise<boolean>;

  /** Takes in, from the log, what stands there of these stream categories and was not taken in before. */
  abstract catchUp(
    group: string,
    categories: readonly string[],
    handling: GroupHandling<Transaction>,
    signal: AbortSignal,
  ): Promise<DeliveryOutcome>;

  /** As `Inbox.parkedStreams`. */
  abstract parkedStreams(): Promise<ParkedStream[]>;

  /** As `Inbox.replayParked`; the log is at hand. */
  abstract replayParked(group: string, stream: string, handling: GroupHandling<Transaction>): Promise<Replay>;
}

/** What an `@EventPattern` handler gets beside the event. */
export interface EventContext<Transaction = unknown> {
  readonly group: string;
  /** Write rows through this and nothing else: it commits together with the checkpoint. */
  readonly transaction: Transaction;
  readonly gather: Gather;
}

/** An event of `Events` as delivered: plain fields readable, personal fields still envelopes. */
export type Delivered<Events, Type extends keyof Events & string = keyof Events & string> = {
  [T in Type]: Omit<RecordedEvent, 'type' | 'data'> & {
    readonly type: T;
    readonly data: {
      readonly [Field in keyof Events[T]]: Erased extends Events[T][Field] ? Envelope : Events[T][Field];
    };
  };
}[Type];
