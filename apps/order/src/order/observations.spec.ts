/*
 * Promised: every observation of a payment, wherever the order's money is, moves the order, changes nothing because nothing
 * is new, or finds a discrepancy that a person sees; and every end of a forwarding has its consequence.
 */
import { describe, expect, it } from '@jest/globals';
import { orderStatusOf, type OrderEvent, type OrderEvents, type PaymentDiscrepancy } from '@dittoo/contracts';
import { fold } from '@dittoo/kernel';
import { endings, moneyIntents } from './forwarding-ends.js';
import { meanings } from './observations.js';
import { orderDecider, type OrderCommand } from './order.decider.js';
import type { Observation } from './settlement.js';

const person = { givenName: 'Astrid', familyName: 'Exempel' };
const address = { street: 'Storgatan 1', postalCode: '411 01', city: 'Göteborg', country: 'SE' };
const money = (amountMinor: number, currency = 'SEK') => ({ amountMinor, currency });
const of = { processorId: 'mondido', paymentReference: 'p-1' };

const placed: OrderEvent = {
  type: 'OrderPlaced',
  data: {
    lines: [
      { sku: 'mugg', name: 'Mugg', quantity: 2, unitPriceMinor: 100, taxRate: 0.25 },
      { sku: 'pläd', name: 'Pläd', quantity: 1, unitPriceMinor: 200, taxRate: 0.25 },
    ],
    total: money(400),
    paymentMethod: 'mondidoCard',
    personnummerGround: null,
    locale: 'sv',
    buyer: { ...person, address },
    recipient: { ...person, address, email: 'astrid@example.org', phone: null },
  },
};
const opened: OrderEvent = {
  type: 'PaymentOpened',
  data: { ...of, action: { kind: 'redirect', url: 'https://pay.example.org/p-1' } },
};
const approved: OrderEvent = { type: 'PaymentApproved', data: { ...of, amount: money(400) } };
const denied = (reason: OrderEvents['PaymentDenied']['reason']): OrderEvent => ({
  type: 'PaymentDenied',
  data: { processorId: 'mondido', reason },
});
const taken = (amountMinor = 400): OrderEvent => ({
  type: 'PaymentCaptured',
  data: { ...of, amount: money(amountMinor) },
});
const released: OrderEvent = { type: 'PaymentReleased', data: of };
const shipped: OrderEvent = { type: 'OrderShipped', data: { shippedAt: '2026-11-20T10:00:00.000Z' } };
const cancelled: OrderEvent = { type: 'OrderCancelled', data: { by: 'staff' } };
const refundOfMug: OrderEvent = {
  type: 'RefundDecided',
  data: { refundId: 'r-1', lines: [{ sku: 'mugg', quantity: 1 }], amount: money(100), reason: 'broken' },
};
const notCharged: OrderEvent = { type: 'ChargeReduced', data: { refundId: 'r-1', amount: money(100) } };
const paidBack: OrderEvent = { type: 'RefundPaid', data: { refundId: 'r-1', amount: money(100) } };
const atProcessor = (amountMinor: number): OrderEvent => ({
  type: 'RefundMadeAtProcessor',
  data: { ...of, amount: money(amountMinor) },
});
const found = (
  kind: PaymentDiscrepancy,
  amount: { amountMinor: number; currency: string } | null = money(400),
  failure: string | null = null,
): OrderEvent => ({ type: 'PaymentDiscrepancyFound', data: { kind, processorId: 'mondido', amount, failure } });
const resolved = (kind: PaymentDiscrepancy): OrderEvent => ({ type: 'PaymentDiscrepancyResolved', data: { kind } });

type Shown = Partial<Pick<Observation, 'amount' | 'refundedMinor'>>;
const see = (status: Observation['status'], shown: Shown = {}): OrderCommand => ({
  type: 'ObservePayment',
  ...of,
  status,
  amount: status === 'notFound' ? null : money(400),
  refundedMinor: 0,
  ...shown,
});
const decided = (history: readonly OrderEvent[], command: OrderCommand) =>
  orderDecider.decide(command, fold(orderDecider, history));
const statusAfter = (history: readonly OrderEvent[], command: OrderCommand) => {
  const after = fold(orderDecider, [...history, ...decided(history, command)]);
  return after.stage === 'none' ? null : orderStatusOf(after);
};

const paid = [placed, opened, approved];
const sent = [...paid, shipped];
const done = [...sent, taken()];
const late = [placed, opened, cancelled];
const unexpected = (status: string) => [found('unexpectedStatus', money(400), status)];
const gone = [found('unknownAtProcessor', null)];

