import type { PaymentAction } from '@dittoo/contracts';
import type { Payment, PaymentOpening, RefundedLines } from './payment-processor.port.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';

/** An item as it is sent back in a replacing PUT; Payson's own totals are left out. */
export interface CheckoutItem {
  readonly itemId: string;
  readonly name: string;
  readonly unitPrice: number;
  readonly quantity: number;
  readonly taxRate?: number;
  readonly reference?: string;
  readonly discountRate?: number;
  readonly type?: string;
  readonly creditedAmount: number;
}

/** A checkout reduced to the fields on the allow-list. `customer` is not among them: it is never read back. */
export interface Checkout {
  readonly id: string;
  readonly status: string;
  readonly createdAt: string | null;
  readonly shipped: boolean;
  readonly canceled: boolean;
  readonly merchant: { readonly [name: string]: string };
  readonly currency: string;
  readonly items: readonly CheckoutItem[];
  readonly totalPriceIncludingTax: number;
  readonly pageUrl: string | null;
}

export interface MerchantAddresses {
  readonly termsUri: string;
  readonly checkoutUri: string;
  readonly confirmationUri: string;
  readonly notificationUri: string;
}

/**
 * Minor units -> the decimal Payson wants. Exact: a quotient by 100 is the double nearest to the decimal, and JSON
 * writes the shortest text that reads back as that double, which is the decimal itself.
 */
export const decimal = (amountMinor: number): number => amountMinor / 100;
export const minor = (amount: number): number => Math.round(amount * 100);

const longestName = 128;

/** The body of `POST /Checkouts`: exactly the fields of the register's grant, nothing derived, nothing empty. */
export const checkoutBody = (opening: PaymentOpening, merchant: MerchantAddresses) => {
  const { customer, lines, locale, orderId } = opening;
  const { address } = customer;
  return {
    merchant: { ...merchant, reference: orderId },
    order: {
      currency: opening.currency.toLowerCase(),
      items: lines.map((line) => ({
        name: line.name.slice(0, longestName),
        unitPrice: decimal(line.unitPriceMinor),
        quantity: line.quantity,
        taxRate: line.taxRate,
        reference: line.sku,
      })),
    },
    customer: {
      firstName: customer.givenName,
      lastName: customer.familyName,
      email: customer.email,
      ...(customer.phone === null ? {} : { phone: customer.phone }),
      street: address.street,
      postalCode: address.postalCode,
      city: address.city,
      countryCode: address.country,
      // Kept as twelve digits here; Payson takes the ten that people write.
      ...(customer.personnummer === null ? {} : { identityNumber: customer.personnummer.slice(-10) }),
      type: 'person',
    },
    gui: { locale },
  };
};

/**
 * The body of a replacing `PUT /Checkouts/{id}`: the checkout as read, with one change. Customer data is not repeated:
 * a command about money discloses no personal data.
 */
export const replacingBody = (
  checkout: Checkout,
  change: { readonly status?: 'shipped' | 'canceled'; readonly items?: readonly CheckoutItem[] },
) => {
  const items = change.items ?? checkout.items;
  return {
    id: checkout.id,
    status: change.status ?? checkout.status,
    merchant: checkout.merchant,
    order: { currency: checkout.currency, items },
  };
};

/** The items with `amountMinor` more credited: on the refunded lines first, in their order, and then wherever there is room. */
export const creditedItems = (
  { items }: Checkout,
  amountMinor: number,
  lines: RefundedLines,
): readonly CheckoutItem[] => {
  // Crediting the wrong line is worse than not crediting, so this becomes a manual task.
  if (lines.some(({ sku }) => items.every(({ reference }) => reference !== sku))) throw itemsDiffer();
  const credited = new Map(items.map((item) => [item.itemId, minor(item.creditedAmount)]));
  let leftMinor = amountMinor;
  const credit = (item: CheckoutItem, mostMinor: number): void => {
    const creditedMinor = credited.get(item.itemId) ?? 0;
    const creditMinor = Math.min(leftMinor, mostMinor, Math.max(0, totalMinor(item) - creditedMinor));
    credited.set(item.itemId, creditedMinor + creditMinor);
    leftMinor -= creditMinor;
  };
  for (const { quantity, sku, unitPriceMinor } of lines) {
    for (const item of items) if (item.reference === sku) credit(item, quantity * unitPriceMinor);
  }
  for (const item of items) credit(item, leftMinor);
  if (leftMinor > 0) throw itemsDiffer();
  return items.map((item) => ({ ...item, creditedAmount: decimal(credited.get(item.itemId) ?? 0) }));
};

