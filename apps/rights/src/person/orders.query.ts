import {
  evolveOrder,
  isInvoiceUnpaid,
  isOpenOrder,
  needsPersonnummer,
  noOrder,
  paymentOf,
  type OrderEvents,
  type OrderState,
} from '@dittoo/contracts';
import { EventStore, recordedAs, streamId, type RecordedEvent } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { foldStreams } from './stream-folds.js';
import { SubjectStreams, type SubjectStream } from './subject-streams.js';

/** The facts about a person's orders that matter for a request. */
export interface OrderFacts {
  readonly openOrder: boolean;
  readonly openOrderIds: readonly string[];
  readonly unpaidInvoice: boolean;
  /** Whether an unsettled order uses the personnummer. */
  readonly personnummerNeeded: boolean;
  /** When a paid order that uses the personnummer was last shipped, cancelled or refunded; `null` = never. */
  readonly personnummerSettledAt: string | null;
  /** RFC 3339; `null` = no order so far. */
  readonly lastBookedAt: string | null;
}

/** An order, and those of its times that begin a period. */
export interface BookedOrder {
  readonly state: OrderState;
  readonly bookedAt: string | null;
  readonly settledAt: string | null;
}

export const noBookedOrder: BookedOrder = { state: noOrder, bookedAt: null, settledAt: null };

const settling: ReadonlySet<string> = new Set(['OrderShipped', 'OrderCancelled', 'RefundPaid', 'PaymentReleased']);

/** Every event of an order counts as an entry in the books. */
export const evolveBookedOrder = (order: BookedOrder, recorded: RecordedEvent): BookedOrder => {
  const state = evolveOrder(order.state, recordedAs<OrderEvents>(recorded));
  const { recordedAt } = recorded.metadata;
  return { state, bookedAt: recordedAt, settledAt: settling.has(recorded.type) ? recordedAt : order.settledAt };
};

/** @param orders by order id */
export const orderFacts = (orders: ReadonlyMap<string, BookedOrder>): OrderFacts => {
  const all = [...orders.values()];
  const openOrderIds = [...orders].flatMap(([orderId, { state }]) => (isOpenOrder(state) ? [orderId] : []));
  const withPersonnummer = all.filter(
    ({ state }) => state.stage !== 'none' && state.personnummerGround !== null && paymentOf(state) !== null,
  );
  return {
    openOrder: openOrderIds.length > 0,
    openOrderIds,
    unpaidInvoice: all.some(({ state }) => isInvoiceUnpaid(state)),
    personnummerNeeded: all.some(({ state }) => needsPersonnummer(state)),
    personnummerSettledAt: latest(withPersonnummer.map(({ settledAt }) => settledAt)),
    lastBookedAt: latest(all.map(({ bookedAt }) => bookedAt)),
  };
};

const latest = (times: readonly (string | null)[]): string | null =>
  times.reduce((one, other) => (one === null || (other !== null && other > one) ? other : one), null);

/**
 * A person's orders from their streams, read to their end: an acknowledged order counts even if no transport has
 * delivered it yet.
 */
@Injectable()
export class Orders {
  constructor(
    private readonly streams: SubjectStreams,
    private readonly store: EventStore,
  ) {}

  /** @throws EventStoreUnavailable the log does not settle: nothing can be decided now */
  async of(subjectId: string): Promise<OrderFacts> {
    return this.among(subjectId, await this.streams.of(subjectId));
  }

  /** The same, if the person's streams are already known. */
  async among(subjectId: string, streams: readonly SubjectStream[]): Promise<OrderFacts> {
    const orders = await foldStreams(this.store, subjectId, streams, 'order', noBookedOrder, evolveBookedOrder);
    return orderFacts(new Map(orders.map(({ state, stream }) => [streamId(stream), state])));
  }
}
