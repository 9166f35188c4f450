import type { Erased } from '@dittoo/kernel';
import type { OrderEvents } from './order.events.js';
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

/** A decided refund. `paid` once the processor reports it as paid back. */
export interface Refund {
  readonly refundId: string;
  readonly lines: OrderEvents['RefundDecided']['lines'];
  readonly amountMinor: number;
  readonly paid: boolean;
}

/** The payment and its refunds, in the order they were decided. */
export interface Payment {
  readonly paidMinor: number;
  readonly refunds: readonly Refund[];
}

interface Terms {
  readonly total: Money;
  readonly method: PaymentMethod;
  /** Set when the personnummer may be sent to the processor. */
  readonly personnummerGround: PersonnummerGround | null;
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
    return { stage: 'placed', total, method, personnummerGround };
  }
  if (state.stage === 'none') return state;
  const { total, method, personnummerGround } = state;
  const terms = { total, method, personnummerGround };
  const payment = paymentOf(state);
  switch (event.type) {
    case 'PaymentOpened':
      return { ...terms, stage: 'awaitingPayment' };
    case 'PaymentApproved':
      return { ...terms, stage: 'paid', payment: { paidMinor: event.data.amount.amountMinor, refunds: [] } };
    case 'PaymentDenied':
      return { ...terms, stage: 'paymentDenied', reason: event.data.reason };
    case 'OrderShipped':
      return payment === null ? state : { ...terms, stage: 'shipped', payment };
    case 'OrderCancelled':
      return { ...terms, stage: 'cancelled', payment };
    case 'RefundDecided': {
      const { refundId, lines, amount } = event.data;
      const refund = { refundId, lines, amountMinor: amount.amountMinor, paid: false };
      return withRefunds(state, (refunds) => [...refunds, refund]);
    }
    case 'RefundPaid':
      return withRefunds(state, (refunds) =>
        refunds.map((refund) => (refund.refundId === event.data.refundId ? { ...refund, paid: true } : refund)),
      );
    default:
      return state;
  }
};

const withRefunds = (state: PlacedOrderState, change: (refunds: readonly Refund[]) => readonly Refund[]): OrderState =>
  'payment' in state && state.payment !== null
    ? { ...state, payment: { ...state.payment, refunds: change(state.payment.refunds) } }
    : state;

/** `null` = not paid. */
export const paymentOf = (state: OrderState): Payment | null => ('payment' in state ? state.payment : null);

export const refundDecidedMinor = ({ refunds }: Payment): number =>
  refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

export const refundPaidMinor = ({ refunds }: Payment): number =>
  refunds.reduce((sum, { amountMinor, paid }) => sum + (paid ? amountMinor : 0), 0);

/** A cancelled order stays cancelled; otherwise a refund takes precedence over shipping. */
export const orderStatusOf = (state: PlacedOrderState): OrderStatus => {
  if (state.stage !== 'paid' && state.stage !== 'shipped') return state.stage;
  const refunded = refundPaidMinor(state.payment);
  if (refunded === 0) return state.stage;
  return refunded < state.payment.paidMinor ? 'partlyRefunded' : 'refunded';
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

/** A fully refunded order is not shipped any more. */
export const mayBeShipped = (state: OrderState): boolean => state.stage === 'paid' && refundableMinor(state) > 0;

export const mayBeCancelled = ({ stage }: OrderState): boolean =>
  stage !== 'none' && stage !== 'shipped' && stage !== 'cancelled';

/** The paid amount without decided refunds; 0 where nothing was paid. */
export const refundableMinor = (state: OrderState): number => {
  const payment = paymentOf(state);
  return payment === null ? 0 : payment.paidMinor - refundDecidedMinor(payment);
};
