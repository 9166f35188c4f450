import {
  mayBeCancelled,
  mayBePaid,
  mayBeShipped,
  paymentOf,
  refundableMinor,
  refundPaidMinor,
  type Locale,
  type Money,
  type OrderEvent,
  type OrderEvents,
  type OrderLine,
  type Payment,
  type PaymentAction,
  type PaymentMethod,
  type PersonnummerGround,
  type PostalAddress,
} from '@dittoo/contracts';
import { DomainError, type Decider } from '@dittoo/kernel';
import { evolve, type Order, type PlacedOrder } from './order.js';

/** The customer at the moment of ordering. The needed fields are copied into the order under its own keys. */
export interface OrderingCustomer {
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly phone: string | null;
  readonly address: PostalAddress | null;
  readonly locale: Locale;
  /** `null` = no personnummer is recorded. */
  readonly personnummerGround: PersonnummerGround | null;
}

/** Commands of the shop or the customer: a rule may refuse them. */
type Request =
  | {
      readonly type: 'PlaceOrder';
      /** One line for each product, at the shop's price. */
      readonly lines: readonly OrderLine[];
      readonly currency: string;
      readonly method: PaymentMethod;
      /** Set by the customer's explicit choice to send the personnummer along; `null` = it is not sent. */
      readonly personnummerGround: PersonnummerGround | null;
      /** `null` = to the address of the profile. */
      readonly deliveryAddress: PostalAddress | null;
      readonly customer: OrderingCustomer;
    }
  | { readonly type: 'ShipOrder'; readonly shippedAt: string }
  | { readonly type: 'CancelOrder'; readonly by: OrderEvents['OrderCancelled']['by'] }
  | {
      readonly type: 'DecideRefund';
      readonly refundId: string;
      /** `null` = all that is left. */
      readonly lines: OrderEvents['RefundDecided']['lines'] | null;
      readonly reason: string;
    };

/** Facts from a processor: they happened, so they are never refused. A fact that no longer fits changes nothing. */
type Fact =
  | {
      readonly type: 'OpenPayment';
      readonly processorId: string;
      readonly paymentReference: string;
      readonly action: PaymentAction;
    }
  | {
      readonly type: 'ApprovePayment';
      readonly processorId: string;
      readonly paymentReference: string;
      readonly amount: Money;
    }
  | {
      readonly type: 'DenyPayment';
      readonly processorId: string;
      readonly reason: OrderEvents['PaymentDenied']['reason'];
    }
  /** Total amount paid back. */
  | { readonly type: 'RecordRefund'; readonly refundedMinor: number };

export type OrderCommand = Request | Fact;
type Command<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;

const decide = (command: OrderCommand, order: Order): OrderEvent[] => {
  switch (command.type) {
    case 'PlaceOrder':
      return order.stage === 'none' ? place(command) : [];
    case 'ShipOrder':
      return ship(command, existing(order));
    case 'CancelOrder':
      return cancel(command, existing(order));
    case 'DecideRefund':
      return decideRefund(command, existing(order));
    case 'OpenPayment': {
      const { type: _, ...data } = command;
      return order.stage === 'placed' ? [{ type: 'PaymentOpened', data }] : [];
    }
    case 'ApprovePayment':
      return approve(command, order);
    case 'DenyPayment': {
      const { type: _, ...data } = command;
      return order.stage === 'placed' || order.stage === 'awaitingPayment' ? [{ type: 'PaymentDenied', data }] : [];
    }
    case 'RecordRefund':
      return recordRefund(command, order);
  }
};

const existing = (order: Order): PlacedOrder => {
  if (order.stage === 'none') throw new DomainError('not-found');
  return order;
};

const place = (command: Command<'PlaceOrder'>): OrderEvent[] => {
  const { customer, lines, currency, method, personnummerGround } = command;
  const { givenName, familyName, email, phone, locale } = customer;
  const deliveryAddress = command.deliveryAddress ?? customer.address;
  if (deliveryAddress === null) throw new DomainError('delivery-address-required');
  if (personnummerGround !== null) checkGround(personnummerGround, method, customer.personnummerGround);
  const amountMinor = lines.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0);
  const data = {
    lines,
    total: { amountMinor, currency },
    paymentMethod: method,
    personnummerGround,
    locale,
    buyer: { givenName, familyName, address: customer.address ?? deliveryAddress },
    recipient: { givenName, familyName, address: deliveryAddress, email, phone },
  };
  return [{ type: 'OrderPlaced', data }];
};

