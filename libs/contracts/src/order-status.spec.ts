/* Promised: every service that folds an order's events gets the same status, also after its keys are destroyed. */
import { describe, expect, it } from '@jest/globals';
import type { Erased } from '@dittoo/kernel';
import type { OrderEvent, OrderEvents } from './order.events.js';
import {
  evolveOrder,
  isInvoiceUnpaid,
  isOpenOrder,
  isSettledOrder,
  mayBeCancelled,
  mayBePaid,
  mayBeShipped,
  needsPersonnummer,
  noOrder,
  orderStatusOf,
  refundableMinor,
  type OrderState,
} from './order-status.js';

const gone: Erased = { erased: true, at: '2026-11-20T10:00:00.000Z', requestId: null };
const amount = (amountMinor: number) => ({ amountMinor, currency: 'SEK' });
const placed = (terms: Partial<OrderEvents['OrderPlaced']> = {}): OrderEvent => ({
  type: 'OrderPlaced',
  data: {
    lines: [{ sku: 'mugg', name: 'Mugg', quantity: 2, unitPriceMinor: 50, taxRate: 0.25 }],
    total: amount(100),
    paymentMethod: 'mondidoCard',
    personnummerGround: null,
    locale: 'sv',
    buyer: gone,
    recipient: gone,
    ...terms,
  },
});
const invoice = placed({ paymentMethod: 'paysonInvoice' });
const withNumber = placed({ paymentMethod: 'paysonInvoice', personnummerGround: 'secureIdentification' });
const checkout = { processorId: 'payson', paymentReference: 'p-1' };
const opened: OrderEvent = {
  type: 'PaymentOpened',
  data: { ...checkout, action: { kind: 'redirect', url: 'https://pay.example.org/p-1' } },
};
const approved: OrderEvent = { type: 'PaymentApproved', data: { ...checkout, amount: amount(100) } };
const denied: OrderEvent = { type: 'PaymentDenied', data: { processorId: 'payson', reason: 'denied' } };
const shipped: OrderEvent = { type: 'OrderShipped', data: { shippedAt: '2026-11-20T10:00:00.000Z' } };
const cancelled: OrderEvent = { type: 'OrderCancelled', data: { by: 'customer' } };
const decided = (refundId: string, minor: number): OrderEvent => ({
  type: 'RefundDecided',
  data: { refundId, lines: [{ sku: 'mugg', quantity: 1 }], amount: amount(minor), reason: gone },
});
const refunded = (refundId: string, minor: number): OrderEvent => ({
  type: 'RefundPaid',
  data: { refundId, amount: amount(minor) },
});
const paidBack = (minor: number): OrderEvent => ({
  type: 'RefundMadeAtProcessor',
  data: { ...checkout, amount: amount(minor) },
});
const half = [decided('r-1', 50), refunded('r-1', 50)];
const whole = [...half, decided('r-2', 50), refunded('r-2', 50)];

const after = (...events: readonly OrderEvent[]): OrderState => events.reduce(evolveOrder, noOrder);
const factsOf = (state: OrderState) => ({
  status: state.stage === 'none' ? null : orderStatusOf(state),
  open: isOpenOrder(state),
  settled: isSettledOrder(state),
  unpaidInvoice: isInvoiceUnpaid(state),
});

