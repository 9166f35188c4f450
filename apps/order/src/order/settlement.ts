import {
  paymentOf,
  refundDecidedMinor,
  refundPaidMinor,
  type ForwardingEvents,
  type Money,
  type OrderEvent,
  type Payment,
} from '@dittoo/contracts';
import { found } from './discrepancies.js';
import { evolved, type PlacedOrder } from './order.js';

/** A payment as the processor shows it. */
export interface Observation {
  readonly processorId: string;
  readonly paymentReference: string;
  readonly status: ForwardingEvents['PaymentStatusRead']['status'] | 'notFound';
  /** `null` where the processor does not know the payment. */
  readonly amount: Money | null;
  /** All that was paid back so far. */
  readonly refundedMinor: number;
}

/** What the processor took less than the order costs; 0 while nothing is taken. */
const notTakenMinor = ({ capturedMinor, paidMinor }: Payment): number =>
  capturedMinor === null ? 0 : Math.max(0, paidMinor - capturedMinor);

/**
 * The decided refunds that the processor's figures cover. It tells sums, not single refunds: what it took less, and then
 * what it paid back, covers the oldest first.
 */
const covered = (
  { total: { currency } }: PlacedOrder,
  { refunds }: Payment,
  notTaken: number,
  refundedMinor: number,
): OrderEvent[] => {
  const events: OrderEvent[] = [];
  let sumMinor = 0;
  for (const { amountMinor, refundId, status } of refunds) {
    sumMinor += amountMinor;
    if (sumMinor > notTaken + refundedMinor) break;
    if (status !== 'decided') continue;
    const data = { refundId, amount: { amountMinor, currency } };
    events.push({ type: sumMinor <= notTaken ? 'ChargeReduced' : 'RefundPaid', data });
  }
  return events;
};

/** The processor took the money. */
export const take = (observed: Observation, order: PlacedOrder): OrderEvent[] => {
  const { amount, paymentReference, processorId } = observed;
  if (amount === null) return [];
  const taken: OrderEvent = { type: 'PaymentCaptured', data: { processorId, paymentReference, amount } };
  return [taken, ...payBack(observed, evolved(order, [taken]))];
};

/** The processor paid money back, by a refund of the shop or without one. */
export const payBack = (observed: Observation, order: PlacedOrder): OrderEvent[] => {
  const { paymentReference, processorId, refundedMinor } = observed;
  const payment = paymentOf(order);
  if (payment === null) return [];
  const events = covered(order, payment, notTakenMinor(payment), refundedMinor);
  const moreMinor = refundedMinor - refundPaidMinor(paymentOf(evolved(order, events)) ?? payment);
  if (moreMinor > 0) {
    const amount = { amountMinor: moreMinor, currency: order.total.currency };
    events.push({ type: 'RefundMadeAtProcessor', data: { processorId, paymentReference, amount } });
    events.push(found('refundedAtProcessor', { processorId, amount }));
  }
  if ((payment.capturedMinor ?? 0) - refundedMinor > payment.paidMinor) events.push(found('capturedForMore', observed));
  if (notTakenMinor(payment) > refundDecidedMinor(payment)) events.push(found('capturedForLess', observed));
  return events;
};

/** A refund just decided that the processor has paid back already, or never took, is done: nothing is paid back twice. */
export const claim = (order: PlacedOrder): OrderEvent[] => {
  const payment = paymentOf(order);
  return payment === null ? [] : covered(order, payment, notTakenMinor(payment), refundPaidMinor(payment));
};

/** The processor keeps nothing; where it never took anything, no decided refund was ever charged. */
export const release = (
  { paymentReference, processorId, refundedMinor }: Observation,
  order: PlacedOrder,
): OrderEvent[] => {
  if (order.released) return [];
  const payment = paymentOf(order);
  const released: OrderEvent = { type: 'PaymentReleased', data: { processorId, paymentReference } };
  if (payment === null) return [released];
  const refunds =
    payment.capturedMinor === null
      ? covered(order, payment, payment.paidMinor, 0)
      : covered(order, payment, notTakenMinor(payment), refundedMinor);
  return [released, ...refunds];
};
