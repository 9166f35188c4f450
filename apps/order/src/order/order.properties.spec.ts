import { describe, expect, it } from '@jest/globals';
import { orderStatusOf, paymentOf, refundDecidedMinor, refundPaidMinor, type OrderEvent } from '@dittoo/contracts';
import { DomainError, fold } from '@dittoo/kernel';
import fc from 'fast-check';
import { orderDecider, type OrderCommand } from './order.decider.js';

const skus = ['mugg', 'handduk', 'pladd'];
const address = { street: 'Storgatan 1', postalCode: '411 01', city: 'Göteborg', country: 'SE' };
const quantities = fc.array(fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 4 }) }), {
  minLength: 1,
  maxLength: 4,
});
const checkout = { processorId: 'payson', paymentReference: 'p-1' };

const place = fc
  .uniqueArray(
    fc.record({
      sku: fc.constantFrom(...skus),
      name: fc.constant('Sak'),
      quantity: fc.integer({ min: 1, max: 3 }),
      unitPriceMinor: fc.integer({ min: 1, max: 50_000 }),
      taxRate: fc.constant(0.25),
    }),
    { minLength: 1, maxLength: 3, selector: ({ sku }) => sku },
  )
  .map((lines): OrderCommand => ({
    type: 'PlaceOrder',
    lines,
    currency: 'SEK',
    method: 'paysonInvoice',
    personnummerGround: null,
    deliveryAddress: address,
    customer: {
      givenName: 'Astrid',
      familyName: 'Exempel',
      email: 'astrid@example.org',
      phone: null,
      address: null,
      locale: 'sv',
      personnummerGround: null,
    },
  }));

const anyCommand: fc.Arbitrary<OrderCommand> = fc.oneof(
  fc.constant<OrderCommand>({
    type: 'OpenPayment',
    ...checkout,
    action: { kind: 'redirect', url: 'https://pay.example.org/p-1' },
  }),
  fc.constantFrom(1, 1_000_000).map((amountMinor): OrderCommand => ({
    type: 'ApprovePayment',
    ...checkout,
    amount: { amountMinor, currency: 'SEK' },
  })),
  fc
    .constantFrom('denied' as const, 'expired' as const, 'refusedByPolicy' as const)
    .map((reason): OrderCommand => ({ type: 'DenyPayment', processorId: 'payson', reason })),
  fc.constant<OrderCommand>({ type: 'ShipOrder', shippedAt: '2026-11-20T10:00:00.000Z' }),
  fc.constantFrom('customer' as const, 'staff' as const).map((by): OrderCommand => ({ type: 'CancelOrder', by })),
  fc
    .record({ refundId: fc.constantFrom('r-1', 'r-2', 'r-3', 'r-4'), lines: fc.option(quantities) })
    .map((refund): OrderCommand => ({ type: 'DecideRefund', ...refund, reason: 'broken' })),
  fc.nat(300_000).map((refundedMinor): OrderCommand => ({ type: 'RecordRefund', refundedMinor })),
);

/** Applies the commands to an order; a refused command changes nothing. */
const live = (commands: readonly OrderCommand[]): OrderEvent[] => {
  const history: OrderEvent[] = [];
  for (const command of commands) {
    try {
      history.push(...orderDecider.decide(command, fold(orderDecider, history)));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return history;
};

const lives = fc
  .tuple(place, fc.array(anyCommand, { maxLength: 30 }))
  .map(([placing, commands]) => live([placing, ...commands]));
const runs = { numRuns: 500, seed: 20261120 };

describe('under any sequence of commands', () => {
  it('it is never shipped before it was paid, and never after it was cancelled', () =>
    fc.assert(
      fc.property(lives, (history) => {
        const types = history.map(({ type }) => type);
        const shipped = types.indexOf('OrderShipped');
        if (shipped < 0) return;
        expect(types.slice(0, shipped)).toContain('PaymentApproved');
        expect(types).not.toContain('OrderCancelled');
        expect(types.lastIndexOf('OrderShipped')).toBe(shipped);
      }),
      runs,
    ));

  it('no more is paid back than was decided, and no more is decided than was paid', () =>
    fc.assert(
      fc.property(lives, (history) => {
        const payment = paymentOf(fold(orderDecider, history));
        const paid = history
          .filter((event) => event.type === 'RefundPaid')
          .reduce((sum, { data }) => sum + data.amount.amountMinor, 0);
        if (payment === null) return expect(paid).toBe(0);
        expect(refundPaidMinor(payment)).toBe(paid);
        expect(paid).toBeLessThanOrEqual(refundDecidedMinor(payment));
        expect(refundDecidedMinor(payment)).toBeLessThanOrEqual(payment.paidMinor);
      }),
      runs,
    ));

  it('its status follows from its events', () =>
    fc.assert(
      fc.property(lives, (history) => {
        const order = fold(orderDecider, history);
        if (order.stage === 'none') throw new Error('it was placed');
        const has = (type: OrderEvent['type']): boolean => history.some((event) => event.type === type);
        const status = orderStatusOf(order);
        if (has('OrderCancelled')) return expect(status).toBe('cancelled');
        if (has('RefundPaid')) return expect(status).toMatch(/^(partlyRefunded|refunded)$/);
        if (has('OrderShipped')) return expect(status).toBe('shipped');
        if (has('PaymentApproved')) return expect(status).toBe('paid');
        if (has('PaymentDenied')) return expect(status).toBe('paymentDenied');
        expect(status).toBe(has('PaymentOpened') ? 'awaitingPayment' : 'placed');
      }),
      runs,
    ));

  it('a repeated command changes nothing', () =>
    fc.assert(
      fc.property(place, fc.array(anyCommand, { maxLength: 20 }), (placing, commands) => {
        const once = live([placing, ...commands]);
        expect(live([placing, ...commands.flatMap((command) => [command, command])])).toEqual(once);
      }),
      runs,
    ));
});
