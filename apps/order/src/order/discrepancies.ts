import {
  paymentOf,
  refundDecidedMinor,
  refundPaidMinor,
  type Money,
  type OrderEvent,
  type PaymentDiscrepancy,
} from '@dittoo/contracts';
import { evolved, type PlacedOrder } from './order.js';

export const found = (
  kind: PaymentDiscrepancy,
  { amount, processorId }: { readonly processorId: string; readonly amount: Money | null },
  failure: string | null = null,
): OrderEvent => ({ type: 'PaymentDiscrepancyFound', data: { kind, processorId, amount, failure } });

const isAmountDifferent = (order: PlacedOrder): boolean =>
  order.stage === 'paymentDenied' && order.reason === 'amountDiffers';

/** Does it stand, by what the order knows? Every kind ends by a fact or an act; none is forgotten. */
export const stands: { readonly [K in PaymentDiscrepancy]: (order: PlacedOrder) => boolean } = {
  releasedAtProcessor: (order) =>
    order.stage === 'shipped'
      ? order.released
      : order.stage === 'paymentDenied' && order.reason === 'releasedAtProcessor',
  unknownAtProcessor: ({ stage }) => stage !== 'cancelled',
  unexpectedStatus: ({ stage }) => stage !== 'cancelled',
  approvedForLess: (order) => isAmountDifferent(order) && !order.released,
  paidAfterCancellation: ({ released, stage }) => stage === 'cancelled' && !released,
  capturedForLess: (order) => {
    const payment = paymentOf(order);
    if (payment === null || payment.capturedMinor === null) return false;
    return payment.paidMinor - payment.capturedMinor > refundDecidedMinor(payment);
  },
  capturedForMore: (order) => {
    const payment = paymentOf(order);
    return payment !== null && (payment.capturedMinor ?? 0) - refundPaidMinor(payment) > payment.paidMinor;
  },
  refundedAtProcessor: (order) => (paymentOf(order)?.unclaimedMinor ?? 0) > 0,
  notCaptured: (order) => order.stage === 'shipped' && order.payment.capturedMinor === null && !order.released,
  notReleased: (order) => (order.stage === 'cancelled' || isAmountDifferent(order)) && !order.released,
  refundNotPaid: (order) => (paymentOf(order)?.refunds ?? []).some(({ status }) => status === 'decided'),
};

/** The processor has to show the payment again, as it should be. */
const settledBySight: readonly PaymentDiscrepancy[] = ['unknownAtProcessor', 'unexpectedStatus'];

/**
 * The events without discrepancies that are open already, and with the end of those that no longer stand.
 *
 * @param seen has the processor just shown the payment?
 */
export const withDiscrepancies = (
  events: readonly OrderEvent[],
  order: PlacedOrder,
  seen: boolean,
): readonly OrderEvent[] => {
  const kinds = events.flatMap((event) => (event.type === 'PaymentDiscrepancyFound' ? [event.data.kind] : []));
  const fresh = events.filter(
    (event) => event.type !== 'PaymentDiscrepancyFound' || !order.discrepancies.includes(event.data.kind),
  );
  const after = evolved(order, fresh);
  const resolved = order.discrepancies.filter(
    (kind) => !kinds.includes(kind) && (!stands[kind](after) || (seen && settledBySight.includes(kind))),
  );
  return [...fresh, ...resolved.map((kind): OrderEvent => ({ type: 'PaymentDiscrepancyResolved', data: { kind } }))];
};
