import { keptMinor, paymentOf, type OrderEvent, type PaymentDiscrepancy } from '@dittoo/contracts';
import { found } from './discrepancies.js';
import { evolved, type PlacedOrder } from './order.js';
import { payBack, release, take, type Observation } from './settlement.js';

/*
 * What each observation of a payment means for the order, by how far its money is. The table is total by type: a status or
 * a position without a meaning does not compile. Each cell moves the order, changes nothing because nothing is new, or
 * finds a discrepancy.
 */

type Position = 'unpaid' | 'denied' | 'reserved' | 'shippedReserved' | 'captured' | 'cancelled';

type Meaning = (observed: Observation, order: PlacedOrder) => OrderEvent[];

const positionOf = (order: PlacedOrder): Position => {
  switch (order.stage) {
    case 'placed':
    case 'awaitingPayment':
      return 'unpaid';
    case 'paymentDenied':
      return 'denied';
    case 'cancelled':
      return 'cancelled';
    case 'paid':
      return order.payment.capturedMinor === null ? 'reserved' : 'captured';
    case 'shipped':
      return order.payment.capturedMinor === null ? 'shippedReserved' : 'captured';
  }
};

const nothing: Meaning = () => [];

const discrepancy =
  (kind: PaymentDiscrepancy): Meaning =>
  (observed) => [found(kind, observed)];

const unexpected: Meaning = (observed) => [found('unexpectedStatus', observed, observed.status)];

const deny =
  (reason: 'denied' | 'expired' | 'releasedAtProcessor'): Meaning =>
  ({ processorId }) => [{ type: 'PaymentDenied', data: { processorId, reason } }];

const isForAnotherAmount = (order: PlacedOrder): boolean =>
  order.stage === 'paymentDenied' && order.reason === 'amountDiffers';

/** A smaller amount or another currency is not the payment of this order; forwarding releases it. */
const approve: Meaning = (observed, order) => {
  const { amount, paymentReference, processorId } = observed;
  if (amount === null) return [];
  if (amount.currency === order.total.currency && amount.amountMinor >= order.total.amountMinor) {
    return [{ type: 'PaymentApproved', data: { processorId, paymentReference, amount } }];
  }
  if (isForAnotherAmount(order)) return [];
  const denied: OrderEvent = { type: 'PaymentDenied', data: { processorId, reason: 'amountDiffers' } };
  return [denied, found('approvedForLess', observed)];
};

const isPaidBack = ({ amount, refundedMinor }: Observation): boolean =>
  amount !== null && refundedMinor >= amount.amountMinor;

/** Some ways to pay take the money at once. What is paid back already when it is first seen pays for nothing. */
const approveAndTake: Meaning = (observed, order) => {
  if (isPaidBack(observed)) {
    if (isForAnotherAmount(order)) return release(observed, order);
    return order.stage === 'paymentDenied' ? [] : deny('releasedAtProcessor')(observed, order);
  }
  const approved = approve(observed, order);
  const paid = evolved(order, approved);
  return paid.stage === 'paid' ? [...approved, ...take(observed, paid)] : approved;
};

const releaseIfForAnotherAmount: Meaning = (observed, order) =>
  isForAnotherAmount(order) ? release(observed, order) : [];

/** The shop did not release it. The goods are still here, and stay. */
const lose =
  (kind: PaymentDiscrepancy): Meaning =>
  (observed) => [
    { type: 'PaymentDenied', data: { processorId: observed.processorId, reason: 'releasedAtProcessor' } },
    found(kind, observed),
  ];

/** Right where everything was refunded before it was taken; otherwise the goods are gone and nothing is paid. */
const loseAfterShipment: Meaning = (observed, order) => [
  ...release(observed, order),
  ...(keptMinor(order) === 0 ? [] : [found('releasedAtProcessor', observed)]),
];

/** Was there anything to release? An order cancelled unpaid just expires. */
const releaseIfPaid: Meaning = (observed, order) =>
  paymentOf(order) !== null || order.discrepancies.length > 0 ? release(observed, order) : [];

/** The payment of before the cancellation is being released; one made after it is released as well. */
const payTooLate: Meaning = (observed, order) => {
  if (isPaidBack(observed)) return release(observed, order);
  return paymentOf(order) === null || order.released ? [found('paidAfterCancellation', observed)] : [];
};

export const meanings: { readonly [P in Position]: { readonly [S in Observation['status']]: Meaning } } = {
  unpaid: {
    pending: nothing,
    approved: approve,
    captured: approveAndTake,
    cancelled: deny('denied'), // the customer gave up there
    denied: deny('denied'),
    expired: deny('expired'),
    notFound: deny('expired'),
  },
  // The customer may have tried again.
  denied: {
    pending: nothing,
    approved: approve,
    captured: approveAndTake,
    cancelled: releaseIfForAnotherAmount,
    denied: releaseIfForAnotherAmount,
    expired: releaseIfForAnotherAmount,
    notFound: releaseIfForAnotherAmount,
  },
  reserved: {
    pending: unexpected,
    approved: nothing,
    captured: take,
    cancelled: lose('releasedAtProcessor'),
    denied: lose('releasedAtProcessor'),
    expired: lose('releasedAtProcessor'),
    notFound: lose('unknownAtProcessor'),
  },
  shippedReserved: {
    pending: unexpected,
    approved: nothing,
    captured: take,
    cancelled: loseAfterShipment,
    denied: loseAfterShipment,
    expired: loseAfterShipment,
    notFound: discrepancy('unknownAtProcessor'),
  },
  captured: {
    pending: unexpected,
    approved: unexpected,
    captured: payBack,
    cancelled: unexpected,
    denied: unexpected,
    expired: unexpected,
    notFound: discrepancy('unknownAtProcessor'),
  },
  cancelled: {
    pending: nothing,
    approved: payTooLate,
    captured: payTooLate,
    cancelled: releaseIfPaid,
    denied: releaseIfPaid,
    expired: releaseIfPaid,
    notFound: releaseIfPaid,
  },
};

export const observe = (observed: Observation, order: PlacedOrder): OrderEvent[] =>
  meanings[positionOf(order)][observed.status](observed, order);