describe('the status of an order', () => {
  const no = { open: false, settled: false, unpaidInvoice: false };
  it.each([
    ['nothing', [], { ...no, status: null }],
    ['nothing, of an order that is not there', [approved, ...whole, shipped, cancelled], { ...no, status: null }],
    ['placed by card', [placed()], { ...no, status: 'placed', open: true }],
    ['placed on invoice', [invoice], { ...no, status: 'placed', open: true, unpaidInvoice: true }],
    ['opened', [invoice, opened], { ...no, status: 'awaitingPayment', open: true, unpaidInvoice: true }],
    ['paid', [invoice, opened, approved], { ...no, status: 'paid', open: true }],
    ['paid after a denial', [invoice, opened, denied, approved], { ...no, status: 'paid', open: true }],
    ['shipped', [invoice, approved, shipped], { ...no, status: 'shipped' }],
    ['shipped unpaid', [invoice, shipped], { ...no, status: 'placed', open: true, unpaidInvoice: true }],
    ['denied', [invoice, opened, denied], { ...no, status: 'paymentDenied', settled: true }],
    ['cancelled', [invoice, cancelled], { ...no, status: 'cancelled', settled: true }],
    [
      'cancelled and paid back',
      [placed(), approved, cancelled, ...whole],
      { ...no, status: 'cancelled', settled: true },
    ],
    ['a refund decided', [placed(), approved, decided('r-1', 100)], { ...no, status: 'paid', open: true }],
    ['half paid back', [placed(), approved, ...half], { ...no, status: 'partlyRefunded', open: true }],
    ['half paid back, then shipped', [placed(), approved, ...half, shipped], { ...no, status: 'partlyRefunded' }],
    ['all paid back', [placed(), approved, ...whole], { ...no, status: 'refunded', settled: true }],
    ['shipped, all paid back', [placed(), approved, shipped, ...whole], { ...no, status: 'refunded', settled: true }],
    ['the same refund twice', [placed(), approved, ...half, half[1]!], { ...no, status: 'partlyRefunded', open: true }],
    ['a refund nobody decided', [placed(), approved, refunded('r-9', 100)], { ...no, status: 'paid', open: true }],
  ] as [string, OrderEvent[], object][])('%s', (_name, events, expected) =>
    expect(factsOf(after(...events))).toEqual(expected),
  );

  it('needs the personnummer while an order with it is open or its invoice unpaid', () => {
    expect(needsPersonnummer(noOrder)).toBe(false);
    expect(needsPersonnummer(after(invoice))).toBe(false);
    expect(needsPersonnummer(after(withNumber))).toBe(true);
    expect(needsPersonnummer(after(withNumber, approved))).toBe(true);
    expect(needsPersonnummer(after(withNumber, approved, shipped))).toBe(false);
    expect(needsPersonnummer(after(withNumber, cancelled))).toBe(false);
  });

  it.each([
    ['nothing', [], [false, false, false, 0]],
    ['placed', [placed()], [true, false, true, 0]],
    ['denied', [placed(), denied], [true, false, true, 0]],
    ['paid', [placed(), approved], [false, true, true, 100]],
    ['paid, half to go back', [placed(), approved, decided('r-1', 50)], [false, true, true, 50]],
    ['paid, all to go back', [placed(), approved, decided('r-1', 100)], [false, false, true, 0]],
    ['paid, all paid back by the processor', [placed(), approved, paidBack(100)], [false, false, true, 100]],
    ['paid, half paid back by the processor', [placed(), approved, paidBack(50)], [false, true, true, 100]],
    ['shipped', [placed(), approved, shipped], [false, false, false, 100]],
    ['cancelled', [placed(), approved, cancelled], [false, false, false, 0]],
  ] as [string, OrderEvent[], unknown[]][])(
    'may still be paid, shipped, cancelled, refunded: %s',
    (_name, events, may) => {
      const state = after(...events);
      expect([mayBePaid(state), mayBeShipped(state), mayBeCancelled(state), refundableMinor(state)]).toEqual(may);
    },
  );

  it('is the same when it is stored as JSON after each event', () => {
    const stored = [withNumber, opened, approved, ...half, shipped, ...whole.slice(2)].reduce<OrderState>(
      (state, event) => evolveOrder(JSON.parse(JSON.stringify(state)) as OrderState, event),
      noOrder,
    );
    expect(stored).toEqual(after(withNumber, opened, approved, ...half, shipped, ...whole.slice(2)));
  });

  it('is not changed by an unknown event', () =>
    expect(after(placed(), { type: 'OrderPraised', data: {} } as never)).toEqual(after(placed())));
});
