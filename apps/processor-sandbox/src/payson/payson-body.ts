/** One error in a body, in Payson's form. */
export interface PaysonError {
  readonly property: string;
  readonly message: string;
}

export interface Customer {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly street?: string;
  readonly postalCode?: string;
  readonly city?: string;
  readonly countryCode?: string;
  readonly identityNumber?: string;
  readonly type?: string;
}

export interface BodyItem {
  readonly itemId?: string;
  readonly name: string;
  readonly unitPrice: number;
  readonly quantity: number;
  readonly taxRate?: number;
  readonly reference?: string;
  readonly discountRate?: number;
  readonly type?: string;
  readonly ean?: string;
  readonly uri?: string;
  readonly imageUri?: string;
  readonly creditedAmount?: number;
}

export interface Merchant {
  readonly termsUri: string;
  readonly checkoutUri: string;
  readonly confirmationUri: string;
  readonly notificationUri: string;
  readonly reference?: string;
  readonly partnerId?: string;
  readonly integrationInfo?: string;
}

export interface Gui {
  readonly colorScheme?: string;
  readonly locale?: string;
  readonly requestPhone?: boolean;
  readonly countries?: readonly string[];
}

/** A checkout as a client sends it, property names in camel case. */
export type CheckoutBody = {
  readonly id?: string;
  readonly status?: string;
  readonly description?: string;
  readonly merchant: Merchant;
  readonly order: { readonly currency: string; readonly items: readonly BodyItem[] };
  readonly customer?: Customer;
  readonly gui?: Gui;
};

type Check = (value: unknown) => string | null;
interface Property {
  readonly check?: Check;
  readonly required?: true;
  /** Fields that only Payson sets; a client sends them back after a read and they are ignored. */
  readonly answered?: true;
  readonly object?: Shape;
  readonly list?: Shape;
}
type Shape = Readonly<Record<string, Property>>;

const text =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'string' && value.length >= least && value.length <= most
      ? null
      : `must be text of ${least} to ${most} characters`;
const matching =
  (pattern: RegExp, what: string): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? null : `must be ${what}`;
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value.toLowerCase()) ? null : `must be one of ${values.join(', ')}`;
const number =
  (least: number, most: number, decimals: number): Check =>
  (value) =>
    typeof value === 'number' &&
    value >= least &&
    value <= most &&
    Math.abs(Math.round(value * 10 ** decimals) - value * 10 ** decimals) < 1e-6
      ? null
      : `must be a number from ${least} to ${most} with at most ${decimals} decimals`;
const address: Check = (value) =>
  typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value) && text(9, 2000)(value) === null
    ? null
    : 'must be an address of 9 to 2000 characters with its scheme';
const flag: Check = (value) => (typeof value === 'boolean' ? null : 'must be true or false');

const answered: Property = { answered: true };
const largest = 10_000_000;

const customer: Shape = {
  firstName: { check: text(0, 128) },
  lastName: { check: text(0, 128) },
  email: { check: matching(/^$|^[^@\s]+@[^@\s]+$/, 'an e-mail address') },
  phone: { check: matching(/^[+\d\s()-]{0,32}$/, 'a phone number') },
  street: { check: text(0, 128) },
  postalCode: { check: text(0, 32) },
  city: { check: text(0, 128) },
  countryCode: { check: matching(/^([a-z]{2})?$/i, 'a country code of two letters') },
  identityNumber: { check: matching(/^(\d{6}(-?\d{4})?)?$/, 'YYMMDD or YYMMDDNNNN') },
  type: { check: oneOf('person', 'business') },
};