describe('an observation', () => {
  const examples: { readonly [P in keyof typeof meanings]: readonly OrderEvent[] } = {
    unpaid: [placed, opened],
    denied: [placed, opened, denied('denied')],
    reserved: paid,
    shippedReserved: sent,
    captured: done,
    cancelled: [...paid, cancelled],
  };
  const lost = [denied('releasedAtProcessor'), found('releasedAtProcessor')];
  const lostAfterShipment = [released, found('releasedAtProcessor')];
  const expected: { readonly [P in keyof typeof meanings]: { readonly [S in Observation['status']]: OrderEvent[] } } = {
    unpaid: {
      pending: [],
      approved: [approved],
      captured: [approved, taken()],
      cancelled: [denied('denied')],
      denied: [denied('denied')],
      expired: [denied('expired')],
      notFound: [denied('expired')],
    },
    denied: {
      pending: [],
      approved: [approved],
      captured: [approved, taken()],
      cancelled: [],
      denied: [],
      expired: [],
      notFound: [],
    },
    reserved: {
      pending: unexpected('pending'),
      approved: [],
      captured: [taken()],
      cancelled: lost,
      denied: lost,
      expired: lost,
      notFound: [denied('releasedAtProcessor'), ...gone],
    },
    shippedReserved: {
      pending: unexpected('pending'),
      approved: [],
      captured: [taken()],
      cancelled: lostAfterShipment,
      denied: lostAfterShipment,
      expired: lostAfterShipment,
      notFound: gone,
    },
    captured: {
      pending: unexpected('pending'),
      approved: unexpected('approved'),
      captured: [],
      cancelled: unexpected('cancelled'),
      denied: unexpected('denied'),
      expired: unexpected('expired'),
      notFound: gone,
    },
    cancelled: {
      pending: [],
      approved: [],
      captured: [],
      cancelled: [released],
      denied: [released],
      expired: [released],
      notFound: [released],
    },
  };
  const cells = Object.entries(expected).flatMap(([position, row]) =>
    Object.entries(row).map(([status, events]) => [position, status, events] as const),
  );
  it.each(cells)('%s, and the processor shows %s', (position, status, events) =>
    expect(decided(examples[position as keyof typeof examples], see(status as Observation['status']))).toEqual(events),
  );
});

describe('nothing is told that did not happen', () => {
  it('a reservation cancelled at the processor: the order is not paid, not shipped, and a person sees it', () => {
    expect(statusAfter(paid, see('cancelled'))).toBe('paymentDenied');
    const history = [...paid, ...decided(paid, see('cancelled'))];
    expect(() => decided(history, { type: 'ShipOrder', shippedAt: '2026-11-20T10:00:00.000Z' })).toThrow(
      'order-not-paid',
    );
    expect(decided(history, { type: 'CancelOrder', by: 'staff' })).toEqual([
      cancelled,
      resolved('releasedAtProcessor'),
    ]);
    expect(decided(history, see('approved'))).toEqual([approved, resolved('releasedAtProcessor')]);
  });

  it('a refund made at the processor is shown, and one that the shop then records claims it', () => {
    const refunded = [atProcessor(150), found('refundedAtProcessor', money(150))];
    expect(decided(done, see('captured', { refundedMinor: 150 }))).toEqual(refunded);
    expect(statusAfter(done, see('captured', { refundedMinor: 150 }))).toBe('partlyRefunded');
    expect(statusAfter(done, see('captured', { refundedMinor: 400 }))).toBe('refunded');
    const refund = {
      type: 'DecideRefund',
      refundId: 'r-1',
      lines: [{ sku: 'mugg', quantity: 1 }],
      reason: 'broken',
    } as const;
    expect(decided([...done, ...refunded], refund)).toEqual([refundOfMug, paidBack]);
    // The rest stays a question until it is accounted for as well.
    const rest = { ...refund, refundId: 'r-2' };
    expect(decided([...done, ...refunded, refundOfMug, paidBack], rest).map(({ type }) => type)).toEqual([
      'RefundDecided',
    ]);
  });

  it.each([
    ['a lower amount', money(399)],
    ['another currency', money(400, 'EUR')],
  ])('approved for %s: the order is denied at once, and the discrepancy ends with the release', (_what, amount) => {
    const history = [placed, opened];
    const events = [denied('amountDiffers'), found('approvedForLess', amount)];
    expect(decided(history, see('approved', { amount }))).toEqual(events);
    const after = [...history, ...events];
    expect(decided(after, see('approved', { amount }))).toEqual([]);
    expect(decided(after, see('cancelled', { amount }))).toEqual([released, resolved('approvedForLess')]);
    expect(decided(after, see('captured', { amount, refundedMinor: 400 }))).toEqual([
      released,
      resolved('approvedForLess'),
    ]);
  });

  it('that was taken and paid back whole before it was first seen pays for nothing, and waits for nothing', () => {
    const seen = see('captured', { refundedMinor: 400 });
    for (const before of [[placed], [placed, opened]]) {
      expect(decided(before, seen)).toEqual([denied('releasedAtProcessor')]);
      expect(statusAfter(before, seen)).toBe('paymentDenied');
      expect(decided([...before, denied('releasedAtProcessor')], seen)).toEqual([]);
    }
  });

  it('approved for more: the order is paid, and what is taken is what it costs', () => {
    const amount = money(500);
    expect(decided([placed, opened], see('approved', { amount }))).toEqual([{ ...approved, data: { ...of, amount } }]);
    expect(decided(sent, see('captured', { amount, refundedMinor: 100 })).map(({ type }) => type)).toEqual([
      'PaymentCaptured',
      'RefundMadeAtProcessor',
      'PaymentDiscrepancyFound',
    ]);
  });

  it('taken in part or beyond: a person sees it until it is right', () => {
    expect(decided(sent, see('captured', { amount: money(300) }))).toEqual([
      taken(300),
      found('capturedForLess', money(300)),
    ]);
    const less = [...sent, taken(300), found('capturedForLess', money(300))];
    const refund = {
      type: 'DecideRefund',
      refundId: 'r-1',
      lines: [{ sku: 'mugg', quantity: 1 }],
      reason: 'broken',
    } as const;
    expect(decided(less, refund)).toEqual([refundOfMug, notCharged, resolved('capturedForLess')]);
    expect(decided(sent, see('captured', { amount: money(500) }))).toEqual([
      taken(500),
      found('capturedForMore', money(500)),
    ]);
  });

  it('paid after the cancellation: released, and seen until it is', () => {
    expect(decided(late, see('approved'))).toEqual([found('paidAfterCancellation')]);
    const history = [...late, found('paidAfterCancellation')];
    expect(decided(history, see('cancelled'))).toEqual([released, resolved('paidAfterCancellation')]);
    expect(decided(history, see('captured', { refundedMinor: 400 }))).toEqual([
      released,
      resolved('paidAfterCancellation'),
    ]);
    expect(decided(late, see('expired'))).toEqual([]);
  });

  it('what the processor did not know, or showed wrongly, is settled when it shows it again', () => {
    expect(decided([...done, ...gone], see('captured'))).toEqual([resolved('unknownAtProcessor')]);
    expect(decided([...done, ...unexpected('pending')], see('captured'))).toEqual([resolved('unexpectedStatus')]);
    expect(decided([...done, ...gone], see('notFound'))).toEqual([]);
  });
});

