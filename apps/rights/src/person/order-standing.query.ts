import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { OrderStanding } from './order-standing.entity.js';

/** What a person's orders mean for a request. */
export interface OrderFacts {
  readonly openOrder: boolean;
  readonly openOrderIds: readonly string[];
  readonly unpaidInvoice: boolean;
  /** Something not settled was ordered with the personnummer. */
  readonly personnummerNeeded: boolean;
  /** When something paid that was ordered with the personnummer last went into the books; `null` = nothing was. */
  readonly personnummerPaidAt: string | null;
  /** RFC 3339; `null` = never ordered anything. */
  readonly lastBookedAt: string | null;
}

const open: ReadonlySet<OrderStanding['status']> = new Set(['placed', 'awaitingPayment', 'paid']);
const settled: ReadonlySet<OrderStanding['status']> = new Set(['cancelled', 'paymentDenied', 'refunded']);

const isUnpaidInvoice = ({ byInvoice, paid, status }: OrderStanding): boolean =>
  byInvoice && !paid && !settled.has(status);

export const orderFacts = (orders: readonly OrderStanding[]): OrderFacts => ({
  openOrder: orders.some(({ status }) => open.has(status)),
  openOrderIds: orders.filter(({ status }) => open.has(status)).map(({ orderId }) => orderId),
  unpaidInvoice: orders.some(isUnpaidInvoice),
  personnummerNeeded: orders.some(
    (order) => order.personnummerGround !== null && (open.has(order.status) || isUnpaidInvoice(order)),
  ),
  personnummerPaidAt: lastBooked(orders.filter(({ paid, personnummerGround }) => paid && personnummerGround !== null)),
  lastBookedAt: lastBooked(orders),
});

const lastBooked = (orders: readonly OrderStanding[]): string | null =>
  orders.length === 0 ? null : new Date(Math.max(...orders.map(({ bookedAt }) => +bookedAt))).toISOString();

@Injectable()
export class OrderStandings {
  constructor(private readonly rows: DataSource) {}

  /** @param transaction a handler's, to see what it has taken in just before */
  async of(subjectId: string, transaction: EntityManager = this.rows.manager): Promise<OrderFacts> {
    return orderFacts(await transaction.findBy(OrderStanding, { subjectId }));
  }
}
