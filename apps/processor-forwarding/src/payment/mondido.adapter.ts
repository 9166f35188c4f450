import type { OrderId, Uuid } from '@dittoo/kernel';
import {
  paymentOf,
  transactionForm,
  transactionFrom,
  twoDecimals,
  type MondidoAddresses,
  type MondidoMerchant,
  type Transaction,
} from './mondido-transaction.js';
import { PaymentNotInState } from './payment-not-in-state.js';
import {
  PaymentProcessor,
  type Keeping,
  type OpenedPayment,
  type Payment,
  type PaymentOpening,
} from './payment-processor.port.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import type { ProcessorClient } from './processor-client.js';

/** The reasons for what is paid back without a refund of the shop. */
const cancellation = 'cancellation';
const reduction = 'reduction';

/**
 * Mondido v1, hosted payments. Refunds have no idempotency key: the transaction is read before one is made, and only what
 * is missing is paid back. The shop's refund id goes into `reason`, for people.
 */
export class MondidoAdapter extends PaymentProcessor {
  /** The shop stores no card there, and has no call that deletes the rest. */
  static readonly capabilities = ['takePayments'] as const;
  readonly processorId = 'mondido';

  constructor(
    private readonly client: ProcessorClient,
    private readonly merchant: MondidoMerchant,
    private readonly addresses: (orderId: OrderId) => MondidoAddresses,
    /** Whether the customer's browser may be redirected there. */
    private readonly pageHost: (url: URL) => boolean,
  ) {
    super();
  }

  prepareOpening(opening: PaymentOpening): () => Promise<OpenedPayment> {
    const form = transactionForm(opening, this.merchant, this.addresses(opening.orderId));
    const send = this.client.prepare('POST', 'transactions', form);
    return async () => this.opened(opening.orderId, this.parse(await send()));
  }

  async findPayment(orderId: OrderId): Promise<OpenedPayment | null> {
    const query = new URLSearchParams({ 'filter[payment_ref]': orderId, limit: '1' });
    const list = await this.client.call('GET', `transactions?${query}`);
    if (!Array.isArray(list)) throw new TransmissionFailed('answer-unexpected', 'unknown', { retry: true });
    return list.length === 0 ? null : this.opened(orderId, this.parse(list[0]));
  }

  async readPayment(reference: string): Promise<Payment> {
    return paymentOf(await this.read(reference));
  }

  async capturePayment(reference: string, keeping: Keeping): Promise<Payment> {
    const transaction = await this.read(reference);
    const payment = paymentOf(transaction);
    if (payment.status === 'captured') return this.keep(transaction, keeping, reduction);
    if (payment.status !== 'approved') throw new PaymentNotInState(payment);
    if (keeping.keptMinor === 0) return this.release(transaction);
    const amount = twoDecimals(Math.min(keeping.keptMinor, transaction.amountMinor));
    const path = `transactions/${reference}/capture`;
    return paymentOf(this.parse(await this.client.call('PUT', path, new URLSearchParams({ amount }))));
  }

  /** Nothing is reserved before approval, so there is nothing to release. */
  async cancelPayment(reference: string): Promise<Payment> {
    const transaction = await this.read(reference);
    const payment = paymentOf(transaction);
    if (payment.status === 'captured') return this.keep(transaction, { keptMinor: 0 }, cancellation);
    return payment.status === 'approved' ? this.release(transaction) : payment;
  }

  async refundPayment(reference: string, refund: Keeping & { readonly refundId: Uuid }): Promise<Payment> {
    const transaction = await this.read(reference);
    const payment = paymentOf(transaction);
    return payment.status === 'captured' ? this.keep(transaction, refund, refund.refundId) : payment;
  }

  /** Pays back what was taken beyond what is to be kept; the sum of the refunds says whether that is done. */
  private async keep(
    transaction: Transaction,
    { keptMinor }: Pick<Keeping, 'keptMinor'>,
    reason: string,
  ): Promise<Payment> {
    const payment = paymentOf(transaction);
    const excessMinor = payment.amount.amountMinor - payment.refundedMinor - keptMinor;
    if (excessMinor <= 0) return payment;
    await this.refund(transaction.id, excessMinor, reason);
    return this.readPayment(transaction.id);
  }

  private async release({ amountMinor, id }: Transaction): Promise<Payment> {
    await this.refund(id, amountMinor, cancellation);
    return this.readPayment(id);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** The response is not read: it has been seen to contain a whole card number. The transaction is read instead. */
  private async refund(transactionId: string, amountMinor: number, reason: string): Promise<void> {
    const form = { transaction_id: transactionId, amount: twoDecimals(amountMinor), reason };
    await this.client.call('POST', 'refunds', new URLSearchParams(form));
  }

  private opened(orderId: OrderId, transaction: Transaction): OpenedPayment {
    const payment = paymentOf(transaction);
    const action = payment.action ?? { kind: 'redirect', url: this.addresses(orderId).successUrl };
    return { ...payment, action };
  }

  private async read(reference: string): Promise<Transaction> {
    return this.parse(await this.client.call('GET', `transactions/${encodeURIComponent(reference)}`));
  }

  private parse(answer: unknown): Transaction {
    return transactionFrom(answer, this.pageHost);
  }
}
