import { createHash } from 'node:crypto';

/** Mondido's error response: `name` is stable, `description` is for people. */
export interface MondidoError {
  readonly name: string;
  readonly code: number;
  readonly description: string;
}

/** Names and codes that integrations have seen; errors that exist only in this sandbox say so in their name. */
export const mondidoErrors = {
  unauthorized: { name: 'errors.unauthorized', code: 101, description: 'Obehörig' },
  amount: { name: 'errors.amount.invalid', code: 109, description: 'Ogiltigt belopp' },
  cardMissing: { name: 'errors.card_number.missing', code: 110, description: 'Kortnummer saknas' },
  notFound: { name: 'errors.transaction.not_found', code: 128, description: 'Transaktionen hittades inte' },
  declined: { name: 'errors.payment.declined', code: 129, description: 'Betalningen medgavs ej' },
  hash: { name: 'errors.hash.invalid', code: 130, description: 'Ogiltig hash' },
  cardDirect: { name: 'errors.sandbox.card_data', code: 901, description: 'Kortuppgifter tas inte emot här' },
  parameter: { name: 'errors.sandbox.parameter', code: 902, description: 'En parameter är okänd, saknas eller är fel' },
  state: { name: 'errors.sandbox.transaction_state', code: 903, description: 'Går inte i detta läge' },
} as const satisfies Record<string, MondidoError>;

export type TransactionStatus = 'pending' | 'authorized' | 'approved' | 'declined' | 'failed';

export interface Refund {
  readonly id: number;
  readonly transactionId: number;
  readonly amountMinor: number;
  readonly reason: string;
  readonly createdAt: string;
}

/** A create, read from the form. */
export interface TransactionRequest {
  readonly amountMinor: number;
  readonly vatAmountMinor: number | null;
  readonly currency: string;
  readonly paymentRef: string;
  readonly customerRef: string;
  readonly test: boolean;
  readonly authorize: boolean;
  readonly storeCard: boolean;
  readonly successUrl: string;
  readonly errorUrl: string;
  readonly webhookUrl: string | null;
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly paymentDetails: Readonly<Record<string, string>>;
  readonly metadata: unknown;
}

export interface Transaction extends TransactionRequest {
  readonly id: number;
  /** Unguessable: the hosted page needs no other credential. */
  readonly token: string;
  readonly status: TransactionStatus;
  readonly createdAt: string;
  readonly customerId: number | null;
  readonly storedCardId: number | null;
  readonly refunds: readonly Refund[];
}

export type TransactionAnswer = Transaction | MondidoError;
export const isError = (answer: object): answer is MondidoError => 'name' in answer && 'code' in answer;

/** Two decimals, as in a hash. */
export const twoDecimals = (amountMinor: number): string => (amountMinor / 100).toFixed(2);

/** As many decimals as it needs and at least one, as Mondido answers: `10.0`, `10.5`, `10.55`. */
const someDecimals = (amountMinor: number): string => twoDecimals(amountMinor).replace(/0$/, '');

const md5 = (...parts: readonly string[]): string => createHash('md5').update(parts.join(''), 'utf8').digest('hex');

export interface Merchant {
  readonly merchantId: string;
  readonly secret: string;
}

type Hashed = Pick<TransactionRequest, 'paymentRef' | 'customerRef' | 'amountMinor' | 'currency'>;

/** The checksum of a request. */
export const requestHash = ({ merchantId, secret }: Merchant, request: Hashed & { readonly test: boolean }): string =>
  md5(
    merchantId,
    request.paymentRef,
    request.customerRef,
    twoDecimals(request.amountMinor),
    request.currency.toLowerCase(),
    request.test ? 'test' : '',
    secret,
  );

/** The checksum of a return address and of a webhook: the status in place of `test`. */
export const responseHash = (
  { merchantId, secret }: Merchant,
  transaction: Hashed & { readonly status: string },
): string =>
  md5(
    merchantId,
    transaction.paymentRef,
    transaction.customerRef,
    twoDecimals(transaction.amountMinor),
    transaction.currency.toLowerCase(),
    transaction.status,
    secret,
  );

export type Decision = 'approve' | 'deny' | 'fail';

