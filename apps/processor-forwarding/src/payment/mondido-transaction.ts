import { createHash } from 'node:crypto';
import type { Payment, PaymentOpening } from './payment-processor.port.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';

/** A transaction reduced to the fields on the allow-list; responses have been seen to contain whole card numbers. */
export interface Transaction {
  readonly id: string;
  readonly status: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly refunds: readonly { readonly amountMinor: number; readonly reason: string }[];
  readonly pageUrl: string | null;
}

export interface MondidoAddresses {
  readonly successUrl: string;
  readonly errorUrl: string;
  readonly webhookUrl: string;
}

export interface MondidoMerchant {
  readonly merchantId: string;
  readonly secret: string;
}

/** Exactly two decimals, as the checksum wants it; integers only, so nothing is rounded. */
export const twoDecimals = (amountMinor: number): string => {
  const digits = String(amountMinor).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** `10.0`, `10.5`, `10.55`, `10` -> minor units; `undefined` = not an amount. */
export const minorOf = (value: unknown): number | undefined => {
  const [, whole, part = ''] = /^(\d{1,12})(?:\.(\d{1,2})0*)?$/.exec(String(value)) ?? [];
  return whole === undefined ? undefined : Number(whole) * 100 + Number(part.padEnd(2, '0'));
};

/** Where the shop delivers: ISO 3166-1 alpha-2 -> alpha-3. */
const alpha3: { readonly [alpha2: string]: string } = Object.fromEntries(
  (
    'AT AUT BE BEL BG BGR CH CHE CY CYP CZ CZE DE DEU DK DNK EE EST ES ESP FI FIN FR FRA GB GBR GR GRC HR HRV HU HUN ' +
    'IE IRL IS ISL IT ITA LI LIE LT LTU LU LUX LV LVA MT MLT NL NLD NO NOR PL POL PT PRT RO ROU SE SWE SI SVN SK SVK'
  )
    .match(/\w+ \w+/g)!
    .map((pair) => pair.split(' ')),
);

/** The form of `POST /transactions`: hosted payment, so card data is entered at Mondido and never reaches the shop. */
export const transactionForm = (
  opening: PaymentOpening,
  { merchantId, secret }: MondidoMerchant,
  { errorUrl, successUrl, webhookUrl }: MondidoAddresses,
): URLSearchParams => {
  const { customer, lines, locale, orderId } = opening;
  const { address } = customer;
  const country = alpha3[address.country.toUpperCase()];
  if (country === undefined) throw new TransmissionFailed('country-unknown', 'notSent', { retry: false });
  // Mondido has no field for it and the register no grant, so it is never sent.
  if (customer.personnummer !== null) throw new TransmissionFailed('no-such-field', 'notSent', { retry: false });
  const amount = twoDecimals(lines.reduce((sum, line) => sum + line.unitPriceMinor * line.quantity, 0));
  const currency = opening.currency.toLowerCase();
  // merchant, reference, customer reference (none), amount, currency, test (never), secret
  const hash = createHash('md5').update([merchantId, orderId, '', amount, currency, '', secret].join('')).digest('hex');
  return new URLSearchParams({
    merchant_id: merchantId,
    amount,
    currency,
    payment_ref: orderId,
    hash,
    process: 'false',
    authorize: 'true',
    locale,
    success_url: successUrl,
    error_url: errorUrl,
    items: JSON.stringify(
      lines.map((line) => ({
        artno: line.sku,
        description: line.name,
        amount: twoDecimals(line.unitPriceMinor * line.quantity),
        qty: String(line.quantity),
        vat: String(Math.round(line.taxRate * 10_000) / 100),
      })),
    ),
    payment_details: JSON.stringify({
      first_name: customer.givenName,
      last_name: customer.familyName,
      email: customer.email,
      ...(customer.phone === null ? {} : { phone: customer.phone }),
      address_1: address.street,
      zip: address.postalCode,
      city: address.city,
      country_code: country,
    }),
    webhook: JSON.stringify({
      url: webhookUrl,
      trigger: 'payment',
      http_method: 'post',
      data_format: 'json',
      type: 'CustomHttp',
    }),
  });
};

const statuses: { readonly [status: string]: Payment['status'] } = {
  pending: 'pending',
  authorized: 'approved',
  approved: 'captured',
  declined: 'denied',
  failed: 'denied',
};

/** A refund of a reservation releases it: the payment is cancelled and nothing was paid back. */
export const paymentOf = (transaction: Transaction): Payment => {
  const known = statuses[transaction.status];
  if (known === undefined) throw unexpected();
  const refunded = transaction.refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const status = known === 'approved' && refunded > 0 ? 'cancelled' : known;
  return {
    reference: transaction.id,
    status,
    amount: { amountMinor: transaction.amountMinor, currency: transaction.currency.toUpperCase() },
    refundedMinor: status === 'captured' ? refunded : 0,
    action:
      status === 'pending' && transaction.pageUrl !== null ? { kind: 'redirect', url: transaction.pageUrl } : null,
  };
};

type Fields = { readonly [name: string]: unknown };
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const unexpected = (): TransmissionFailed => new TransmissionFailed('answer-unexpected', 'unknown', { retry: true });

/** @throws TransmissionFailed not a transaction: the outcome is unknown */
export const transactionFrom = (answer: unknown, pageHost: (url: URL) => boolean): Transaction => {
  const { id, status, amount, currency, refunds = [], href } = fieldsOf(answer);
  const amountMinor = minorOf(amount);
  const reference = typeof id === 'number' || typeof id === 'string' ? String(id) : '';
  if (!/^\w{1,40}$/.test(reference) || typeof status !== 'string') throw unexpected();
  if (typeof currency !== 'string' || amountMinor === undefined || !Array.isArray(refunds)) throw unexpected();
  return {
    id: reference,
    status,
    amountMinor,
    currency,
    refunds: refunds.map((refund: unknown) => {
      const { amount: refunded, reason } = fieldsOf(refund);
      const refundedMinor = minorOf(refunded);
      if (refundedMinor === undefined) throw unexpected();
      return { amountMinor: refundedMinor, reason: typeof reason === 'string' ? reason : '' };
    }),
    pageUrl: typeof href === 'string' && URL.canParse(href) && pageHost(new URL(href)) ? href : null,
  };
};
