import { EntitySchema } from 'typeorm';

/**
 * @typedef {{ street: string, postalCode: string, city: string, country: string }} Address
 * @typedef {{ id: string, email: string, givenName: string, familyName: string, phone: string | null, address: Address }} Customer
 * @typedef {{ sku: string, name: string, quantity: number, unitPriceMinor: number, taxRate: number }} Line
 * @typedef {{ id: string, customerId: string, status: string, lines: Line[], totalMinor: number, currency: string, checkoutId: string | null, paymentUrl: string | null, placedAt: Date }} Order
 * @typedef {{ id: string, orderId: string, status: string, at: Date }} OrderStatus
 * @typedef {{ id: string, kind: 'openPayment' | 'readPayment' | 'sendMail', orderId: string, claimedUntil: Date | null, attempts: number }} Task
 */

const at = /** @type {const} */ ({ type: 'timestamptz' });

/** @type {EntitySchema<Customer>} */
export const customers = new EntitySchema({
  name: 'customer',
  columns: {
    id: { type: 'uuid', primary: true },
    email: { type: 'text', unique: true },
    givenName: { type: 'text' },
    familyName: { type: 'text' },
    phone: { type: 'text', nullable: true },
    address: { type: 'jsonb' },
  },
});

/** @type {EntitySchema<Order>} */
export const orders = new EntitySchema({
  name: 'order_row',
  columns: {
    id: { type: 'uuid', primary: true },
    customerId: { type: 'uuid' },
    status: { type: 'text' },
    lines: { type: 'jsonb' },
    totalMinor: { type: 'int' },
    currency: { type: 'text' },
    checkoutId: { type: 'text', nullable: true, unique: true },
    paymentUrl: { type: 'text', nullable: true },
    placedAt: at,
  },
  indices: [{ columns: ['customerId', 'placedAt'] }],
});

/** @type {EntitySchema<OrderStatus>} */
export const statuses = new EntitySchema({
  name: 'order_status',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment' },
    orderId: { type: 'uuid' },
    status: { type: 'text' },
    at,
  },
});

/** @type {EntitySchema<Task>} */
export const outbox = new EntitySchema({
  name: 'outbox',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment' },
    kind: { type: 'text' },
    orderId: { type: 'uuid' },
    claimedUntil: { ...at, nullable: true },
    attempts: { type: 'int', default: 0 },
  },
});

export const entities = [customers, orders, statuses, outbox];
