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

/** Where the processor divides what is paid back among the lines: on these first. */
export type RefundedLines = readonly {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}[];

/** What the shop is to keep of a payment in the end. */
export interface Keeping {
  readonly keptMinor: number;
  readonly lines: RefundedLines;
}

/**
 * A processor that takes payments. None has idempotency keys, so every command reads the payment first, says what is to be
 * kept of it and does what is missing to that: it may be repeated after an unknown outcome, may come late, and needs no
 * other before it. Only an opening may not be repeated blindly: search for the payment first.
 *
 * Every method throws `TransmissionFailed` and nothing else for a failed call.
 */
export abstract class PaymentProcessor {
  abstract readonly processorId: string;
  /** Composes the whole request, so that nothing but the network can fail once it is being sent. */
  abstract prepareOpening(opening: PaymentOpening): () => Promise<OpenedPayment>;
  /**
   * Searches the payment of an order whose opening had an unknown outcome; `null` = none exists. @param since RFC 3339
   */
  abstract findPayment(orderId: OrderId, since: string): Promise<OpenedPayment | null>;
  abstract readPayment(reference: string): Promise<Payment>;
  /** Takes what is to be kept of a reservation, and gives back what was taken beyond it. @throws PaymentNotInState */
  abstract capturePayment(reference: string, keeping: Keeping): Promise<Payment>;
  /** Keeps nothing: releases what is reserved, gives back what was taken. */
  abstract cancelPayment(reference: string): Promise<Payment>;
  /** Gives back what was taken beyond what is to be kept. Of what is only reserved, the capture takes less instead. */
  abstract refundPayment(reference: string, refund: Keeping & { readonly refundId: Uuid }): Promise<Payment>;
  abstract close(): Promise<void>;
}
