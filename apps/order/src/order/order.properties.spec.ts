import { describe, expect, it } from '@jest/globals';
import { keptMinor, orderStatusOf, paymentOf, refundDecidedMinor, type OrderEvent } from '@dittoo/contracts';
import { DomainError, fold } from '@dittoo/kernel';
import fc from 'fast-check';
import { stands } from './discrepancies.js';
import { endings, moneyIntents } from './forwarding-ends.js';
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
    offer: { terms: null },
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

/** What a processor may show, sensible or not. */
const observation = fc
  .record({
    status: fc.constantFrom('pending', 'approved', 'captured', 'cancelled', 'denied', 'expired', 'notFound' as const),
    amountMinor: fc.constantFrom(1, 100_000, 1_000_000),
    refundedMinor: fc.oneof(fc.constant(0), fc.nat(300_000)),
  })
  .map(({ amountMinor, refundedMinor, status }): OrderCommand => ({
    type: 'ObservePayment',
    ...checkout,
    status,
    amount: status === 'notFound' ? null : { amountMinor, currency: 'SEK' },
    refundedMinor,
  }));

const anyCommand: fc.Arbitrary<OrderCommand> = fc.oneof(
  fc.constant<OrderCommand>({
    type: 'OpenPayment',
    ...checkout,
    action: { kind: 'redirect', url: 'https://pay.example.org/p-1' },
  }),
  observation,
  observation,
  observation,
  fc
    .record({ intent: fc.constantFrom(...moneyIntents), ending: fc.constantFrom(...endings) })
    .map((ended): OrderCommand => ({
      type: 'ConcludeForwarding',
      processorId: 'payson',
      failure: 'http-400',
      ...ended,
    })),
  fc.constant<OrderCommand>({ type: 'ShipOrder', shippedAt: '2026-11-20T10:00:00.000Z' }),
  fc.constantFrom('customer' as const, 'staff' as const).map((by): OrderCommand => ({ type: 'CancelOrder', by })),
  fc
    .record({ refundId: fc.constantFrom('r-1', 'r-2', 'r-3', 'r-4'), lines: fc.option(quantities) })
    .map((refund): OrderCommand => ({ type: 'DecideRefund', ...refund, reason: 'broken' })),
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
const statusAfter = {
  OrderPlaced: 'placed',
  PaymentOpened: 'awaitingPayment',
  PaymentApproved: 'paid',
  PaymentDenied: 'paymentDenied',
  OrderShipped: 'shipped',
  OrderCancelled: 'cancelled',
} as const;
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

  it('no refund is settled that was not decided, and no more is decided than the order costs', () =>
    fc.assert(
      fc.property(lives, (history) => {
        const payment = paymentOf(fold(orderDecider, history));
        if (payment === null) return;
        const settled = payment.refunds.filter(({ status }) => status !== 'decided');
        expect(
          settled.every(({ refundId }) =>
            history.some((event) => event.type === 'RefundDecided' && event.data.refundId === refundId),
          ),
        ).toBe(true);
        expect(refundDecidedMinor(payment)).toBeLessThanOrEqual(payment.paidMinor);
        expect(payment.unclaimedMinor).toBeGreaterThanOrEqual(0);
      }),
      runs,
    ));

  it('what the shop keeps is never negative, and nothing where the order is cancelled or denied', () =>
    fc.assert(
      fc.property(lives, (history) => {
        const order = fold(orderDecider, history);
        if (order.stage === 'none') throw new Error('it was placed');
        expect(keptMinor(order)).toBeGreaterThanOrEqual(0);
        if (order.stage === 'cancelled' || order.stage === 'paymentDenied') expect(keptMinor(order)).toBe(0);
      }),
      runs,
    ));

  it('a discrepancy of a kind is open once, and none that stands no more stays open', () =>
    fc.assert(
      fc.property(lives, (history) => {
        const order = fold(orderDecider, history);
        if (order.stage === 'none') throw new Error('it was placed');
        expect(new Set(order.discrepancies).size).toBe(order.discrepancies.length);
        for (const kind of order.discrepancies)
          expect({ kind, stands: stands[kind](order) }).toEqual({ kind, stands: true });
        const found = history.filter((event) => event.type === 'PaymentDiscrepancyFound').length;
        const resolved = history.filter((event) => event.type === 'PaymentDiscrepancyResolved').length;
        expect(found - resolved).toBe(order.discrepancies.length);
      }),
      runs,
    ));

  it('its status follows from its events', () =>
    fc.assert(
      fc.property(lives, (history) => {
        const order = fold(orderDecider, history);
        if (order.stage === 'none') throw new Error('it was placed');
        const status = orderStatusOf(order);
        const last = history.findLast(({ type }) => type in statusAfter);
        const stage = statusAfter[last!.type as keyof typeof statusAfter];
        if (stage !== 'paid' && stage !== 'shipped') return expect(status).toBe(stage);
        const after = history.slice(history.findLastIndex(({ type }) => type === 'PaymentApproved'));
        const isPaidBack = after.some(({ type }) => type === 'RefundPaid' || type === 'RefundMadeAtProcessor');
        const isReduced = after.some(({ type }) => type === 'ChargeReduced');
        if (isPaidBack) return expect(status).toMatch(/^(partlyRefunded|refunded)$/);
        expect(isReduced ? [stage, 'refunded'] : [stage]).toContain(status);
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
