import type { OrderEvents } from '@dittoo/contracts';
import { newId, streamName, type Delivered, type Envelope } from '@dittoo/kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import { startRights, type RightsUnderTest } from '../rights.fixture.js';
import { OrderStanding } from './order-standing.entity.js';
import { OrderStandingProjection } from './order-standing.projection.js';
import { OrderStandings, type OrderFacts } from './order-standing.query.js';

let rights: RightsUnderTest;
let rows: DataSource;
beforeAll(async () => {
  rights = await startRights();
  rows = rights.service.get<DataSource>(DataSource);
});
afterAll(() => rights.close());

const projection = new OrderStandingProjection();
const sealed: Envelope = { enc: 1, alg: 'A256GCM', kid: 'k', iv: '', ct: '', tag: '', kc: '' };
const amount = (amountMinor: number) => ({ amountMinor, currency: 'SEK' });
const day = (n: number): string => `2026-11-${String(n + 10)}T08:00:00.000Z`;

/** Takes in each event twice, as a road that delivers at least once may. */
const takenIn = async (...happened: [keyof OrderEvents & string, object][]) => {
  const orderId = newId();
  const subjectId = newId();
  const handlers = {
    OrderPlaced: 'placed',
    PaymentOpened: 'opened',
    PaymentApproved: 'approved',
    PaymentDenied: 'denied',
    OrderShipped: 'shipped',
    OrderCancelled: 'cancelled',
    RefundPaid: 'refunded',
  } as const;
  for (const [index, [type, data]] of happened.entries()) {
    const event = {
      stream: streamName('order', orderId),
      revision: BigInt(index),
      metadata: { dataSubjectId: subjectId, recordedAt: day(index) },
      type,
      data,
    } as unknown as Delivered<OrderEvents>;
    for (let time = 0; time < 2; time++) {
      await rows.transaction(async (transaction) => {
        const handler = projection[handlers[type as keyof typeof handlers]] as unknown as (
          event: Delivered<OrderEvents>,
          context: { group: string; transaction: EntityManager },
        ) => Promise<void>;
        await handler.call(projection, event, { group: 'rights.requests', transaction });
      });
    }
  }
  const facts: OrderFacts = await rights.service.get<OrderStandings>(OrderStandings).of(subjectId);
  return { row: await rows.manager.findOneByOrFail(OrderStanding, { orderId }), facts };
};

const placed = (paymentMethod: string, personnummerGround: string | null = null): ['OrderPlaced', object] => [
  'OrderPlaced',
  { total: amount(100), paymentMethod, personnummerGround, buyer: sealed, recipient: sealed, lines: [], locale: 'sv' },
];
const opened: ['PaymentOpened', object] = ['PaymentOpened', { processorId: 'payson' }];
const approved: ['PaymentApproved', object] = ['PaymentApproved', { amount: amount(100) }];
const denied: ['PaymentDenied', object] = ['PaymentDenied', { reason: 'denied' }];
const shipped: ['OrderShipped', object] = ['OrderShipped', { shippedAt: day(9) }];
const cancelled: ['OrderCancelled', object] = ['OrderCancelled', { by: 'customer' }];
const refunded = (minor: number): ['RefundPaid', object] => ['RefundPaid', { refundId: 'r', amount: amount(minor) }];

describe('where an order stands', () => {
  it.each([
    ['placed', [placed('mondidoCard')], { openOrder: true, unpaidInvoice: false }],
    ['placed', [placed('paysonInvoice')], { openOrder: true, unpaidInvoice: true }],
    ['awaitingPayment', [placed('paysonInvoice'), opened], { openOrder: true, unpaidInvoice: true }],
    ['paid', [placed('paysonInvoice'), opened, approved], { openOrder: true, unpaidInvoice: false }],
    ['shipped', [placed('paysonInvoice'), opened, approved, shipped], { openOrder: false, unpaidInvoice: false }],
    ['shipped', [placed('paysonInvoice'), shipped], { openOrder: false, unpaidInvoice: true }],
    ['paymentDenied', [placed('paysonInvoice'), opened, denied], { openOrder: false, unpaidInvoice: false }],
    ['cancelled', [placed('paysonInvoice'), cancelled], { openOrder: false, unpaidInvoice: false }],
    ['paid', [placed('mondidoCard'), approved, refunded(40)], { openOrder: true, unpaidInvoice: false }],
    [
      'refunded',
      [placed('mondidoCard'), approved, refunded(40), refunded(60)],
      { openOrder: false, unpaidInvoice: false },
    ],
  ] as [string, [keyof OrderEvents & string, object][], Partial<OrderFacts>][])(
    '%s after %j',
    async (status, happened, expected) => {
      const { facts, row } = await takenIn(...happened);
      expect(row.status).toBe(status);
      expect(facts).toMatchObject(expected);
      expect(facts.lastBookedAt).toBe(day(happened.length - 1));
    },
  );

  it('needs the personnummer until the invoice is settled', async () => {
    const order = placed('paysonInvoice', 'secureIdentification');
    expect((await takenIn(order)).facts.personnummerNeeded).toBe(true);
    expect((await takenIn(order, approved, shipped)).facts.personnummerNeeded).toBe(false);
    expect((await takenIn(placed('paysonInvoice'))).facts.personnummerNeeded).toBe(false);
  });
});
