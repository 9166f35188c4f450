import type { EventMetadata, RecordedEvent, SubjectOf } from './event.js';
import type { LogPage } from './event-store.js';
import type { EventPage } from './inbox.js';
import type { Erased } from './personal.js';
import type { Envelope } from './sealer.js';

/** Takes the events the relay read to the groups of handlers. */
export abstract class EventPublisher {
  /** Which transport this is: the relay has a checkpoint for each, since one has had what another has not. */
  abstract readonly transport: string;

  /**
   * Resolves when the transport has the page.
   *
   * Safe to repeat: groups drop what they have handled.
   *
   * @throws Unpublishable one of the events cannot travel; what stands before it may have been sent already
   */
  abstract publish(page: LogPage): Promise<void>;

  /** A relay begins behind `after`, the first time or again: what was kept of earlier pages is dropped. */
  began(_after: bigint | null): void {}

  /** No relay publishes here any more: another process has the lease, or the connection to the log is lost. */
  ended(): void {}
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

/** What the handler of an event gets beside the event. */
export interface EventContext<Transaction = unknown, Acted = unknown> extends EventPage {
  readonly group: string;
  /** Write rows through this and nothing else: it commits together with the checkpoint. */
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

/** A delivered event of whatever type: what a handler of several types takes. */
export type AnyDelivered = Omit<RecordedEvent, 'data'> & { readonly data: object };

/**
 * Every event of the house by its type. Empty here: `libs/contracts` enters the events of its maps, so that what is generic
 * (`Handles`) knows them without importing them.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface is what can be added to
export interface EventTypes {}
