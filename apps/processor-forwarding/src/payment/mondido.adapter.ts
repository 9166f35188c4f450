import type { OrderId } from '@dittoo/kernel';
import {
  paymentOf,
  transactionForm,
  transactionFrom,
  twoDecimals,
  type MondidoAddresses,
  type MondidoMerchant,
  type Transaction,
} from './mondido-transaction.js';
import {
  PaymentProcessor,
  type OpenedPayment,
  type Payment,
  type PaymentOpening,
  type RefundOrder,
} from './payment-processor.port.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import type { ProcessorClient } from './processor-client.js';

/** The reason under which a reservation is released. */
const cancellation = 'cancellation';

/**
 * Mondido v1, hosted payments. Refunds have no idempotency key: the shop's refund id goes into `reason`, and the
 * transaction is searched for it before a refund is made.
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

  async openPayment(opening: PaymentOpening): Promise<OpenedPayment> {
    const form = transactionForm(opening, this.merchant, this.addresses(opening.orderId));
    return this.opened(opening.orderId, this.parse(await this.client.call('POST', 'transactions', form)));
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

  async capturePayment(reference: string): Promise<Payment> {
    const transaction = await this.read(reference);
    const payment = paymentOf(transaction);
    if (payment.status === 'captured') return payment;
    if (payment.status !== 'approved') throw inThisState(payment);
    const amount = new URLSearchParams({ amount: twoDecimals(transaction.amountMinor) });
    return paymentOf(this.parse(await this.client.call('PUT', `transactions/${reference}/capture`, amount)));
  }

  /** Nothing is reserved before approval, so there is nothing to release. */
  async cancelPayment(reference: string): Promise<Payment> {
    const transaction = await this.read(reference);
    const payment = paymentOf(transaction);
    if (payment.status === 'captured') throw inThisState(payment);
    if (payment.status !== 'approved') return payment;
    await this.refund(reference, transaction.amountMinor, cancellation);
    return this.readPayment(reference);
  }

  async refundPayment(reference: string, { refundId, amountMinor }: RefundOrder): Promise<Payment> {
    const transaction = await this.read(reference);
    const payment = paymentOf(transaction);
    if (transaction.refunds.some(({ reason }) => reason === refundId)) return payment;
    if (payment.status !== 'captured') throw inThisState(payment);
    await this.refund(reference, amountMinor, refundId);
    return this.readPayment(reference);
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

const inThisState = ({ status }: Payment): TransmissionFailed =>
  new TransmissionFailed(`payment-${status}`, 'rejected', { retry: false });
