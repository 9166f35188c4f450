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

/** Money that is to go back. `paid` once the processor says that it went. */
export interface Refund {
  readonly refundId: string;
  readonly lines: OrderEvents['RefundDecided']['lines'];
  readonly amountMinor: number;
  readonly paid: boolean;
}

/** What came in, and what of it is to go back; refunds in the order they were decided. */
export interface Payment {
  readonly paidMinor: number;
  readonly refunds: readonly Refund[];
}

interface Terms {
  readonly total: Money;
  readonly method: PaymentMethod;
  /** Set when the personnummer may go along to the processor. */
  readonly personnummerGround: PersonnummerGround | null;
}

export type PlacedOrderState =
  | (Terms & { readonly stage: 'placed' | 'awaitingPayment' })
  | (Terms & { readonly stage: 'paymentDenied'; readonly reason: OrderEvents['PaymentDenied']['reason'] })
  | (Terms & { readonly stage: 'paid' | 'shipped'; readonly payment: Payment })
  | (Terms & { readonly stage: 'cancelled'; readonly payment: Payment | null });

/**
 * What became of one order: ids, amounts and words of ours, nothing personal, so it may be stored as JSON. What may
 * happen next depends on the stage; what people are told is `orderStatusOf`.
 */
export type OrderState = { readonly stage: 'none' } | PlacedOrderState;

export const noOrder: OrderState = { stage: 'none' };

/** An order event by its plain fields, so that a sealed, an opened and an erased one are the same thing. */
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
 * Folds the events of `order-<id>`, in their order. An event that does not fit, or of a type not known yet, changes nothing.
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

/** `null` = no money came in. */
export const paymentOf = (state: OrderState): Payment | null => ('payment' in state ? state.payment : null);

export const refundDecidedMinor = ({ refunds }: Payment): number =>
  refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

export const refundPaidMinor = ({ refunds }: Payment): number =>
  refunds.reduce((sum, { amountMinor, paid }) => sum + (paid ? amountMinor : 0), 0);

/** A cancelled order stays cancelled; otherwise money that went back says more than that the parcel was sent. */
export const orderStatusOf = (state: PlacedOrderState): OrderStatus => {
  if (state.stage !== 'paid' && state.stage !== 'shipped') return state.stage;
  const refunded = refundPaidMinor(state.payment);
  if (refunded === 0) return state.stage;
  return refunded < state.payment.paidMinor ? 'partlyRefunded' : 'refunded';
};

/** Is something still to be paid or sent? A refund of a part leaves the rest to be sent. */
export const isOpenOrder = (state: OrderState): boolean =>
  state.stage === 'placed' ||
  state.stage === 'awaitingPayment' ||
  (state.stage === 'paid' && orderStatusOf(state) !== 'refunded');

/** Nothing more is owed for it: cancelled, denied, or all of it paid back. */
export const isSettledOrder = (state: OrderState): boolean =>
  state.stage === 'cancelled' ||
  state.stage === 'paymentDenied' ||
  ((state.stage === 'paid' || state.stage === 'shipped') && orderStatusOf(state) === 'refunded');

/** Bought on credit, not paid and not settled: the claim is still alive. A card is no invoice. */
export const isInvoiceUnpaid = (state: OrderState): boolean =>
  state.stage !== 'none' && state.method !== 'mondidoCard' && paymentOf(state) === null && !isSettledOrder(state);

/** Ordered with the personnummer, and not over yet. */
export const needsPersonnummer = (state: OrderState): boolean =>
  state.stage !== 'none' && state.personnummerGround !== null && (isOpenOrder(state) || isInvoiceUnpaid(state));

/** An approval after a denial counts: the customer tried again, and the processor's last word holds. */
export const mayBePaid = ({ stage }: OrderState): boolean =>
  stage === 'placed' || stage === 'awaitingPayment' || stage === 'paymentDenied';

/** An order whose money is all to go back is not sent any more. */
export const mayBeShipped = (state: OrderState): boolean => state.stage === 'paid' && refundableMinor(state) > 0;

export const mayBeCancelled = ({ stage }: OrderState): boolean =>
  stage !== 'none' && stage !== 'shipped' && stage !== 'cancelled';

/** What was paid and not yet decided to go back; 0 where nothing was paid. */
export const refundableMinor = (state: OrderState): number => {
  const payment = paymentOf(state);
  return payment === null ? 0 : payment.paidMinor - refundDecidedMinor(payment);
};
