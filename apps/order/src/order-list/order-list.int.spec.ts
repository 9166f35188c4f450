import type { OrderEvents } from '@dittoo/contracts';
import { newId, streamName, type Delivered, type EventContext } from '@dittoo/kernel';
import { startTestService, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import { orderService } from '../order.module.js';
import { OrderListProjection } from './order-list.projection.js';
import { OrderRow } from './order-row.entity.js';

let service: TestService;
let rows: DataSource;
type Context = EventContext<EntityManager>;
const projection = new OrderListProjection();

beforeAll(async () => {
  service = await startTestService(orderService);
  rows = service.get<DataSource>(DataSource);
});
afterAll(() => service.close());

const [orderId, customerId] = [newId(), newId()];
const amount = (amountMinor: number) => ({ amountMinor, currency: 'SEK' });
const at = (minute: number): string => `2026-11-20T10:0${minute}:00.000Z`;

const delivered = <Type extends keyof OrderEvents>(revision: number, type: Type, data: object) =>
  ({
    stream: streamName('order', orderId),
    revision: BigInt(revision),
    position: BigInt(revision),
    eventId: newId(),
    type,
    data,
    metadata: { dataSubjectId: customerId, recordedAt: at(revision) },
  }) as unknown as Delivered<OrderEvents, Type>;

const row = (): Promise<OrderRow> => rows.getRepository(OrderRow).findOneByOrFail({ orderId });

describe('a row of the order list', () => {
  const context = (): Context => ({ group: 'order-list', transaction: rows.manager, gather: Object.assign(() => undefined, { written: async () => undefined }) });
  const terms = { total: amount(25_800), paymentMethod: 'paysonInvoice', personnummerGround: null };
  const placed = delivered(0, 'OrderPlaced', terms);
  const opened = delivered(1, 'PaymentOpened', {});
  const approved = delivered(2, 'PaymentApproved', { amount: amount(25_800) });
  const refund = (refundId: string) => ({ refundId, amount: amount(12_900) });
  const decided = (revision: number, refundId: string) =>
    delivered(revision, 'RefundDecided', { ...refund(refundId), lines: [{ sku: 'mugg', quantity: 1 }] });
  const [partlyDecided, restDecided] = [decided(3, 'r-1'), decided(6, 'r-2')];
  const partly = delivered(4, 'RefundPaid', refund('r-1'));
  const shipped = delivered(5, 'OrderShipped', { shippedAt: at(5) });
  const rest = delivered(7, 'RefundPaid', refund('r-2'));

  const steps: [string, (context: Context) => Promise<void>, Partial<OrderRow>][] = [
    ['placed', (context) => projection.placed(placed, context), { status: 'placed', customerId, totalMinor: '25800' }],
    ['opened', (context) => projection.paymentOpened(opened, context), { status: 'awaitingPayment' }],
    ['approved', (context) => projection.paymentApproved(approved, context), { status: 'paid', paidMinor: '25800' }],
    [
      'a refund decided',
      (context) => projection.refundDecided(partlyDecided, context),
      { status: 'paid', refundedMinor: '0', revision: '3' },
    ],
    [
      'partly refunded',
      (context) => projection.refundPaid(partly, context),
      { status: 'partlyRefunded', refundedMinor: '12900' },
    ],
    ['shipped', (context) => projection.shipped(shipped, context), { status: 'partlyRefunded', revision: '5' }],
    ['the rest decided', (context) => projection.refundDecided(restDecided, context), { status: 'partlyRefunded' }],
    ['refunded', (context) => projection.refundPaid(rest, context), { status: 'refunded', refundedMinor: '25800' }],
  ];

  it.each(steps)('is the same however often the event comes: %s', async (_name, take, expected) => {
    await take(context());
    const once = await row();
    expect(once).toMatchObject(expected);
    await take(context());
    expect(await row()).toEqual(once);
  });

  it('is not changed by what it has passed', async () => {
    const before = await row();
    await projection.placed(placed, context());
    await projection.paymentOpened(opened, context());
    await projection.refundPaid(partly, context());
    expect(await row()).toEqual(before);
  });
});