/** Lag (2018:218) 3 kap. 10 §: a creditor must know its debtor, a card payment needs no personnummer. */
const checkGround = (
  chosen: PersonnummerGround,
  method: PaymentMethod,
  recordedUnder: PersonnummerGround | null,
): void => {
  if (method === 'mondidoCard') throw new DomainError('personnummer-ground-not-allowed');
  if (recordedUnder === null) throw new DomainError('personnummer-not-recorded');
  if (chosen !== recordedUnder && chosen !== 'secureIdentification') {
    throw new DomainError('personnummer-ground-not-allowed');
  }
};

const ship = ({ shippedAt }: Command<'ShipOrder'>, order: PlacedOrder): OrderEvent[] => {
  if (order.stage === 'shipped') return [];
  if (order.stage === 'cancelled') throw new DomainError('order-already-cancelled');
  if (!mayBeShipped(order)) throw new DomainError('order-not-paid');
  return [{ type: 'OrderShipped', data: { shippedAt } }];
};

const cancel = ({ by }: Command<'CancelOrder'>, order: PlacedOrder): OrderEvent[] => {
  if (order.stage === 'shipped') throw new DomainError('order-already-shipped');
  return mayBeCancelled(order) ? [{ type: 'OrderCancelled', data: { by } }] : [];
};

const decideRefund = (command: Command<'DecideRefund'>, order: PlacedOrder): OrderEvent[] => {
  const { refundId, reason } = command;
  const payment = paymentOf(order);
  if (payment === null) throw new DomainError('order-not-paid');
  if (payment.refunds.some((refund) => refund.refundId === refundId)) return [];
  const left = linesLeft(order, payment);
  const leftMinor = refundableMinor(order);
  const lines = command.lines === null ? left : merged(command.lines);
  const tooMany = lines.some(({ sku, quantity }) => quantity > (left.find((line) => line.sku === sku)?.quantity ?? 0));
  const amountMinor = command.lines === null ? leftMinor : priceOf(order, lines);
  if (tooMany || amountMinor > leftMinor || amountMinor === 0) throw new DomainError('refund-exceeds-order');
  const amount = { amountMinor, currency: order.total.currency };
  return [{ type: 'RefundDecided', data: { refundId, lines, amount, reason } }];
};

type Quantities = OrderEvents['RefundDecided']['lines'];

/** One entry for each product, quantities added up. */
const merged = (lines: Quantities): Quantities => {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
};

/** The quantity of each product without a refund so far. */
const linesLeft = ({ lines }: PlacedOrder, { refunds }: Payment): Quantities => {
  const refunded = merged(refunds.flatMap((refund) => refund.lines));
  return lines
    .map(({ sku, quantity }) => ({
      sku,
      quantity: quantity - (refunded.find((line) => line.sku === sku)?.quantity ?? 0),
    }))
    .filter(({ quantity }) => quantity > 0);
};

const priceOf = (order: PlacedOrder, lines: Quantities): number =>
  lines.reduce(
    (sum, { sku, quantity }) => sum + quantity * (order.lines.find((line) => line.sku === sku)?.unitPriceMinor ?? 0),
    0,
  );

const approve = ({ type: _, ...data }: Command<'ApprovePayment'>, order: Order): OrderEvent[] => {
  if (order.stage === 'none' || !mayBePaid(order)) return [];
  const { amountMinor, currency } = data.amount;
  // A smaller amount or another currency is not the payment of this order.
  if (currency !== order.total.currency || amountMinor < order.total.amountMinor) return [];
  return [{ type: 'PaymentApproved', data }];
};

/** The processor reports a sum, not single refunds: it covers the oldest decided refunds first. */
const recordRefund = (command: Command<'RecordRefund'>, order: Order): OrderEvent[] => {
  const payment = paymentOf(order);
  if (order.stage === 'none' || payment === null) return [];
  let uncovered = command.refundedMinor - refundPaidMinor(payment);
  const events: OrderEvent[] = [];
  for (const { refundId, amountMinor, paid } of payment.refunds) {
    if (paid) continue;
    if (amountMinor > uncovered) break;
    uncovered -= amountMinor;
    events.push({ type: 'RefundPaid', data: { refundId, amount: { amountMinor, currency: order.total.currency } } });
  }
  return events;
};

export const orderDecider: Decider<OrderCommand, Order, OrderEvent> = {
  category: 'order',
  initialState: { stage: 'none' },
  decide,
  evolve,
};
