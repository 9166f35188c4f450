import type { BodyItem, CheckoutBody, Customer, Gui, Merchant, PaysonError } from './payson-body.js';

export type CheckoutStatus =
  | 'created'
  | 'readyToPay'
  | 'processingPayment'
  | 'readyToShip'
  | 'shipped'
  | 'paidToAccount'
  | 'denied'
  | 'canceled'
  | 'expired';

/** The statuses that the shop is notified of. */
export const notifiedStatuses: readonly CheckoutStatus[] = [
  'readyToShip',
  'shipped',
  'paidToAccount',
  'denied',
  'canceled',
  'expired',
];

/** Amounts are whole minor units inside and decimals on the wire. */
export interface Item extends Omit<BodyItem, 'itemId' | 'creditedAmount'> {
  readonly itemId: string;
  readonly creditedMinor: number;
}

/** A checkout as the service keeps it. */
export interface Checkout {
  readonly id: string;
  readonly status: CheckoutStatus;
  readonly merchant: Merchant;
  readonly currency: string;
  readonly items: readonly Item[];
  readonly customer: Customer;
  readonly gui: Gui;
  readonly description: string | null;
  readonly purchaseId: number | null;
  /** Approved for another amount than that of the items; `null` = for theirs. */
  readonly approvedMinor: number | null;
  readonly expirationTime: string;
  readonly history: Readonly<Partial<Record<CheckoutStatus, string>>>;
}

/** The result of a command: the checkout after it, or the errors of the command. */
export type CheckoutAnswer = Checkout | { readonly errors: readonly PaysonError[] };

export const isRefusal = (answer: CheckoutAnswer): answer is { readonly errors: readonly PaysonError[] } =>
  'errors' in answer;

const refused = (property: string, message: string): CheckoutAnswer => ({ errors: [{ property, message }] });
const minor = (amount: number): number => Math.round(amount * 100);
const decimal = (amountMinor: number): number => amountMinor / 100;

const itemTotal = (item: Item): number =>
  Math.round(minor(item.unitPrice) * item.quantity * (1 - (item.discountRate ?? 0)));
