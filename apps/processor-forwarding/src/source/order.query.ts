import {
  evolveOrder,
  noOrder,
  type DeliveryRecipient,
  type OrderEvents,
  type OrderState,
  type PlacedOrderState,
} from '@dittoo/contracts';
import { EventStore, recordedAs, streamName, type OrderId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { SealedValues, type Opened } from './sealed-values.query.js';

/** An order read from its stream, without personal data: its status, and the data to open its payment. */
export type OrderFacts = PlacedOrderState & Pick<OrderEvents['OrderPlaced'], 'lines' | 'locale'>;

/** Reads orders from their streams in the event store, at the moment of the attempt. */
@Injectable()
export class Orders {
  constructor(
    private readonly store: EventStore,
    private readonly sealed: SealedValues,
  ) {}

  /** `null` = there is no such order. */
  async facts(orderId: OrderId): Promise<OrderFacts | null> {
    let state: OrderState = noOrder;
    let placed: Pick<OrderEvents['OrderPlaced'], 'lines' | 'locale'> | null = null;
    for await (const recorded of this.store.readStream(streamName('order', orderId))) {
      const event = recordedAs<OrderEvents>(recorded);
      if (event.type === 'OrderPlaced') placed = event.data;
      state = evolveOrder(state, event);
    }
    if (state.stage === 'none' || placed === null) return null;
    return { ...state, lines: placed.lines, locale: placed.locale };
  }

  /** The order's recipient. `null` = its key is destroyed. */
  async recipient(orderId: OrderId): Promise<Opened<DeliveryRecipient> | null> {
    for await (const recorded of this.store.readStream(streamName('order', orderId))) {
      if (recorded.type === 'OrderPlaced') return this.sealed.open<DeliveryRecipient>(recorded, 'recipient');
    }
    return null;
  }
}
