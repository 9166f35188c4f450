import type { DeliveryRecipient, OrderEvents } from '@dittoo/contracts';
import { EventStore, recordedAs, streamName, type Delivered, type OrderId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { SealedValues, type Opened } from './sealed-values.query.js';

type RefundDecided = Delivered<OrderEvents, 'RefundDecided'>['data'];

/** An order by its stream, without personal data. */
export interface OrderFacts {
  readonly placed: Omit<OrderEvents['OrderPlaced'], 'buyer' | 'recipient'>;
  readonly cancelled: boolean;
  /** Refunds in the order they were decided. */
  readonly refunds: readonly RefundDecided[];
}

/** Reads orders from their streams in the event store, at the moment of the attempt. */
@Injectable()
export class Orders {
  constructor(
    private readonly store: EventStore,
    private readonly sealed: SealedValues,
  ) {}

  /** `null` = there is no such order. */
  async facts(orderId: OrderId): Promise<OrderFacts | null> {
    let placed: OrderFacts['placed'] | null = null;
    let cancelled = false;
    const refunds: RefundDecided[] = [];
    for await (const recorded of this.store.readStream(streamName('order', orderId))) {
      const event = recordedAs<OrderEvents>(recorded);
      if (event.type === 'OrderPlaced') placed = event.data;
      if (event.type === 'OrderCancelled') cancelled = true;
      if (event.type === 'RefundDecided') refunds.push(event.data);
    }
    return placed === null ? null : { placed, cancelled, refunds };
  }

  /** Who the order goes to. `null` = its key is destroyed. */
  async recipient(orderId: OrderId): Promise<Opened<DeliveryRecipient> | null> {
    for await (const recorded of this.store.readStream(streamName('order', orderId))) {
      if (recorded.type === 'OrderPlaced') return this.sealed.open<DeliveryRecipient>(recorded, 'recipient');
    }
    return null;
  }
}
