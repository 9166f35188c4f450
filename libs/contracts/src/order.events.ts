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
  PaymentDenied: { readonly processorId: string; readonly reason: 'denied' | 'expired' | 'refusedByPolicy' };
  OrderShipped: { readonly shippedAt: string };
  OrderCancelled: { readonly by: 'customer' | 'staff' | 'system' };
  RefundDecided: {
    readonly refundId: string;
    readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
    readonly amount: Money;
    readonly reason: Personal<string>;
  };
  RefundPaid: { readonly refundId: string; readonly amount: Money };
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
};
