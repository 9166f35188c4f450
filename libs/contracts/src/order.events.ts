import { personal, plain, type EventOf, type Personal, type SchemaMapOf } from '@dittoo/kernel';
import type { Locale, Money, PaymentMethod, PersonnummerGround, PostalAddress } from './vocabulary.js';

/** A priced line; the price is the shop's at the moment of the order. */
export interface OrderLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  /** Including VAT. */
  readonly unitPriceMinor: number;
  /** 0.25 = 25 %. */
  readonly taxRate: number;
}

/** Who the books name. A copy under its own key: it stays when the profile goes. */
export interface Buyer {
  readonly givenName: string;
  readonly familyName: string;
  readonly address: PostalAddress;
}

/** Where the parcel and the messages go. A copy under its own key. */
export interface DeliveryRecipient extends Buyer {
  readonly email: string;
  readonly phone: string | null;
}

/** What the storefront does next to let the customer pay. */
export interface PaymentAction {
  readonly kind: 'redirect' | 'snippet';
  readonly url: string;
  readonly html?: string;
}

export const denialReasons = [
  /** By the processor, or the customer gave up there. */
  'denied',
  'expired',
  /** The policy forbids that the processor is told. */
  'refusedByPolicy',
  /** The processor could not be told of the payment; a person may have it tried again. */
  'notOpened',
  /** The person is erased, so nothing is sent. */
  'personErased',
  /** Another amount than the order's was approved; it is released. */
  'amountDiffers',
  /** It was approved, and the processor keeps it no more. */
  'releasedAtProcessor',
] as const;
export type DenialReason = (typeof denialReasons)[number];

export const paymentDiscrepancies = [
  /** A reservation is gone that the shop did not release: the order cannot be shipped, or was shipped unpaid. */
  'releasedAtProcessor',
  /** The processor does not know the payment (any more). */
  'unknownAtProcessor',
  /** The processor shows what cannot follow from what it showed before. */
  'unexpectedStatus',
  /** Less than the order costs, or another currency, is reserved: it is being released. */
  'approvedForLess',
  /** The customer paid after the order was cancelled: it is being released. */
  'paidAfterCancellation',
  'capturedForLess',
  'capturedForMore',
  /** Money went back that no refund of the shop accounts for. */
  'refundedAtProcessor',
  /** Shipped, and the money could not be taken. */
  'notCaptured',
  /** Not to be paid any more, and the money could not be given back. */
  'notReleased',
  /** Decided, and the processor could not pay it back. */
  'refundNotPaid',
] as const;
export type PaymentDiscrepancy = (typeof paymentDiscrepancies)[number];

/** Stream `order-<id>`. Decided by order. */
export interface OrderEvents {
  OrderPlaced: {
    readonly lines: readonly OrderLine[];
    readonly total: Money;
    readonly paymentMethod: PaymentMethod;
    /** Set when the personnummer may go along: the ground it was recorded under, chosen for this order. */
    readonly personnummerGround: PersonnummerGround | null;
    readonly locale: Locale;
    readonly buyer: Personal<Buyer>;
    readonly recipient: Personal<DeliveryRecipient>;
  };
  PaymentOpened: { readonly processorId: string; readonly paymentReference: string; readonly action: PaymentAction };
  PaymentApproved: { readonly processorId: string; readonly paymentReference: string; readonly amount: Money };
  /** A payment that counts no more, or never did. An approval after it counts again. */
  PaymentDenied: { readonly processorId: string; readonly reason: DenialReason };
  /** The processor took the money. Less than the order's total where refunds were decided before. */
  PaymentCaptured: { readonly processorId: string; readonly paymentReference: string; readonly amount: Money };
  /** The processor keeps nothing: the reservation was released, or all that was taken has been given back. */
  PaymentReleased: { readonly processorId: string; readonly paymentReference: string };
  OrderShipped: { readonly shippedAt: string };
  OrderCancelled: { readonly by: 'customer' | 'staff' | 'system' };
  RefundDecided: {
    readonly refundId: string;
    readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
    readonly amount: Money;
    readonly reason: Personal<string>;
  };
  RefundPaid: { readonly refundId: string; readonly amount: Money };
  /** A decided refund that the customer was never charged: it was decided before the money was taken. */
  ChargeReduced: { readonly refundId: string; readonly amount: Money };
  /** The processor paid back what no refund of the shop asked for. The next refunds of the shop claim it first. */
  RefundMadeAtProcessor: { readonly processorId: string; readonly paymentReference: string; readonly amount: Money };
  /** The shop and the processor disagree, and a person has to look. Each kind is open at most once for an order. */
  PaymentDiscrepancyFound: {
    readonly kind: PaymentDiscrepancy;
    readonly processorId: string;
    /** As the processor shows it; `null` = the amount is not the question. */
    readonly amount: Money | null;
    /** A word of ours: the status that was read, or why a forwarding failed. */
    readonly failure: string | null;
  };
  /** By a later fact, or by an act that made it meaningless. */
  PaymentDiscrepancyResolved: { readonly kind: PaymentDiscrepancy };
}
export type OrderEvent = EventOf<OrderEvents>;

