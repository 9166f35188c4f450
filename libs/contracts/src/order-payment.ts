import type { OrderEvents } from './order.events.js';

/** A decided refund: `notCharged` or `paid` once the processor's figures cover it. */
export interface Refund {
  readonly refundId: string;
  readonly lines: OrderEvents['RefundDecided']['lines'];
  readonly amountMinor: number;
  readonly status: 'decided' | 'notCharged' | 'paid';
}

/** An approved payment and its refunds, in the order they were decided. */
export interface Payment {
  /** What the order costs. The customer pays no more, whatever was reserved. */
  readonly paidMinor: number;
  /** What the processor took; `null` = it is reserved. */
  readonly capturedMinor: number | null;
  /** Paid back at the processor, and claimed by no refund of the shop so far. */
  readonly unclaimedMinor: number;
  readonly refunds: readonly Refund[];
}

export const reserved = (paidMinor: number): Payment => ({
  paidMinor,
  capturedMinor: null,
  unclaimedMinor: 0,
  refunds: [],
});

export const refundDecidedMinor = ({ refunds }: Payment): number => sumOf(refunds);

/** What the processor has paid back. */
export const refundPaidMinor = ({ refunds, unclaimedMinor }: Payment): number =>
  sumOf(refunds.filter(({ status }) => status === 'paid')) + unclaimedMinor;

/** What was decided as a refund before it was taken. */
export const notChargedMinor = ({ refunds }: Payment): number =>
  sumOf(refunds.filter(({ status }) => status === 'notCharged'));

const sumOf = (refunds: readonly Refund[]): number => refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

export const withRefund = (
  payment: Payment,
  { refundId, lines, amount: { amountMinor } }: Pick<OrderEvents['RefundDecided'], 'refundId' | 'lines' | 'amount'>,
): Payment => ({ ...payment, refunds: [...payment.refunds, { refundId, lines, amountMinor, status: 'decided' }] });

/** A refund that was paid back claims first what went back without a decision: nothing is paid back twice. */
export const settled = (payment: Payment, refundId: string, status: 'notCharged' | 'paid'): Payment => {
  const refund = payment.refunds.find((one) => one.refundId === refundId);
  if (refund === undefined || refund.status !== 'decided') return payment;
  const claimedMinor = status === 'paid' ? Math.min(payment.unclaimedMinor, refund.amountMinor) : 0;
  return {
    ...payment,
    unclaimedMinor: payment.unclaimedMinor - claimedMinor,
    refunds: payment.refunds.map((one) => (one === refund ? { ...one, status } : one)),
  };
};
