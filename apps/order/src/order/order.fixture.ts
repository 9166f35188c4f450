/* One order with two lines, by card, and the commands and events of its life. */
import type { OrderEvent, OrderEvents, PaymentDiscrepancy } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { orderDecider, type OrderCommand, type OrderingCustomer } from './order.decider.js';

export const given = deciderSpec(orderDecider);

export const home = { street: 'Storgatan 1', postalCode: '411 01', city: 'Göteborg', country: 'SE' };
export const work = { street: 'Hamngatan 2', postalCode: '411 06', city: 'Göteborg', country: 'SE' };
export const customer: OrderingCustomer = {
  givenName: 'Astrid',
  familyName: 'Exempel',
  email: 'astrid@example.org',
  phone: null,
  address: home,
  locale: 'sv',
  personnummerGround: null,
};
export const lines = [
  { sku: 'mugg', name: 'Mugg', quantity: 2, unitPriceMinor: 12_900, taxRate: 0.25 },
  { sku: 'handduk', name: 'Handduk', quantity: 1, unitPriceMinor: 14_900, taxRate: 0.25 },
];
export const total = { amountMinor: 40_700, currency: 'SEK' };

export type Place = Extract<OrderCommand, { type: 'PlaceOrder' }>;
export const place = (change: Partial<Place> = {}): OrderCommand => ({
  type: 'PlaceOrder',
  lines,
  currency: 'SEK',
  method: 'mondidoCard',
  personnummerGround: null,
  deliveryAddress: null,
  offer: { terms: null },
  customer,
  ...change,
});
export const placed = (change: Partial<OrderEvents['OrderPlaced']> = {}): OrderEvent => ({
  type: 'OrderPlaced',
  data: {
    lines,
    total,
    paymentMethod: 'mondidoCard',
    personnummerGround: null,
    locale: 'sv',
    buyer: { givenName: 'Astrid', familyName: 'Exempel', address: home },
    recipient: {
      givenName: 'Astrid',
      familyName: 'Exempel',
      address: home,
      email: 'astrid@example.org',
      phone: null,
    },
    ...change,
  },
});

export const checkout = { processorId: 'mondido', paymentReference: 'p-1' };
export const action = { kind: 'redirect', url: 'https://pay.example.org/p-1' } as const;
export const opened: OrderEvent = { type: 'PaymentOpened', data: { ...checkout, action } };
export const approved: OrderEvent = { type: 'PaymentApproved', data: { ...checkout, amount: total } };
export const denied: OrderEvent = { type: 'PaymentDenied', data: { processorId: 'mondido', reason: 'denied' } };
export const captured = (amountMinor = total.amountMinor): OrderEvent => ({
  type: 'PaymentCaptured',
  data: { ...checkout, amount: { amountMinor, currency: 'SEK' } },
});
export const atProcessor = (amountMinor: number): OrderEvent => ({
  type: 'RefundMadeAtProcessor',
  data: { ...checkout, amount: { amountMinor, currency: 'SEK' } },
});
export const found = (kind: PaymentDiscrepancy, amountMinor: number): OrderEvent => ({
  type: 'PaymentDiscrepancyFound',
  data: { kind, processorId: 'mondido', amount: { amountMinor, currency: 'SEK' }, failure: null },
});
export const shippedAt = '2026-11-20T10:00:00.000Z';
export const shipped: OrderEvent = { type: 'OrderShipped', data: { shippedAt } };
export const cancelled: OrderEvent = { type: 'OrderCancelled', data: { by: 'customer' } };
export const shippedAndTaken = [placed(), opened, approved, shipped, captured()];
export const refundDecided = (refundId: string, quantities: [string, number][], amountMinor: number): OrderEvent => ({
  type: 'RefundDecided',
  data: {
    refundId,
    lines: quantities.map(([sku, quantity]) => ({ sku, quantity })),
    amount: { amountMinor, currency: 'SEK' },
    reason: 'broken',
  },
});
export const refundPaid = (refundId: string, amountMinor: number): OrderEvent => ({
  type: 'RefundPaid',
  data: { refundId, amount: { amountMinor, currency: 'SEK' } },
});

export const open: OrderCommand = { type: 'OpenPayment', ...checkout, action };
export type Observe = Extract<OrderCommand, { type: 'ObservePayment' }>;
export const observe = (status: Observe['status'], refundedMinor = 0): OrderCommand => ({
  type: 'ObservePayment',
  ...checkout,
  status,
  amount: status === 'notFound' ? null : total,
  refundedMinor,
});
export const ship: OrderCommand = { type: 'ShipOrder', shippedAt };
export const cancel: OrderCommand = { type: 'CancelOrder', by: 'customer' };
export const refund = (refundId: string, quantities: [string, number][] | null = null): OrderCommand => ({
  type: 'DecideRefund',
  refundId,
  lines: quantities?.map(([sku, quantity]) => ({ sku, quantity })) ?? null,
  reason: 'broken',
});
