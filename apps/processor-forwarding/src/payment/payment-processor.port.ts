import type { ForwardingEvents, Locale, Money, OrderLine, PaymentAction, PostalAddress } from '@dittoo/contracts';
import type { OrderId, Uuid } from '@dittoo/kernel';

/** Personal values to send, by the register's names. Absent ones are not sent. */
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
  readonly orderId: OrderId;
  readonly lines: readonly OrderLine[];
  readonly currency: string;
  readonly locale: Locale;
  readonly customer: Customer;
}

/** A payment as the processor reports it, reduced to the fields on the allow-list. */
export interface Payment {
  readonly reference: string;
  readonly status: ForwardingEvents['PaymentStatusRead']['status'];
  readonly amount: Money;
  readonly refundedMinor: number;
  /** How the customer continues; `null` = nothing left to do. */
  readonly action: PaymentAction | null;
}

/** A payment the customer can continue with. */
export interface OpenedPayment extends Payment {
  readonly action: PaymentAction;
}

/** The total to be credited per line, in the order of the order's lines; a target, not an increment. */
export type CreditTargets = readonly { readonly sku: string; readonly amountMinor: number }[];

/** A refund in both forms: Payson takes totals, Mondido single refunds that are looked up by id first. */
export interface RefundOrder {
  readonly refundId: Uuid;
  readonly amountMinor: number;
  readonly targets: CreditTargets;
}

/**
 * A processor that takes payments. None has idempotency keys, so every command reads the payment first and does nothing
 * where its effect already exists; after an unknown outcome the same command is therefore safe, except `openPayment`:
 * search for the payment first.
 *
 * Every method throws `TransmissionFailed` and nothing else for a failed call.
 */
export abstract class PaymentProcessor {
  abstract readonly processorId: string;
  abstract openPayment(opening: PaymentOpening): Promise<OpenedPayment>;
  /**
   * Searches the payment of an order whose opening had an unknown outcome; `null` = none exists. @param since RFC 3339
   */
  abstract findPayment(orderId: OrderId, since: string): Promise<OpenedPayment | null>;
  abstract readPayment(reference: string): Promise<Payment>;
  abstract capturePayment(reference: string): Promise<Payment>;
  abstract cancelPayment(reference: string): Promise<Payment>;
  abstract refundPayment(reference: string, refund: RefundOrder): Promise<Payment>;
  abstract close(): Promise<void>;
}
