import { type MondidoError, type TransactionRequest, mondidoErrors } from './transaction.js';

/** A form field's value: text, or the structure of its brackets or its JSON. */
type Form = Readonly<Record<string, unknown>>;

const nested = ['items', 'payment_details', 'webhook', 'metadata'];
const known = new Set([
  'merchant_id',
  'amount',
  'vat_amount',
  'currency',
  'payment_ref',
  'customer_ref',
  'hash',
  'test',
  'authorize',
  'process',
  'store_card',
  'success_url',
  'error_url',
  'payment_method',
  'template_id',
  'locale',
  ...nested,
]);
const knownDetails = new Set([
  'email',
  'phone',
  'first_name',
  'last_name',
  'zip',
  'address_1',
  'address_2',
  'city',
  'country_code',
  'company_name',
]);
const knownItem = new Set(['artno', 'description', 'amount', 'qty', 'vat', 'discount']);

/** `items[0][artno]=1` and `items=[{"artno":"1"}]` are the same. */
export const readForm = (rawBody: string): Form => {
  const form: Record<string, unknown> = Object.create(null);
  for (const [key, value] of new URLSearchParams(rawBody)) {
    const path = key.match(/[^[\]]+/g) ?? [];
    put(form, path, path.length === 1 && nested.includes(key) ? parsed(value) : value);
  }
  return form;
};

const parsed = (value: string): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

const put = (into: Record<string, unknown>, [first, ...rest]: readonly string[], value: unknown): void => {
  if (first === undefined || rest.length > 3) return;
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner = into[first];
  const next = typeof inner === 'object' && inner !== null ? inner : Object.create(null);
  into[first] = next;
  put(next, rest, value);
};

const objectOf = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;

/** `12.50` -> 1250; `null` = not an amount with exactly two decimals, or nothing. */
export const readAmount = (value: unknown): number | null => {
  if (typeof value !== 'string' || !/^\d{1,9}\.\d{2}$/.test(value)) return null;
  const amountMinor = Math.round(Number(value) * 100);
  return amountMinor > 0 ? amountMinor : null;
};

const isAddress = (value: unknown): value is string =>
  typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);

/** Reads a create. Hosted payment only: a body with a card number is refused before anything else. */
export const readTransaction = (form: Form, merchantId: string): TransactionRequest | MondidoError => {
  if (Object.keys(form).some((key) => key.startsWith('card_') || key === 'encrypted')) return mondidoErrors.cardDirect;
  if (Object.keys(form).some((key) => !known.has(key))) return mondidoErrors.parameter;
  if (form['process'] !== 'false') return mondidoErrors.cardMissing;
  const amountMinor = readAmount(form['amount']);
  if (amountMinor === null) return mondidoErrors.amount;
  const { currency, payment_ref: paymentRef, customer_ref: customerRef = '' } = form;
  const details = form['payment_details'] === undefined ? {} : objectOf(form['payment_details']);
  const items = Object.values((form['items'] as object | undefined) ?? {}).map(objectOf);
  const webhook = form['webhook'] === undefined ? {} : objectOf(form['webhook']);
  const refused =
    form['merchant_id'] !== merchantId ||
    typeof currency !== 'string' ||
    !/^[a-z]{3}$/i.test(currency) ||
    typeof paymentRef !== 'string' ||
    !/^[\w-]{1,64}$/.test(paymentRef) ||
    typeof customerRef !== 'string' ||
    !isAddress(form['success_url']) ||
    !isAddress(form['error_url']) ||
    details === null ||
    Object.entries(details).some(([key, value]) => !knownDetails.has(key) || typeof value !== 'string') ||
    (details['country_code'] !== undefined && !/^[A-Z]{3}$/i.test(String(details['country_code']))) ||
    items.some((item) => item === null || Object.keys(item).some((key) => !knownItem.has(key))) ||
    webhook === null ||
    (webhook['url'] !== undefined && !isAddress(webhook['url']));
  if (refused) return mondidoErrors.parameter;
  return {
    amountMinor,
    vatAmountMinor: readAmount(form['vat_amount']),
    currency: currency as string,
    paymentRef: paymentRef as string,
    customerRef: customerRef as string,
    test: form['test'] === 'true',
    authorize: form['authorize'] === 'true',
    storeCard: form['store_card'] === 'true',
    successUrl: form['success_url'] as string,
    errorUrl: form['error_url'] as string,
    webhookUrl: (webhook?.['url'] as string | undefined) ?? null,
    items: items as Readonly<Record<string, unknown>>[],
    paymentDetails: details as Record<string, string>,
    metadata: form['metadata'] ?? null,
  };
};
