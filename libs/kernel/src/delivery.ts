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
    handle: (event: RecordedEvent, transaction: Transaction) => Promise<void>,
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
    handle: (event: RecordedEvent, transaction: Transaction) => Promise<void>,
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

/** What an `@EventPattern` handler gets beside the event. */
export interface EventContext<Transaction = unknown> {
  readonly group: string;
  /** Write rows through this and nothing else: it commits together with the checkpoint. */
  readonly transaction: Transaction;
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
