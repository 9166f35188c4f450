import type { ForwardingEvents, Locale, Money, OrderLine, PaymentAction, PostalAddress } from '@dittoo/contracts';
import type { Uuid } from '@dittoo/kernel';

/** Personal values on their way out, by the register's names. What is absent is not sent. */
export interface Customer {
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly phone: string | null;
  readonly address: PostalAddress;
  /** Twelve digits. */
  readonly personnummer: string | null;
}

export interface PaymentOpening {
  readonly orderId: Uuid;
  readonly lines: readonly OrderLine[];
  readonly currency: string;
  readonly locale: Locale;
  readonly customer: Customer;
}

/** A payment as the processor tells it, reduced to what is allowed in. */
export interface Payment {
  readonly reference: string;
  readonly status: ForwardingEvents['PaymentStatusRead']['status'];
  readonly amount: Money;
  readonly refundedMinor: number;
  /** How the customer goes on; `null` when there is nothing to do any more. */
  readonly action: PaymentAction | null;
}

/** A payment the customer can go on with. */
export interface OpenedPayment extends Payment {
  readonly action: PaymentAction;
}

/** What is credited in all, line by line in the order's order; a target, never a step. */
export type CreditTargets = readonly { readonly sku: string; readonly amountMinor: number }[];

/** A refund as either kind of processor wants it: one takes totals, the other steps that it is asked about first. */
export interface RefundOrder {
  readonly refundId: Uuid;
  readonly amountMinor: number;
  readonly targets: CreditTargets;
}

/**
 * A processor that takes payments. It has no idempotency keys, so every command reads first and does nothing where it
 * finds it done; after an unknown outcome the same command is therefore safe, except `openPayment`: look for the
 * payment first.
 *
 * Every method throws `TransmissionFailed` and nothing else for what happens on the way.
 */
export interface PaymentProcessor {
  readonly processorId: string;
  openPayment(opening: PaymentOpening): Promise<OpenedPayment>;
  /** The payment of an order whose opening had no known outcome; `null` = there is none. @param since RFC 3339 */
  findPayment(orderId: Uuid, since: string): Promise<OpenedPayment | null>;
  readPayment(reference: string): Promise<Payment>;
  capturePayment(reference: string): Promise<Payment>;
  cancelPayment(reference: string): Promise<Payment>;
  refundPayment(reference: string, refund: RefundOrder): Promise<Payment>;
  close(): Promise<void>;
}
