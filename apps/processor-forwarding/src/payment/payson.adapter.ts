import type { OrderId } from '@dittoo/kernel';
import { PaymentNotInState } from './payment-not-in-state.js';
import {
  PaymentProcessor,
  type Keeping,
  type OpenedPayment,
  type Payment,
  type PaymentOpening,
} from './payment-processor.port.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import {
  checkoutBody,
  checkoutFrom,
  creditedItems,
  paymentOf,
  replacingBody,
  type Checkout,
  type MerchantAddresses,
} from './payson-checkout.js';
import type { ProcessorClient } from './processor-client.js';

/** Maximum number of list pages searched; with more open checkouts it becomes a manual task. */
const mostPages = 500;
/** How much older than the attempt a checkout must be to end the search: clocks differ. */
const marginMs = 3_600_000;

/**
 * Payson Checkout 2.0. A PUT replaces the whole checkout and there is no ETag, so commands to one checkout must not
 * overlap: they are in one lane, that of the subject.
 */
export class PaysonAdapter extends PaymentProcessor {
  /** The service has no call that deletes anything. */
  static readonly capabilities = ['takePayments'] as const;
  readonly processorId = 'payson';

  constructor(
    private readonly client: ProcessorClient,
    private readonly addresses: (orderId: OrderId) => MerchantAddresses,
    /** Whether the customer's browser may be redirected there. */
    private readonly pageHost: (url: URL) => boolean,
  ) {
    super();
  }

  prepareOpening(opening: PaymentOpening): () => Promise<OpenedPayment> {
    const body = checkoutBody(opening, this.addresses(opening.orderId));
    const send = this.client.prepare('POST', 'Checkouts', body);
    return async () => this.opened(opening.orderId, paymentOf(this.parse(await send())));
  }

  /**
   * `POST /Checkouts` has no natural key: the list is searched for our order id. If pages are newest first, the search
   * ends at checkouts older than the attempt; otherwise at the last page.
   */
  async findPayment(orderId: OrderId, since: string): Promise<OpenedPayment | null> {
    let newest = Number.POSITIVE_INFINITY;
    let sorted = true;
    for (let page = 1; page <= mostPages; page++) {
      const checkouts = await this.page(page);
      const match = checkouts.find(({ merchant }) => merchant['reference'] === orderId);
      if (match !== undefined) return this.opened(orderId, paymentOf(await this.read(match.id)));
      if (checkouts.length === 0) return null;
      for (const { createdAt } of checkouts) {
        const at = Date.parse(createdAt ?? '');
        sorted &&= at <= newest;
        newest = at;
      }
      if (sorted && newest < Date.parse(since) - marginMs) return null;
    }
    throw new TransmissionFailed('list-too-long', 'unknown', { retry: true });
  }

  async readPayment(reference: string): Promise<Payment> {
    return paymentOf(await this.read(reference));
  }

  /** Payson takes the whole reservation, so what is not to be kept is credited at once. */
  async capturePayment(reference: string, keeping: Keeping): Promise<Payment> {
    const checkout = await this.read(reference);
    const payment = paymentOf(checkout);
    if (checkout.shipped || payment.status === 'captured') return this.keep(checkout, keeping);
    if (payment.status !== 'approved') throw new PaymentNotInState(payment);
    if (keeping.keptMinor === 0) return paymentOf(await this.replace(checkout, { status: 'canceled' }));
    return this.keep(await this.replace(checkout, { status: 'shipped' }), keeping);
  }

  /** Nothing is reserved before approval, so there is nothing to release: an unpaid checkout expires by itself. */
  async cancelPayment(reference: string): Promise<Payment> {
    const checkout = await this.read(reference);
    const payment = paymentOf(checkout);
    if (payment.status === 'captured') return this.keep(checkout, { keptMinor: 0, lines: [] });
    if (payment.status !== 'approved') return payment;
    return paymentOf(await this.replace(checkout, { status: 'canceled' }));
  }

  async refundPayment(reference: string, refund: Keeping): Promise<Payment> {
    const checkout = await this.read(reference);
    const payment = paymentOf(checkout);
    return payment.status === 'captured' ? this.keep(checkout, refund) : payment;
  }

  /** Credits what was taken beyond what is to be kept. */
  private async keep(checkout: Checkout, { keptMinor, lines }: Keeping): Promise<Payment> {
    const payment = paymentOf(checkout);
    const excessMinor = payment.amount.amountMinor - payment.refundedMinor - keptMinor;
    if (excessMinor <= 0) return payment;
    const items = creditedItems(checkout, excessMinor, lines);
    const after = paymentOf(await this.replace(checkout, { items }));
    const intendedMinor = payment.refundedMinor + excessMinor;
    if (after.refundedMinor < intendedMinor)
      throw new TransmissionFailed('credit-differs', 'unknown', { retry: false });
    return after;
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Where no payment page exists (any more), the customer is redirected to the order. */
  private opened(orderId: OrderId, payment: Payment): OpenedPayment {
    const action = payment.action ?? { kind: 'redirect', url: this.addresses(orderId).confirmationUri };
    return { ...payment, action };
  }

  private async page(page: number): Promise<Checkout[]> {
    const answer = await this.client.call('GET', `Checkouts?page=${page}`);
    const { data } = (answer ?? {}) as { data?: unknown };
    const list = Array.isArray(answer) ? answer : data;
    if (!Array.isArray(list)) throw new TransmissionFailed('answer-unexpected', 'unknown', { retry: true });
    return list.map((item) => this.parse(item));
  }

  private async read(reference: string): Promise<Checkout> {
    return this.parse(await this.client.call('GET', `Checkouts/${encodeURIComponent(reference)}`));
  }

  private async replace(checkout: Checkout, change: Parameters<typeof replacingBody>[1]): Promise<Checkout> {
    const path = `Checkouts/${encodeURIComponent(checkout.id)}`;
    return this.parse(await this.client.call('PUT', path, replacingBody(checkout, change)));
  }

  private parse(answer: unknown): Checkout {
    return checkoutFrom(answer, this.pageHost);
  }
}
