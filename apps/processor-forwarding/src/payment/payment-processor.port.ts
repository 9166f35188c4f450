import type { ForwardingEvents, Locale, Money, OrderLine, PaymentAction, PostalAddress } from '@dittoo/contracts';
import type { OrderId, Uuid } from '@dittoo/kernel';

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
  readonly orderId: OrderId;
  readonly lines: readonly OrderLine[];
  readonly currency: string;
  readonly locale: Locale;
  readonly customer: Customer;
}

/** A payment as the processor reports it, reduced to the fields we accept. */
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

/** What is credited in all, line by line in the order's order; a target, never a step. */
export type CreditTargets = readonly { readonly sku: string; readonly amountMinor: number }[];

/** A refund in both forms: Payson takes totals, Mondido single refunds that are looked up by id first. */
export interface RefundOrder {
  readonly refundId: Uuid;
  readonly amountMinor: number;
  readonly targets: CreditTargets;
}

/**
 * A processor that takes payments. None has idempotency keys, so every command reads the payment first and does nothing
 * where it is done already; after an unknown outcome the same command is therefore safe, except `openPayment`: search for
 * the payment first.
 *
 * Every method throws `TransmissionFailed` and nothing else for what happens on the way.
 */
export abstract class PaymentProcessor {
  abstract readonly processorId: string;
  abstract openPayment(opening: PaymentOpening): Promise<OpenedPayment>;
  /** The payment of an order whose opening had no known outcome; `null` = there is none. @param since RFC 3339 */
  abstract findPayment(orderId: OrderId, since: string): Promise<OpenedPayment | null>;
  abstract readPayment(reference: string): Promise<Payment>;
  abstract capturePayment(reference: string): Promise<Payment>;
  abstract cancelPayment(reference: string): Promise<Payment>;
  abstract refundPayment(reference: string, refund: RefundOrder): Promise<Payment>;
  abstract close(): Promise<void>;
}
