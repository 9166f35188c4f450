import type { EventMetadata, RecordedEvent, SubjectOf } from './event.js';
import type { LogPage } from './event-store.js';
import type { EventPage } from './inbox.js';
import type { Erased } from './personal.js';
import type { Envelope } from './sealer.js';

/** Publishes the events the relay read to the consumer groups. */
export abstract class EventPublisher {
  /** The name of the transport. The relay has a checkpoint for each, because each has its own progress. */
  abstract readonly transport: string;

  /**
   * Resolves when the transport has the page.
   *
   * Safe to repeat: groups drop events they have handled.
   *
   * @throws Unpublishable one of the events cannot be published; those before it may have been sent already
   */
  abstract publish(page: LogPage): Promise<void>;

  /** Resolves once the transport can take events; rejects with the reason of `signal` once that is aborted. */
  ready(_signal?: AbortSignal): Promise<void> {
    return Promise.resolve();
  }

  /** What the transport lacks, which only an operator can make; empty = nothing is known to be missing. */
  get missing(): readonly string[] {
    return [];
  }

  /** A relay starts after position `after`, the first time or again: pages kept in memory are dropped. */
  began(_after: bigint | null): void {}

  /** This process no longer relays: another process has the lease, or the connection to the log is lost. */
  ended(): void {}
}

/**
 * This event can never be published: it cannot be serialised, or it is too large (only possible for events appended
 * before stores refused such). Park it, raise an alarm, publish the others.
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

/** What an event's handler gets besides the event. */
export interface EventContext<Transaction = unknown, Acted = unknown> extends EventPage {
  readonly group: string;
  /** Write rows only through this manager: it commits together with the checkpoint. */
  readonly transaction: Transaction;
  /** What the reactor of the same type in this group returned for this event; `undefined` where there is none. */
  readonly acted?: Acted;
}

/** An event of `Events` as delivered: plain fields readable, personal fields still envelopes. */
export type Delivered<Events, Type extends keyof Events & string = keyof Events & string> = {
  [T in Type]: Omit<RecordedEvent, 'type' | 'data' | 'metadata'> & {
    readonly type: T;
    readonly metadata: Omit<EventMetadata, 'dataSubjectId'> & { readonly dataSubjectId: SubjectOf<Events[T]> };
    readonly data: {
      readonly [Field in keyof Events[T] as Field & string]: Erased extends Events[T][Field]
        ? Envelope
        : Events[T][Field];
    };
  };
}[Type];

/** A delivered event of any type, for a handler of several types. */
export type AnyDelivered = Omit<RecordedEvent, 'data'> & { readonly data: object };

/**
 * Every event by its type. Empty here: `libs/contracts` adds its events, so that generic code (`Handles`) can use their
 * types without an import.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface is what can be added to
export interface EventTypes {}
