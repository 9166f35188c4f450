import { evolveOrder, orderStatusOf, type OrderEvents, type OrderState } from '@dittoo/contracts';
import { newId, streamName, type Delivered } from '@dittoo/kernel';
import { startTestService, type TestService } from '@dittoo/platform/testing';
import { RowsOfPage } from '@dittoo/projections';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { ordersSchema } from '../order.migrations.js';
import { orderService } from '../order.module.js';
import { OrderListProjection } from './order-list.projection.js';
import { OrderRow } from './order-row.entity.js';

let service: TestService;
let rows: DataSource;
const projection = new OrderListProjection();

beforeAll(async () => {
  service = await startTestService(orderService);
  rows = service.get<DataSource>(DataSource);
});
afterAll(() => service.close());

const customerId = newId();
const amount = (amountMinor: number) => ({ amountMinor, currency: 'SEK' });
const at = (minute: number): string => `2026-11-20T10:0${minute}:00.000Z`;

const delivered = (orderId: string, revision: number, type: keyof OrderEvents, data: object) =>
  ({
    stream: streamName('order', orderId),
    revision: BigInt(revision),
    position: BigInt(revision),
    eventId: newId(),
    type,
    data,
    metadata: { dataSubjectId: customerId, recordedAt: at(revision) },
  }) as unknown as Delivered<OrderEvents>;

const refund = (refundId: string) => ({ refundId, amount: amount(12_900) });
const decision = (refundId: string) => ({ ...refund(refundId), lines: [{ sku: 'mugg', quantity: 1 }] });

/** What happens to an order, and what its row then says. */
const life: readonly [string, keyof OrderEvents, object, Partial<OrderRow>][] = [
  [
    'placed',
    'OrderPlaced',
    { total: amount(25_800), paymentMethod: 'paysonInvoice', personnummerGround: null },
    { status: 'placed', customerId, totalMinor: '25800' },
  ],
  ['opened', 'PaymentOpened', {}, { status: 'awaitingPayment' }],
  ['approved', 'PaymentApproved', { amount: amount(25_800) }, { status: 'paid', paidMinor: '25800' }],
  ['a refund decided', 'RefundDecided', decision('r-1'), { status: 'paid', refundedMinor: '0', revision: '3' }],
  ['partly refunded', 'RefundPaid', refund('r-1'), { status: 'partlyRefunded', refundedMinor: '12900' }],
  ['shipped', 'OrderShipped', { shippedAt: at(5) }, { status: 'partlyRefunded', revision: '5' }],
  ['the rest decided', 'RefundDecided', decision('r-2'), { status: 'partlyRefunded' }],
  ['refunded', 'RefundPaid', refund('r-2'), { status: 'refunded', refundedMinor: '25800' }],
  ['released', 'PaymentReleased', {}, { status: 'refunded', revision: '8' }],
];
const eventsOf = (orderId: string): Delivered<OrderEvents>[] =>
  life.map(([, type, data], revision) => delivered(orderId, revision, type, data));

const take = async (...events: readonly Delivered<OrderEvents>[]): Promise<void> => {
  const { fold, gather, written } = new RowsOfPage(rows.manager);
  const context = { group: 'order-list', transaction: rows.manager, fold, gather, written };
  for (const event of events) projection.changed(event, context);
  await written();
};
const rowOf = (orderId: string): Promise<OrderRow> => rows.getRepository(OrderRow).findOneByOrFail({ orderId });

describe('a row of the order list', () => {
  const orderId = newId();
  const events = eventsOf(orderId);

  it.each(life.map(([name, , , expected], index) => [name, events[index]!, expected] as const))(
    'is the same however often the event is delivered: %s',
    async (_name, event, expected) => {
      await take(event);
      const once = await rowOf(orderId);
      expect(once).toMatchObject(expected);
      await take(event);
      expect(await rowOf(orderId)).toEqual(once);
    },
  );

  it('is not changed by an older event', async () => {
    const before = await rowOf(orderId);
    await take(events[0]!, events[1]!, events[4]!);
    expect(await rowOf(orderId)).toEqual(before);
  });

  it('does not exist for an order that was never placed', async () => {
    const [, opened] = eventsOf(newId());
    await take(opened!);
    expect(await rows.getRepository(OrderRow).findOneBy({ revision: '1' })).toBeNull();
  });

  it('is the same however the events of many orders are divided into pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: life.length }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        async (lengths, sizes) => {
          const orders = lengths.map((length) => ({ id: newId(), length }));
          const all = orders.flatMap(({ id, length }) => eventsOf(id).slice(0, length));
          all.sort((a, b) => Number(a.revision - b.revision)); // side by side, each order's own in order
          for (let from = 0, page = 0; from < all.length; page++) {
            const size = sizes[page % sizes.length]!;
            await take(...all.slice(from, from + size));
            from += size;
          }
          for (const { id, length } of orders) {
            const expected = Object.assign({}, ...life.slice(0, length).map(([, , , row]) => row)) as Partial<OrderRow>;
            expect(await rowOf(id)).toMatchObject({ ...expected, revision: String(length - 1) });
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a row of before a payment told what was taken', () => {
  it('is the same order afterwards, and can be folded on', async () => {
    const migration = [...ordersSchema.migrations]
      .map((Class) => new Class())
      .find(({ name }) => name.startsWith('TellWhatWasTaken'))!;
    const runner = rows.createQueryRunner();
    await runner.startTransaction();
    const old = {
      stage: 'paid',
      total: amount(25_800),
      method: 'mondidoCard',
      personnummerGround: null,
      payment: {
        paidMinor: 25_800,
        refunds: [
          { refundId: 'r-1', lines: [], amountMinor: 12_900, paid: true },
          { refundId: 'r-2', lines: [], amountMinor: 100, paid: false },
        ],
      },
    };
    const orderId = newId();
    const columns =
      'order_id, customer_id, status, total_minor, currency, paid_minor, refunded_minor, placed_at, changed_at, revision, state';
    await runner.query(
      `INSERT INTO orders.order_row (${columns}) VALUES ($1, $2, 'paid', 25800, 'SEK', 25800, 12900, now(), now(), 4, $3)`,
      [orderId, customerId, JSON.stringify(old)],
    );
    const stateNow = async () =>
      (
        (await runner.query('SELECT state FROM orders.order_row WHERE order_id = $1', [orderId])) as [
          { state: OrderState },
        ]
      )[0].state;
    await migration.up(runner);
    const refunds = [
      { refundId: 'r-1', lines: [], amountMinor: 12_900, status: 'paid' },
      { refundId: 'r-2', lines: [], amountMinor: 100, status: 'decided' },
    ];
    const payment = { paidMinor: 25_800, capturedMinor: null, unclaimedMinor: 0, refunds };
    const expected = { ...old, released: false, discrepancies: [], payment };
    expect(await stateNow()).toEqual(expected);
    await migration.up(runner);
    expect(await stateNow()).toEqual(expected);
    const after = evolveOrder(await stateNow(), { type: 'RefundPaid', data: { refundId: 'r-2', amount: amount(100) } });
    expect(after.stage === 'none' ? null : orderStatusOf(after)).toBe('partlyRefunded');
    await runner.rollbackTransaction();
    await runner.release();
  });
});
