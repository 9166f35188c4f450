import type { Erased } from '@dittoo/kernel';
import {
  refundDecidedMinor,
  notChargedMinor,
  refundPaidMinor,
  reserved,
  settled,
  withRefund,
  type Payment,
} from './order-payment.js';
import type { OrderEvents, PaymentDiscrepancy } from './order.events.js';
import type { Money, PaymentMethod, PersonnummerGround } from './vocabulary.js';

export const orderStatuses = [
  'placed',
  'awaitingPayment',
  'paid',
  'shipped',
  'cancelled',
  'partlyRefunded',
  'refunded',
  'paymentDenied',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

interface Terms {
  readonly total: Money;
  readonly method: PaymentMethod;
  /** Set when the personnummer may be sent to the processor. */
  readonly personnummerGround: PersonnummerGround | null;
  /** The processor keeps nothing of a payment that is not to be paid any more. */
  readonly released: boolean;
  /** The kinds that are open. */
  readonly discrepancies: readonly PaymentDiscrepancy[];
}

export type PlacedOrderState =
  | (Terms & { readonly stage: 'placed' | 'awaitingPayment' })
  | (Terms & { readonly stage: 'paymentDenied'; readonly reason: OrderEvents['PaymentDenied']['reason'] })
  | (Terms & { readonly stage: 'paid' | 'shipped'; readonly payment: Payment })
  | (Terms & { readonly stage: 'cancelled'; readonly payment: Payment | null });

/**
 * The state of one order: ids, amounts and codes, no personal data, so it may be stored as JSON. The stage decides what
 * may happen next; `orderStatusOf` is the status shown to people.
 */
export type OrderState = { readonly stage: 'none' } | PlacedOrderState;

export const noOrder: OrderState = { stage: 'none' };

/** An order event by its plain fields, so that sealed, opened and erased events fold alike. */
export type PlainOrderEvent = {
  readonly [Type in keyof OrderEvents]: {
    readonly type: Type;
    readonly data: {
      readonly [
        Field in keyof OrderEvents[Type] as Erased extends OrderEvents[Type][Field] ? never : Field
      ]: OrderEvents[Type][Field];
    };
  };
}[keyof OrderEvents];

/**
 * Folds the events of `order-<id>`, in their order. An event that does not fit, or of an unknown type, changes nothing.
 */
export const evolveOrder = (state: OrderState, event: PlainOrderEvent): OrderState => {
  if (event.type === 'OrderPlaced') {
    const { total, paymentMethod: method, personnummerGround } = event.data;
    return { stage: 'placed', total, method, personnummerGround, released: false, discrepancies: [] };
  }
  if (state.stage === 'none') return state;
  const { total, method, personnummerGround, released, discrepancies } = state;
  const terms = { total, method, personnummerGround, released, discrepancies };
  const payment = paymentOf(state);
  switch (event.type) {
    case 'PaymentOpened':
      return { ...terms, stage: 'awaitingPayment' };
    case 'PaymentApproved':
      return { ...terms, stage: 'paid', payment: reserved(total.amountMinor), released: false };
    case 'PaymentDenied':
      return { ...terms, stage: 'paymentDenied', reason: event.data.reason };
    case 'PaymentCaptured':
      return withPayment(state, (paid) => ({ ...paid, capturedMinor: event.data.amount.amountMinor }));
    case 'PaymentReleased':
      return { ...state, released: true };
    case 'OrderShipped':
      return payment === null ? state : { ...terms, stage: 'shipped', payment };
    case 'OrderCancelled':
      return { ...terms, stage: 'cancelled', payment };
    case 'RefundDecided':
      return withPayment(state, (paid) => withRefund(paid, event.data));
    case 'RefundPaid':
      return withPayment(state, (paid) => settled(paid, event.data.refundId, 'paid'));
    case 'ChargeReduced':
      return withPayment(state, (paid) => settled(paid, event.data.refundId, 'notCharged'));
    case 'RefundMadeAtProcessor': {
      const { amountMinor } = event.data.amount;
      return withPayment(state, (paid) => ({ ...paid, unclaimedMinor: paid.unclaimedMinor + amountMinor }));
    }
    case 'PaymentDiscrepancyFound': {
      const { kind } = event.data;
      const open = [...without(discrepancies, kind), kind];
      return { ...state, discrepancies: open, released: released && kind !== 'paidAfterCancellation' };
    }
    case 'PaymentDiscrepancyResolved':
      return { ...state, discrepancies: without(discrepancies, event.data.kind) };
    default:
      return state;
  }
};

const without = (kinds: readonly PaymentDiscrepancy[], kind: PaymentDiscrepancy): readonly PaymentDiscrepancy[] =>
  kinds.filter((open) => open !== kind);

const withPayment = (state: PlacedOrderState, change: (payment: Payment) => Payment): OrderState =>
  'payment' in state && state.payment !== null ? { ...state, payment: change(state.payment) } : state;

/** `null` = not paid. */
export const paymentOf = (state: OrderState): Payment | null => ('payment' in state ? state.payment : null);

/**
 * A cancelled order stays cancelled; otherwise a refund takes precedence over shipping. What was never charged is no
 * refund that the customer received, unless nothing is left to pay.
 */
export const orderStatusOf = (state: PlacedOrderState): OrderStatus => {
  if (state.stage !== 'paid' && state.stage !== 'shipped') return state.stage;
  const refunded = refundPaidMinor(state.payment);
  if (refunded + notChargedMinor(state.payment) >= state.payment.paidMinor) return 'refunded';
  return refunded === 0 ? state.stage : 'partlyRefunded';
};

/** Whether something is still to be paid or shipped. After a partial refund the rest is still to be shipped. */
export const isOpenOrder = (state: OrderState): boolean =>
  state.stage === 'placed' ||
  state.stage === 'awaitingPayment' ||
  (state.stage === 'paid' && orderStatusOf(state) !== 'refunded');

/** Whether nothing more is owed: cancelled, denied, or fully paid back. */
export const isSettledOrder = (state: OrderState): boolean =>
  state.stage === 'cancelled' ||
  state.stage === 'paymentDenied' ||
  ((state.stage === 'paid' || state.stage === 'shipped') && orderStatusOf(state) === 'refunded');

/** Whether an invoice is unpaid and not settled, so that the claim remains. A card payment is not an invoice. */
export const isInvoiceUnpaid = (state: OrderState): boolean =>
  state.stage !== 'none' && state.method !== 'mondidoCard' && paymentOf(state) === null && !isSettledOrder(state);

/** Whether the order still needs the personnummer. */
export const needsPersonnummer = (state: OrderState): boolean =>
  state.stage !== 'none' && state.personnummerGround !== null && (isOpenOrder(state) || isInvoiceUnpaid(state));

/** An approval after a denial counts: the customer tried again, and the processor's latest result applies. */
export const mayBePaid = ({ stage }: OrderState): boolean =>
  stage === 'placed' || stage === 'awaitingPayment' || stage === 'paymentDenied';

/** A fully refunded order is not shipped any more, whether the shop paid it back or the processor did by itself. */
export const mayBeShipped = (state: OrderState): boolean =>
  state.stage === 'paid' && refundableMinor(state) > 0 && orderStatusOf(state) !== 'refunded';

export const mayBeCancelled = ({ stage }: OrderState): boolean =>
  stage !== 'none' && stage !== 'shipped' && stage !== 'cancelled';

/** The paid amount without decided refunds; 0 where nothing was paid, or nothing is kept anyway. */
export const refundableMinor = (state: OrderState): number => {
  const payment = paymentOf(state);
  return payment === null || state.stage === 'cancelled' ? 0 : payment.paidMinor - refundDecidedMinor(payment);
};

/**
 * What the processor is to keep of the payment in the end. Every command about it says this, and none says what to
 * change: it may be repeated, may come late, and needs no other before it.
 */
export const keptMinor = (state: PlacedOrderState): number => {
  switch (state.stage) {
    case 'placed':
    case 'awaitingPayment':
      return state.total.amountMinor;
    case 'paid':
    case 'shipped':
      return refundableMinor(state);
    case 'paymentDenied':
    case 'cancelled':
      return 0;
  }
};

/** What went back to the customer: of a cancelled order all that had been taken, once it is released. */
export const paidBackMinor = (state: PlacedOrderState): number => {
  const payment = paymentOf(state);
  if (payment === null) return 0;
  const isAll = state.stage === 'cancelled' && state.released;
  return isAll ? (payment.capturedMinor ?? 0) : refundPaidMinor(payment);
};
