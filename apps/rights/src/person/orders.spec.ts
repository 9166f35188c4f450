import type { OrderEvents } from '@dittoo/contracts';
import { newId, streamName, type RecordedEvent } from '@dittoo/kernel';
import { describe, expect, it } from '@jest/globals';
import { evolveBookedOrder, noBookedOrder, orderFacts, type OrderFacts } from './orders.query.js';

const sealed = { enc: 1, alg: 'A256GCM', kid: 'k', iv: '', ct: '', tag: '', kc: '' };
const amount = (amountMinor: number) => ({ amountMinor, currency: 'SEK' });
const day = (n: number): string => `2026-11-${String(n + 10)}T08:00:00.000Z`;

type Happened = readonly [type: keyof OrderEvents & string, data: RecordedEvent['data']];

const recorded = ([type, data]: Happened, index: number): RecordedEvent => ({
  stream: streamName('order', newId()),
  revision: BigInt(index),
  position: BigInt(index),
  eventId: newId(),
  type,
  data,
  metadata: {
    dataSubjectId: newId(),
    actor: { kind: 'system', id: 'spec' },
    purpose: 'order',
    legalBasis: 'contract',
    noticeVersion: null,
    correlationId: newId(),
    causationId: newId(),
    traceparent: null,
    schemaVersion: 1,
    recordedAt: day(index),
  },
});

const factsOf = (...orders: (readonly Happened[])[]): OrderFacts =>
  orderFacts(
    new Map(
      orders.map((happened, index) => [
        `order ${index}`,
        happened.map(recorded).reduce(evolveBookedOrder, noBookedOrder),
      ]),
    ),
  );

const placed = (paymentMethod: string, personnummerGround: string | null = null): Happened => [
  'OrderPlaced',
  { total: amount(100), paymentMethod, personnummerGround, buyer: sealed, recipient: sealed, lines: [], locale: 'sv' },
];
const opened: Happened = ['PaymentOpened', { processorId: 'payson' }];
const approved: Happened = ['PaymentApproved', { amount: amount(100) }];
const denied: Happened = ['PaymentDenied', { reason: 'denied' }];
const shipped: Happened = ['OrderShipped', { shippedAt: day(9) }];
const cancelled: Happened = ['OrderCancelled', { by: 'customer' }];
const decided = (id: string, minor: number): Happened => [
  'RefundDecided',
  { refundId: id, lines: [], amount: amount(minor) },
];
const refunded = (id: string, minor: number): Happened => ['RefundPaid', { refundId: id, amount: amount(minor) }];

describe('the facts of an order for a request', () => {
  it.each<[string, readonly Happened[], Partial<OrderFacts>]>([
    ['placed', [placed('mondidoCard')], { openOrder: true, unpaidInvoice: false }],
    ['placed by invoice', [placed('paysonInvoice')], { openOrder: true, unpaidInvoice: true }],
    ['awaiting its payment', [placed('paysonInvoice'), opened], { openOrder: true, unpaidInvoice: true }],
    ['paid', [placed('paysonInvoice'), opened, approved], { openOrder: true, unpaidInvoice: false }],
    ['shipped', [placed('paysonInvoice'), opened, approved, shipped], { openOrder: false, unpaidInvoice: false }],
    ['denied', [placed('paysonInvoice'), opened, denied], { openOrder: false, unpaidInvoice: false }],
    ['cancelled', [placed('paysonInvoice'), cancelled], { openOrder: false, unpaidInvoice: false }],
    [
      'refunded in part',
      [placed('mondidoCard'), approved, decided('a', 40), refunded('a', 40)],
      { openOrder: true, unpaidInvoice: false },
    ],
    [
      'refunded in whole',
      [placed('mondidoCard'), approved, decided('a', 40), refunded('a', 40), decided('b', 60), refunded('b', 60)],
      { openOrder: false, unpaidInvoice: false },
    ],
  ])('%s', (_name, happened, expected) => {
    const facts = factsOf(happened);
    expect(facts).toMatchObject(expected);
    expect(facts.openOrderIds).toEqual(expected.openOrder === true ? ['order 0'] : []);
    expect(facts.lastBookedAt).toBe(day(happened.length - 1));
  });

  it('need the personnummer until the order is settled, and have the time of the settlement', () => {
    const order = placed('paysonInvoice', 'secureIdentification');
    expect(factsOf([order])).toMatchObject({ personnummerNeeded: true, personnummerSettledAt: null });
    expect(factsOf([order, approved, shipped])).toMatchObject({
      personnummerNeeded: false,
      personnummerSettledAt: day(2),
    });
    // A refund that is only decided does not settle the order.
    const refunding = [order, approved, shipped, decided('a', 100)] as const;
    expect(factsOf(refunding).personnummerSettledAt).toBe(day(2));
    expect(factsOf([...refunding, refunded('a', 100)]).personnummerSettledAt).toBe(day(4));
    expect(factsOf([order, cancelled])).toMatchObject({ personnummerNeeded: false, personnummerSettledAt: null });
    expect(factsOf([placed('paysonInvoice')]).personnummerNeeded).toBe(false);
  });

  it('are combined with those of the person’s other orders', () => {
    expect(factsOf([placed('mondidoCard'), approved, shipped], [placed('paysonInvoice')])).toMatchObject({
      openOrderIds: ['order 1'],
      unpaidInvoice: true,
      lastBookedAt: day(2),
    });
    expect(factsOf()).toEqual({
      openOrder: false,
      openOrderIds: [],
      unpaidInvoice: false,
      personnummerNeeded: false,
      personnummerSettledAt: null,
      lastBookedAt: null,
    });
  });
});