const itemTax = (item: Item): number => {
  const rate = item.taxRate ?? 0;
  return Math.round((itemTotal(item) * rate) / (1 + rate));
};
const sum = (items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/** What the buyer pays, in minor units. */
export const totalMinor = ({ approvedMinor, items }: Checkout): number => approvedMinor ?? sum(items, itemTotal);

const editable = (status: CheckoutStatus): boolean => status === 'created' || status === 'readyToPay';

/** Payson requires these before the customer can pay. */
const complete = (customer: Customer): boolean =>
  [
    customer.firstName,
    customer.lastName,
    customer.email,
    customer.street,
    customer.postalCode,
    customer.city,
    customer.countryCode,
  ].every((value) => value !== undefined && value !== '');

const arrived = (checkout: Checkout, status: CheckoutStatus, now: string): Checkout => ({
  ...checkout,
  status,
  history: { ...checkout.history, [status]: now },
});

const settled = (checkout: Checkout, now: string): Checkout => {
  const status = complete(checkout.customer) ? 'readyToPay' : 'created';
  return checkout.status === status ? checkout : arrived(checkout, status, now);
};

const smallestCartMinor: Readonly<Record<string, number>> = { sek: 1000, eur: 100 };
const lifetimeMs = 24 * 60 * 60 * 1000;

/** @param ids one for the checkout, then one for each item */
export const createCheckout = (body: CheckoutBody, ids: () => string, now: string): CheckoutAnswer => {
  if (body.order.items.some((item) => (item.creditedAmount ?? 0) > 0))
    return refused('order.items', 'nothing can be credited before it is paid');
  const checkout: Checkout = {
    id: ids(),
    status: 'created',
    merchant: body.merchant,
    currency: body.order.currency.toLowerCase(),
    items: body.order.items.map((item) => kept(item, ids(), 0)),
    customer: { type: 'person', ...body.customer },
    gui: body.gui ?? {},
    description: body.description ?? null,
    purchaseId: null,
    approvedMinor: null,
    expirationTime: new Date(Date.parse(now) + lifetimeMs).toISOString(),
    history: { created: now },
  };
  return cartLargeEnough(checkout) ? settled(checkout, now) : refused('order.items', 'the cart is below the minimum');
};

const kept = ({ creditedAmount: _credited, ...item }: BodyItem, itemId: string, creditedMinor: number): Item => ({
  ...item,
  itemId,
  creditedMinor,
});

const cartLargeEnough = (checkout: Checkout): boolean =>
  totalMinor(checkout) >= (smallestCartMinor[checkout.currency] ?? 0);

/** PUT: a whole checkout replaces the existing one, as far as its status allows. */
export const replaceCheckout = (
  checkout: Checkout,
  body: CheckoutBody,
  ids: () => string,
  now: string,
): CheckoutAnswer => {
  if (body.id?.toLowerCase() !== checkout.id) return refused('id', 'is not the id of this checkout');
  const wanted = body.status?.toLowerCase();
  if (editable(checkout.status)) {
    if (wanted !== checkout.status.toLowerCase()) return refused('status', `cannot leave ${checkout.status} this way`);
    const created = createCheckout(body, ids, now);
    if (isRefusal(created)) return created;
    const { id, status, expirationTime, history } = checkout;
    return settled({ ...created, id, status, expirationTime, history }, now);
  }
  if (!sameCart(checkout, body)) return refused('order.items', `cannot change when ${checkout.status}`);
  if (!sameCustomer(checkout.customer, body.customer))
    return refused('customer', `cannot change when ${checkout.status}`);
  const credited = creditedBy(checkout, body);
  if (isRefusal(credited)) return credited;
  const replaced = { ...credited, merchant: body.merchant, gui: body.gui ?? {}, description: body.description ?? null };
  if (wanted === checkout.status.toLowerCase()) return replaced;
  if (checkout.status !== 'readyToShip') return refused('status', `cannot leave ${checkout.status}`);
  if (wanted === 'shipped') return arrived(replaced, 'shipped', now);
  if (wanted === 'canceled') return arrived(replaced, 'canceled', now);
  return refused('status', 'can be set to shipped or canceled only');
};

const cartItem = (checkout: Checkout, item: BodyItem, index: number): Item | undefined =>
  item.itemId === undefined ? checkout.items[index] : checkout.items.find((known) => known.itemId === item.itemId);

const sameCart = (checkout: Checkout, { order }: CheckoutBody): boolean =>
  order.currency.toLowerCase() === checkout.currency &&
  order.items.length === checkout.items.length &&
  new Set(order.items.map((item, index) => cartItem(checkout, item, index))).size === checkout.items.length &&
  order.items.every((item, index) => {
    const known = cartItem(checkout, item, index);
    return (
      known !== undefined &&
      item.name === known.name &&
      item.unitPrice === known.unitPrice &&
      item.quantity === known.quantity &&
      (item.taxRate ?? 0) === (known.taxRate ?? 0) &&
      (item.discountRate ?? 0) === (known.discountRate ?? 0)
    );
  });

const sameCustomer = (known: Customer, given: Customer = {}): boolean =>
  Object.entries(given).every(([name, value]) => known[name as keyof Customer] === value);

/** Credited amounts are totals so far: they never fall, and never pass what the item cost. */
const creditedBy = (checkout: Checkout, { order }: CheckoutBody): CheckoutAnswer => {
  const wanted = new Map(
    order.items.map((item, index) => [cartItem(checkout, item, index)?.itemId, minor(item.creditedAmount ?? 0)]),
  );
  const items = checkout.items.map((item) => ({ ...item, creditedMinor: wanted.get(item.itemId) ?? 0 }));
  const grows = items.some((item, index) => item.creditedMinor > (checkout.items[index]?.creditedMinor ?? 0));
  if (items.some((item, index) => item.creditedMinor < (checkout.items[index]?.creditedMinor ?? 0)))
    return refused('order.items.creditedAmount', 'is cumulative and cannot fall');
  if (items.some((item) => item.creditedMinor > Math.max(0, itemTotal(item))))
    return refused('order.items.creditedAmount', 'is more than was paid');
  if (grows && checkout.status !== 'shipped' && checkout.status !== 'paidToAccount')
    return refused('order.items.creditedAmount', `cannot be raised when ${checkout.status}`);
  return { ...checkout, items };
};

/** Changes from outside the API: by the buyer, the bank, or time. */
export type Decision = 'approve' | 'deny' | 'settle' | 'expire';

/**
 * @param purchaseId given to the checkout when it is approved
 * @param approvedMinor what is approved; `null` = the whole
 */
export const decideCheckout = (
  checkout: Checkout,
  decision: Decision,
  purchaseId: number,
  now: string,
  approvedMinor: number | null = null,
): CheckoutAnswer => {
  const done: Readonly<Record<Decision, CheckoutStatus>> = {
    approve: 'readyToShip',
    deny: 'denied',
    settle: 'paidToAccount',
    expire: 'expired',
  };
  if (checkout.status === done[decision]) return checkout;
  if (decision === 'settle')
    return checkout.status === 'shipped'
      ? arrived(checkout, 'paidToAccount', now)
      : refused('status', `nothing to settle when ${checkout.status}`);
  if (!editable(checkout.status)) return refused('status', `is ${checkout.status} already`);
  if (decision === 'approve')
    return { ...arrived(arrived(checkout, 'processingPayment', now), 'readyToShip', now), purchaseId, approvedMinor };
  return arrived(checkout, done[decision], now);
};

/** What Payson's staff may do to a checkout, without the shop. @param amountMinor of a refund; `null` = all that is left */
export const actOnCheckout = (
  checkout: Checkout,
  act: 'cancel' | 'capture' | 'refund',
  amountMinor: number | null,
  now: string,
): CheckoutAnswer => {
  if (act !== 'refund') {
    if (checkout.status !== 'readyToShip') return refused('status', `is ${checkout.status}`);
    return arrived(checkout, act === 'cancel' ? 'canceled' : 'shipped', now);
  }
  if (checkout.status !== 'shipped' && checkout.status !== 'paidToAccount')
    return refused('status', `is ${checkout.status}`);
  let leftMinor = amountMinor ?? Number.POSITIVE_INFINITY;
  const items = checkout.items.map((item) => {
    const creditMinor = Math.min(leftMinor, itemTotal(item) - item.creditedMinor);
    leftMinor -= creditMinor;
    return { ...item, creditedMinor: item.creditedMinor + creditMinor };
  });
  return { ...checkout, items };
};

/** Whether the time to pay has passed. */
export const isOverdue = (checkout: Checkout, now: string): boolean =>
  editable(checkout.status) && Date.parse(checkout.expirationTime) <= Date.parse(now);

/** The checkout as the service answers it. */
export const answerOf = (checkout: Checkout, payUrl: string) => ({
  id: checkout.id,
  status: checkout.status,
  description: checkout.description,
  expirationTime: checkout.expirationTime,
  ...(checkout.purchaseId === null ? {} : { purchaseId: checkout.purchaseId }),
  snippet: `<iframe src="${payUrl}" title="Payson" style="border:0;width:100%;min-height:34rem"></iframe>`,
  history: checkout.history,
  merchant: checkout.merchant,
  customer: checkout.customer,
  gui: checkout.gui,
  order: {
    currency: checkout.currency,
    totalPriceExcludingTax: decimal(totalMinor(checkout) - sum(checkout.items, itemTax)),
    totalPriceIncludingTax: decimal(totalMinor(checkout)),
    totalTaxAmount: decimal(sum(checkout.items, itemTax)),
    totalCreditedAmount: decimal(sum(checkout.items, (item) => item.creditedMinor)),
    items: checkout.items.map(({ creditedMinor, ...item }) => ({
      ...item,
      totalPriceExcludingTax: decimal(itemTotal({ ...item, creditedMinor }) - itemTax({ ...item, creditedMinor })),
      totalPriceIncludingTax: decimal(itemTotal({ ...item, creditedMinor })),
      totalTaxAmount: decimal(itemTax({ ...item, creditedMinor })),
      creditedAmount: decimal(creditedMinor),
    })),
  },
});