/** The buyer on the hosted page. The same decision twice is one. @param approvedMinor `null` = the whole amount */
export const decideTransaction = (
  transaction: Transaction,
  decision: Decision,
  approvedMinor: number | null = null,
): TransactionAnswer => {
  const paid = transaction.authorize ? 'authorized' : 'approved';
  const status = ({ approve: paid, deny: 'declined', fail: 'failed' } as const)[decision];
  if (transaction.status === status) return transaction;
  if (transaction.status !== 'pending') return mondidoErrors.state;
  return { ...transaction, status, amountMinor: approvedMinor ?? transaction.amountMinor };
};

/** Captures the reserved amount or a part of it; the rest is released. */
export const captureTransaction = (transaction: Transaction, amountMinor: number | null): TransactionAnswer => {
  if (transaction.status !== 'authorized' || transaction.refunds.length > 0) return mondidoErrors.state;
  if (amountMinor === null || amountMinor > transaction.amountMinor) return mondidoErrors.amount;
  return { ...transaction, status: 'approved', amountMinor };
};

/** Pays back a part or all; on a reservation it releases the whole, once. */
export const refundTransaction = (
  transaction: Transaction,
  refund: Omit<Refund, 'transactionId' | 'amountMinor'> & { readonly amountMinor: number | null },
): TransactionAnswer => {
  const { amountMinor } = refund;
  if (transaction.status !== 'approved' && transaction.status !== 'authorized') return mondidoErrors.state;
  const before = transaction.refunds.reduce((sum, earlier) => sum + earlier.amountMinor, 0);
  if (amountMinor === null || before + amountMinor > transaction.amountMinor) return mondidoErrors.amount;
  if (transaction.status === 'authorized' && amountMinor !== transaction.amountMinor) return mondidoErrors.amount;
  return {
    ...transaction,
    refunds: [...transaction.refunds, { ...refund, amountMinor, transactionId: transaction.id }],
  };
};

/** What Mondido's staff may do, without the shop. @param amountMinor `null` = all that is left */
export const actOnTransaction = (
  transaction: Transaction,
  act: 'cancel' | 'capture' | 'refund',
  amountMinor: number | null,
  refund: Omit<Refund, 'transactionId' | 'amountMinor'>,
): TransactionAnswer => {
  if (act === 'capture') return captureTransaction(transaction, amountMinor ?? transaction.amountMinor);
  if (transaction.status !== (act === 'cancel' ? 'authorized' : 'approved')) return mondidoErrors.state;
  const leftMinor = transaction.refunds.reduce((left, earlier) => left - earlier.amountMinor, transaction.amountMinor);
  return refundTransaction(transaction, { ...refund, amountMinor: amountMinor ?? leftMinor });
};

export const refundAnswer = (refund: Refund) => ({
  id: refund.id,
  transaction_id: refund.transactionId,
  amount: someDecimals(refund.amountMinor),
  reason: refund.reason,
  created_at: refund.createdAt,
});

/** The transaction as responses and webhooks contain it. Of the buyer only an id is included. */
export const transactionAnswer = (merchant: Merchant, transaction: Transaction, href: string) => {
  const paid = transaction.status === 'approved' || transaction.status === 'authorized';
  return {
    id: transaction.id,
    merchant_id: merchant.merchantId,
    payment_ref: transaction.paymentRef,
    customer_ref: transaction.customerRef,
    amount: someDecimals(transaction.amountMinor),
    vat_amount: transaction.vatAmountMinor === null ? null : someDecimals(transaction.vatAmountMinor),
    currency: transaction.currency,
    status: transaction.status,
    test: transaction.test,
    created_at: transaction.createdAt,
    transaction_type: paid ? 'credit_card' : null,
    card_number: paid ? '411111******1111' : null,
    card_type: paid ? 'VISA' : null,
    cost: { percentual_fee: '0.0', fixed_fee: '0.0', percentual_exchange_fee: '0.0', total: '0.0' },
    stored_card: transaction.storedCardId === null ? null : { id: transaction.storedCardId },
    customer: transaction.customerId === null ? null : { id: transaction.customerId, ref: transaction.customerRef },
    refunds: transaction.refunds.map(refundAnswer),
    webhooks: [],
    items: transaction.items,
    metadata: transaction.metadata,
    payment_details: { id: transaction.id },
    success_url: transaction.successUrl,
    error_url: transaction.errorUrl,
    href,
    error: transaction.status === 'declined' ? mondidoErrors.declined : null,
  };
};
