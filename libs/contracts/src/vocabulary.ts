import type { DataCategory } from '@dittoo/kernel';

/** Why personal data is processed. The register describes each; a spec compares the two. */
export const purposes = [
  'customerAccount',
  'order',
  'payment',
  'invoiceIdentification',
  'refund',
  'paymentSupport',
  'bookkeeping',
  'newsletter',
  'newsletterConfirmation',
  'similarGoods',
  'marketing',
  'adMeasurement',
  'personnummer',
  'support',
  'comments',
  'accessLog',
  'consentEvidence',
  'dataSubjectRights',
  'processorForwarding',
  'staffAccess',
] as const;
export type Purpose = (typeof purposes)[number];

declare module '@dittoo/kernel' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface is what can be added to
  interface Purposes extends Readonly<Record<Purpose, unknown>> {}
}

/** The purposes a customer may consent to, each separately and unticked by default. */
export const consentPurposes = ['newsletter', 'marketing', 'adMeasurement', 'personnummer'] as const;
export type ConsentPurpose = (typeof consentPurposes)[number];

/** Lag (2018:218) 3 kap. 10 §: consent, or clearly justified by one of three. Exactly one is recorded per processing. */
export const personnummerGrounds = ['consent', 'purpose', 'secureIdentification', 'otherWeightyReason'] as const;
export type PersonnummerGround = (typeof personnummerGrounds)[number];

export const paymentMethods = ['paysonInvoice', 'paysonPartPayment', 'mondidoCard'] as const;
export type PaymentMethod = (typeof paymentMethods)[number];

export const locales = ['sv', 'en'] as const;
export type Locale = (typeof locales)[number];

export const roles = ['customer', 'staff', 'complianceOfficer'] as const;
export type Role = (typeof roles)[number];

/** Integer minor units (öre), ISO 4217 currency. */
export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

export interface PostalAddress {
  readonly street: string;
  readonly postalCode: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** Why data stays after an erasure: art. 17(3), an open order, a legal hold. */
export const retentionReasons = ['bookkeeping', 'legalClaims', 'openOrder', 'legalHold'] as const;
export type RetentionReason = (typeof retentionReasons)[number];

/** Data that stays after an erasure, why, and until when (RFC 3339 date). */
export interface Retention {
  readonly category: DataCategory;
  readonly reason: RetentionReason;
  /** The latest day any of it is kept. */
  readonly until: string;
  /** The streams or events concerned (orders, messages), where it is not the whole category. */
  readonly scopes?: readonly string[];
}
