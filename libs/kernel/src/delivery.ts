import type { RecordedEvent } from './event.js';

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
}