const item: Shape = {
  itemId: { check: text(1, 64) },
  name: { check: text(1, 200), required: true },
  unitPrice: { check: number(-largest, largest, 2), required: true },
  quantity: { check: number(0.01, largest, 2), required: true },
  taxRate: { check: number(0, 1, 4) },
  reference: { check: text(0, 200) },
  discountRate: { check: number(0, 1, 4) },
  type: { check: oneOf('physical', 'service', 'fee') },
  ean: { check: matching(/^(\d{13})?$/, '13 digits') },
  uri: { check: address },
  imageUri: { check: address },
  creditedAmount: { check: number(0, largest, 2) },
  totalPriceExcludingTax: answered,
  totalPriceIncludingTax: answered,
  totalTaxAmount: answered,
};

const order: Shape = {
  currency: { check: oneOf('sek', 'eur'), required: true },
  items: { list: item, required: true },
  totalPriceExcludingTax: answered,
  totalPriceIncludingTax: answered,
  totalTaxAmount: answered,
  totalCreditedAmount: answered,
};

const merchant: Shape = {
  termsUri: { check: address, required: true },
  checkoutUri: { check: address, required: true },
  confirmationUri: { check: address, required: true },
  notificationUri: { check: address, required: true },
  reference: { check: text(0, 200) },
  partnerId: { check: text(0, 100) },
  integrationInfo: { check: text(0, 100) },
};

const gui: Shape = {
  colorScheme: { check: text(0, 64) },
  locale: { check: oneOf('sv', 'en', 'fi', 'da', 'no', 'de', 'es') },
  requestPhone: { check: flag },
  countries: {
    check: (value) =>
      Array.isArray(value) && value.every((code) => /^[a-z]{2}$/i.test(String(code)))
        ? null
        : 'must be a list of country codes',
  },
};

const created: Shape = {
  merchant: { object: merchant, required: true },
  order: { object: order, required: true },
  customer: { object: customer },
  gui: { object: gui },
  description: { check: text(0, 200) },
  id: answered,
  status: answered,
  snippet: answered,
  purchaseId: answered,
  expirationTime: answered,
  history: answered,
};

const replaced: Shape = {
  ...created,
  id: { check: text(1, 64), required: true },
  status: { check: text(1, 64), required: true },
};

/**
 * Reads the body of a create or a replace. Property names count in any case; unknown ones are refused, since a mistake
 * accepted here would only show at the real service.
 */
export const readCheckout = (
  body: unknown,
  act: 'create' | 'replace',
): { readonly checkout: CheckoutBody; readonly errors: readonly PaysonError[] } => {
  const errors: PaysonError[] = [];
  const checkout = readObject(body, act === 'create' ? created : replaced, '', errors);
  return { checkout: checkout as CheckoutBody, errors };
};

const readObject = (value: unknown, shape: Shape, path: string, errors: PaysonError[]): Record<string, unknown> => {
  const result: Record<string, unknown> = {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    errors.push({ property: path, message: 'must be an object' });
    return result;
  }
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  for (const [key, inner] of Object.entries(value)) {
    const name = names.get(key.toLowerCase());
    const property = name === undefined ? undefined : shape[name];
    if (name === undefined || property === undefined) errors.push({ property: path, message: 'unknown property' });
    else if (Object.hasOwn(result, name)) errors.push({ property: join(path, name), message: 'is given twice' });
    else if (property.answered !== true && inner !== null)
      result[name] = readProperty(inner, property, join(path, name), errors);
  }
  for (const [name, property] of Object.entries(shape))
    if (property.required === true && result[name] === undefined)
      errors.push({ property: join(path, name), message: 'is required' });
  return result;
};

const readProperty = (value: unknown, property: Property, path: string, errors: PaysonError[]): unknown => {
  if (property.object !== undefined) return readObject(value, property.object, path, errors);
  if (property.list !== undefined) {
    const shape = property.list;
    if (Array.isArray(value) && value.length > 0)
      return value.map((inner, index) => readObject(inner, shape, `${path}[${index}]`, errors));
    errors.push({ property: path, message: 'must hold at least one' });
    return [];
  }
  const message = property.check?.(value) ?? null;
  if (message !== null) errors.push({ property: path, message });
  return value;
};

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