describe('a refund before the money is taken', () => {
  it('is not charged, and no refund is told', () => {
    const history = [...paid, refundOfMug, shipped];
    expect(decided(history, see('captured', { amount: money(300) }))).toEqual([taken(300), notCharged]);
    expect(statusAfter(history, see('captured', { amount: money(300) }))).toBe('shipped');
  });

  it('is paid back where the processor can only take the whole', () => {
    const history = [...paid, refundOfMug, shipped];
    expect(decided(history, see('captured', { refundedMinor: 100 }))).toEqual([taken(), paidBack]);
    expect(statusAfter(history, see('captured', { refundedMinor: 100 }))).toBe('partlyRefunded');
  });

  it('is not charged either when the reservation is released with the order', () =>
    expect(decided([...paid, refundOfMug, cancelled], see('cancelled'))).toEqual([released, notCharged]));
});

describe('the end of a forwarding', () => {
  const orders: { readonly [intent: string]: readonly OrderEvent[] } = {
    openPayment: [placed],
    capturePayment: sent,
    cancelPayment: [...paid, cancelled],
    refundPayment: [...done, refundOfMug],
  };
  const bad = ['refused', 'personErased', 'parked'];
  const consequence: { readonly [intent: string]: (ending: string) => OrderEvent[] } = {
    openPayment: (ending) => [
      denied(ending === 'refused' ? 'refusedByPolicy' : ending === 'parked' ? 'notOpened' : 'personErased'),
    ],
    capturePayment: () => [found('notCaptured', null, 'http-400')],
    cancelPayment: () => [found('notReleased', null, 'http-400')],
    refundPayment: () => [found('refundNotPaid', null, 'http-400')],
  };
  const cells = moneyIntents.flatMap((intent) => endings.map((ending) => [intent, ending] as const));
  const conclude = (intent: (typeof cells)[number][0], ending: (typeof cells)[number][1]): OrderCommand => ({
    type: 'ConcludeForwarding',
    processorId: 'mondido',
    intent,
    ending,
    failure: 'http-400',
  });

  it.each(cells)('%s %s', (intent, ending) =>
    expect(decided(orders[intent]!, conclude(intent, ending))).toEqual(
      bad.includes(ending) ? consequence[intent]!(ending) : [],
    ),
  );

  it.each([
    ['capturePayment', done],
    ['cancelPayment', [...paid, cancelled, released]],
    ['refundPayment', [...done, refundOfMug, paidBack]],
  ] as const)('says nothing where the processor has shown that %s is done', (intent, history) =>
    expect(decided(history, conclude(intent, 'parked'))).toEqual([]),
  );

  it.each([
    ['notCaptured', sent, see('captured'), [taken()]],
    ['notReleased', [...paid, cancelled], see('cancelled'), [released]],
    ['refundNotPaid', [...done, refundOfMug], see('captured', { refundedMinor: 100 }), [paidBack]],
  ] as const)('%s is settled by what a redelivery achieves', (kind, history, command, events) =>
    expect(decided([...history, found(kind, null, 'http-400')], command)).toEqual([...events, resolved(kind)]),
  );
});
