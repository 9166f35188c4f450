import {
  mayBeCancelled,
  mayBeShipped,
  paymentOf,
  refundableMinor,
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
import { withDiscrepancies } from './discrepancies.js';
import { conclude, type EndedForwarding } from './forwarding-ends.js';
import { observe } from './observations.js';
import { evolve, evolved, type Order, type PlacedOrder } from './order.js';
import { claim, type Observation } from './settlement.js';

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

/** The orders that a way to pay takes, by the register; terms of `null` = any. */
export interface PaymentOffer {
  readonly terms: {
    readonly countries: readonly string[];
    readonly currencies?: readonly string[];
    readonly minimumMinor?: Readonly<Record<string, number>>;
  } | null;
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
      /** The orders that `method` takes; `null` = it is not offered. */
      readonly offer: PaymentOffer | null;
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

/** Facts from a processor and about what was asked of it: they happened, so they are never refused. */
type Fact =
  | {
      readonly type: 'OpenPayment';
      readonly processorId: string;
      readonly paymentReference: string;
      readonly action: PaymentAction;
    }
  | ({ readonly type: 'ObservePayment' } & Observation)
  | ({ readonly type: 'ConcludeForwarding' } & EndedForwarding);

export type OrderCommand = Request | Fact;
type Command<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;

/** Every command may settle a discrepancy; a fact about an order that is not there changes nothing. */
const decide = (command: OrderCommand, order: Order): readonly OrderEvent[] => {
  if (command.type === 'PlaceOrder') return order.stage === 'none' ? place(command) : [];
  if (order.stage !== 'none') {
    const seen = command.type === 'ObservePayment' && command.status !== 'notFound';
    return withDiscrepancies(decidePlaced(command, order), order, seen);
  }
  if (isFact(command)) return [];
  throw new DomainError('not-found');
};

const isFact = ({ type }: OrderCommand): boolean =>
  type === 'OpenPayment' || type === 'ObservePayment' || type === 'ConcludeForwarding';

const decidePlaced = (command: Exclude<OrderCommand, { type: 'PlaceOrder' }>, order: PlacedOrder): OrderEvent[] => {
  switch (command.type) {
    case 'ShipOrder':
      return ship(command, order);
    case 'CancelOrder':
      return cancel(command, order);
    case 'DecideRefund':
      return decideRefund(command, order);
    case 'OpenPayment':
      return open(command, order);
    case 'ObservePayment':
      return observe(command, order);
    case 'ConcludeForwarding':
      return conclude(command, order);
  }
};

const place = (command: Command<'PlaceOrder'>): OrderEvent[] => {
  const { customer, lines, currency, method, personnummerGround } = command;
  const { givenName, familyName, email, phone, locale } = customer;
  const deliveryAddress = command.deliveryAddress ?? customer.address;
  if (deliveryAddress === null) throw new DomainError('delivery-address-required');
  if (personnummerGround !== null) checkGround(personnummerGround, method, customer.personnummerGround);
  const amountMinor = lines.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0);
  checkOffer(command.offer, deliveryAddress.country, { amountMinor, currency });
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

/** What the processor would refuse for good is refused here, with the field that is why. */
const checkOffer = (offer: PaymentOffer | null, country: string, { amountMinor, currency }: Money): void => {
  const refuse = (field: string, message: string): never => {
    throw new DomainError('payment-method-not-available', undefined, [{ field, message }]);
  };
  if (offer === null) return refuse('payment.method', 'is not offered');
  if (offer.terms === null) return;
  const { countries, currencies, minimumMinor } = offer.terms;
  if (!countries.includes(String(country).toUpperCase()))
    refuse('deliveryAddress.country', 'is not a country that this way to pay serves');
  if (currencies?.includes(currency) === false) refuse('lines', 'are not priced in a currency of this way to pay');
  if (amountMinor < (minimumMinor?.[currency] ?? 0)) refuse('lines', 'come to less than this way to pay takes');
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

/** A person may have had it tried again after it failed for good. */
const open = ({ type: _, ...data }: Command<'OpenPayment'>, order: PlacedOrder): OrderEvent[] =>
  order.stage === 'placed' || (order.stage === 'paymentDenied' && order.reason === 'notOpened')
    ? [{ type: 'PaymentOpened', data }]
    : [];

/** Of what is only reserved, a refund is not charged; where it leaves nothing to charge, the order is cancelled. */
const decideRefund = (command: Command<'DecideRefund'>, order: PlacedOrder): OrderEvent[] => {
  const { refundId, reason } = command;
  const payment = paymentOf(order);
  if (payment === null)
    throw new DomainError(order.stage === 'cancelled' ? 'order-already-cancelled' : 'order-not-paid');
  if (payment.refunds.some((refund) => refund.refundId === refundId)) return [];
  if (order.stage === 'cancelled') throw new DomainError('order-already-cancelled');
  const left = linesLeft(order, payment);
  const leftMinor = refundableMinor(order);
  const lines = command.lines === null ? left : merged(command.lines);
  const tooMany = lines.some(({ sku, quantity }) => quantity > (left.find((line) => line.sku === sku)?.quantity ?? 0));
  const amountMinor = command.lines === null ? leftMinor : priceOf(order, lines);
  if (tooMany || amountMinor > leftMinor || amountMinor === 0) throw new DomainError('refund-exceeds-order');
  const amount = { amountMinor, currency: order.total.currency };
  const decided: OrderEvent = { type: 'RefundDecided', data: { refundId, lines, amount, reason } };
  const isAll = order.stage === 'paid' && payment.capturedMinor === null && amountMinor === leftMinor;
  if (isAll) return [decided, { type: 'OrderCancelled', data: { by: 'staff' } }];
  return [decided, ...claim(evolved(order, [decided]))];
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

export const orderDecider: Decider<OrderCommand, Order, OrderEvent> = {
  category: 'order',
  initialState: { stage: 'none' },
  decide,
  evolve,
};
