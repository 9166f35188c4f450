import {
  evolveOrder,
  noOrder,
  type DeliveryRecipient,
  type OrderEvents,
  type OrderState,
  type PlacedOrderState,
} from '@dittoo/contracts';
import { EventStore, recordedAs, streamName, type OrderId, type RecordedEvent } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { SealedValues, type Opened } from './sealed-values.query.js';
import { readWhole } from './streams.js';

/** An order read from its stream, without personal data: its status, and the data to open its payment. */
export type OrderFacts = PlacedOrderState & Pick<OrderEvents['OrderPlaced'], 'lines' | 'locale'>;

/** An order as it was read, who it goes to still sealed. */
export interface ReadOrder {
  readonly facts: OrderFacts;
  readonly placed: RecordedEvent;
}

/** Reads orders from their streams in the event store, at the moment of the attempt. */
@Injectable()
export class Orders {
  constructor(
    private readonly store: EventStore,
    private readonly sealed: SealedValues,
  ) {}

  /** `null` = there is no such order. */
  async read(orderId: OrderId): Promise<ReadOrder | null> {
    let state: OrderState = noOrder;
    let placed: RecordedEvent | null = null;
    for (const recorded of await readWhole(this.store, streamName('order', orderId))) {
      if (recorded.type === 'OrderPlaced') placed = recorded;
      state = evolveOrder(state, recordedAs<OrderEvents>(recorded));
    }
    if (state.stage === 'none' || placed === null) return null;
    const event = recordedAs<OrderEvents>(placed);
    if (event.type !== 'OrderPlaced') return null;
    const { lines, locale } = event.data;
    return { facts: { ...state, lines, locale }, placed };
  }

  /** The order's recipient. `null` = its key is destroyed. */
  async recipient({ placed }: ReadOrder): Promise<Opened<DeliveryRecipient> | null> {
    return this.sealed.open<DeliveryRecipient>(placed, 'recipient');
  }
}
