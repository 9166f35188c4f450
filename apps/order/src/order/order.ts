import type { Money, OrderEvent, OrderEvents, OrderLine, PaymentAction, PaymentMethod } from '@dittoo/contracts';

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

/** What came in, and what of it is to go back. */
export interface Payment {
  readonly paidMinor: number;
  readonly refunds: readonly Refund[];
}

interface Terms {
  readonly lines: readonly OrderLine[];
  readonly total: Money;
  readonly method: PaymentMethod;
}

/** One order. Stream `order-<id>`. What may happen next hangs on the stage; what a customer is told is `statusOf`. */
export type Order =
  | { readonly stage: 'none' }
  | (Terms & { readonly stage: 'placed' })
  | (Terms & { readonly stage: 'awaitingPayment'; readonly action: PaymentAction })
  | (Terms & { readonly stage: 'paymentDenied'; readonly reason: OrderEvents['PaymentDenied']['reason'] })
  | (Terms & { readonly stage: 'paid' | 'shipped'; readonly payment: Payment })
  | (Terms & { readonly stage: 'cancelled'; readonly payment: Payment | null });

export type PlacedOrder = Exclude<Order, { stage: 'none' }>;

export const noOrder: Order = { stage: 'none' };

/** `null` = no money came in. */
export const paymentOf = (order: Order): Payment | null => ('payment' in order ? order.payment : null);

export const decidedMinor = ({ refunds }: Payment): number =>
  refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

export const refundedMinor = ({ refunds }: Payment): number =>
  refunds.reduce((sum, { amountMinor, paid }) => sum + (paid ? amountMinor : 0), 0);

/** A cancelled order stays cancelled and money that went back outweighs the parcel: it says more about what is left. */
export const statusOf = (order: PlacedOrder): OrderStatus => {
  if (order.stage !== 'paid' && order.stage !== 'shipped') return order.stage;
  const refunded = refundedMinor(order.payment);
  if (refunded === 0) return order.stage;
  return refunded < order.payment.paidMinor ? 'partlyRefunded' : 'refunded';
};

/** Looks at plain fields only, so it folds sealed events as well as opened ones. */
export const evolve = (order: Order, event: OrderEvent): Order => {
  if (event.type === 'OrderPlaced') {
    const { lines, total, paymentMethod: method } = event.data;
    return { stage: 'placed', lines, total, method };
  }
  if (order.stage === 'none') return order;
  const { lines, total, method } = order;
  const terms = { lines, total, method };
  const payment = paymentOf(order);
  switch (event.type) {
    case 'PaymentOpened':
      return { ...terms, stage: 'awaitingPayment', action: event.data.action };
    case 'PaymentApproved':
      return { ...terms, stage: 'paid', payment: { paidMinor: event.data.amount.amountMinor, refunds: [] } };
    case 'PaymentDenied':
      return { ...terms, stage: 'paymentDenied', reason: event.data.reason };
    case 'OrderShipped':
      return payment === null ? order : { ...terms, stage: 'shipped', payment };
    case 'OrderCancelled':
      return { ...terms, stage: 'cancelled', payment };
    case 'RefundDecided': {
      const { refundId, lines: refunded, amount } = event.data;
      const refund = { refundId, lines: refunded, amountMinor: amount.amountMinor, paid: false };
      return withRefunds(order, (refunds) => [...refunds, refund]);
    }
    case 'RefundPaid':
      return withRefunds(order, (refunds) =>
        refunds.map((refund) => (refund.refundId === event.data.refundId ? { ...refund, paid: true } : refund)),
      );
  }
};

const withRefunds = (order: Order, change: (refunds: readonly Refund[]) => readonly Refund[]): Order =>
  'payment' in order && order.payment !== null
    ? { ...order, payment: { ...order.payment, refunds: change(order.payment.refunds) } }
    : order;