const totalMinor = ({ discountRate = 0, quantity, unitPrice }: CheckoutItem): number =>
  Math.round(minor(unitPrice) * quantity * (1 - discountRate));

const itemsDiffer = (): TransmissionFailed => new TransmissionFailed('items-differ', 'rejected', { retry: false });

const statuses: { readonly [status: string]: Payment['status'] } = {
  created: 'pending',
  readytopay: 'pending',
  processingpayment: 'pending',
  readytoship: 'approved',
  shipped: 'captured',
  paidtoaccount: 'captured',
  canceled: 'cancelled',
  denied: 'denied',
  expired: 'expired',
};

export const paymentOf = (checkout: Checkout): Payment => {
  const status = statuses[checkout.status.toLowerCase()];
  if (status === undefined) throw new TransmissionFailed('answer-unexpected', 'unknown', { retry: true });
  return {
    reference: checkout.id,
    status,
    amount: {
      amountMinor: minor(checkout.totalPriceIncludingTax),
      currency: checkout.currency.toUpperCase(),
    },
    refundedMinor: checkout.items.reduce((sum, item) => sum + minor(item.creditedAmount), 0),
    action: status === 'pending' && checkout.pageUrl !== null ? snippetAt(checkout.pageUrl) : null,
  };
};

const snippetAt = (url: string): PaymentAction => ({ kind: 'snippet', url });

// --- the allow-list parser ------------------------------------------------------------------------------------------

const merchantFields = [
  'termsUri',
  'checkoutUri',
  'confirmationUri',
  'notificationUri',
  'reference',
  'partnerId',
  'integrationInfo',
];

type Fields = { readonly [name: string]: unknown };
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
const unexpected = (): TransmissionFailed => new TransmissionFailed('answer-unexpected', 'unknown', { retry: true });
const required = <T>(value: T | undefined): T => {
  if (value === undefined) throw unexpected();
  return value;
};
/** Leaves out absent values. */
const present = <T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

/** @throws TransmissionFailed not a checkout: the outcome is unknown */
export const checkoutFrom = (answer: unknown, pageHost: (url: URL) => boolean): Checkout => {
  const { id, status, merchant, order, history, snippet } = fieldsOf(answer);
  const { currency, items, totalPriceIncludingTax } = fieldsOf(order);
  const { created, shipped, canceled } = fieldsOf(history);
  const addresses = fieldsOf(merchant);
  if (!Array.isArray(items)) throw unexpected();
  return {
    id: required(text(id)),
    status: required(text(status)),
    createdAt: text(created) ?? null,
    shipped: text(shipped) !== undefined,
    canceled: text(canceled) !== undefined,
    merchant: Object.fromEntries(
      merchantFields.flatMap((name) => {
        const value = text(addresses[name]);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    currency: required(text(currency)),
    items: items.map((item) => itemFrom(fieldsOf(item))),
    totalPriceIncludingTax: required(number(totalPriceIncludingTax)),
    pageUrl: pageUrlOf(text(snippet), pageHost),
  };
};

const itemFrom = (item: Fields): CheckoutItem => ({
  itemId: required(text(item['itemId'])),
  name: required(text(item['name'])),
  unitPrice: required(number(item['unitPrice'])),
  quantity: required(number(item['quantity'])),
  ...present({
    taxRate: number(item['taxRate']),
    reference: text(item['reference']),
    discountRate: number(item['discountRate']),
    type: text(item['type']),
  }),
  creditedAmount: number(item['creditedAmount']) ?? 0,
});

/** The page behind the snippet: the snippet itself is third-party markup and script and is not kept. */
const pageUrlOf = (snippet: string | undefined, pageHost: (url: URL) => boolean): string | null => {
  const match = /\b(?:src|url)=["'](https?:\/\/[^"'\s]+)["']/i.exec(snippet ?? '')?.[1];
  if (match === undefined || !URL.canParse(match)) return null;
  const url = new URL(match);
  return pageHost(url) ? url.href : null;
};