/** The periods of an order's data end with the order: its keys are its own. */
const accounting = personal('orderAccounting', { keyPer: 'stream' });
const delivery = personal('orderDelivery', { keyPer: 'stream' });
const order = { stream: 'order', schemaVersion: 1, purpose: 'order', legalBasis: 'contract' } as const;

/** Every event of an order goes into the books anew. */
const booked = { category: 'orderAccounting', keyPer: 'stream', begins: 'recordedAt', ifKept: true } as const;
/** The invoice is settled: the personnummer stays for the time a refund may take. */
const settled = { category: 'personnummer', keyPer: 'stream', begins: 'recordedAt', ifKept: true } as const;
/** Where no delivery came, delivery data counts from the last thing that happened: no order is left lying for ever. */
const undelivered = { category: 'orderDelivery', keyPer: 'stream', begins: 'recordedAt' } as const;

export const orderSchema: SchemaMapOf<OrderEvents> = {
  OrderPlaced: {
    ...order,
    fields: {
      lines: plain,
      total: plain,
      paymentMethod: plain,
      personnummerGround: plain,
      locale: plain,
      buyer: accounting,
      recipient: delivery,
    },
    retention: [
      { category: 'orderAccounting', keyPer: 'stream', begins: 'recordedAt' },
      undelivered,
      { category: 'personnummer', keyPer: 'stream', keeps: 'untilEnded', when: { personnummerGround: 'given' } },
      { account: 'used', at: 'recordedAt' },
    ],
  },
  PaymentOpened: {
    ...order,
    fields: { processorId: plain, paymentReference: plain, action: plain },
    retention: [booked],
  },
  PaymentApproved: {
    ...order,
    fields: { processorId: plain, paymentReference: plain, amount: plain },
    retention: [booked],
  },
  PaymentDenied: {
    ...order,
    fields: { processorId: plain, reason: plain },
    retention: [booked, { category: 'personnummer', keyPer: 'stream', ends: 'recordedAt' }],
  },
  OrderShipped: {
    ...order,
    fields: { shippedAt: plain },
    retention: [booked, settled, { category: 'orderDelivery', keyPer: 'stream', begins: 'shippedAt', ifKept: true }],
  },
  OrderCancelled: { ...order, fields: { by: plain }, retention: [booked, settled, { ...undelivered, ifKept: true }] },
  RefundDecided: {
    ...order,
    fields: { refundId: plain, lines: plain, amount: plain, reason: accounting },
    retention: [booked],
  },
  RefundPaid: { ...order, fields: { refundId: plain, amount: plain }, retention: [booked, settled] },
  ChargeReduced: { ...order, fields: { refundId: plain, amount: plain }, retention: [booked] },
  PaymentCaptured: {
    ...order,
    fields: { processorId: plain, paymentReference: plain, amount: plain },
    retention: [booked],
  },
  PaymentReleased: { ...order, fields: { processorId: plain, paymentReference: plain }, retention: [booked, settled] },
  RefundMadeAtProcessor: {
    ...order,
    fields: { processorId: plain, paymentReference: plain, amount: plain },
    retention: [booked],
  },
  PaymentDiscrepancyFound: {
    ...order,
    fields: { kind: plain, processorId: plain, amount: plain, failure: plain },
    retention: [booked],
  },
  PaymentDiscrepancyResolved: { ...order, fields: { kind: plain }, retention: [booked] },
};
