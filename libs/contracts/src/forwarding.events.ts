import { plain, type EventOf, type LegalBasis, type SchemaMapOf, type OrderId, type RequestId } from '@dittoo/kernel';
import type { PaymentAction } from './order.events.js';
import type { Money, Purpose } from './vocabulary.js';

/** What is asked of a processor. `disclose` kinds carry personal data, the others only references. */
export type ForwardingIntent =
  'openPayment' | 'readPayment' | 'capturePayment' | 'cancelPayment' | 'refundPayment' | 'sendMail' | 'eraseSubject';

/** Why something was not sent. A regulator may ask: each is an event. */
export type RefusalReason =
  | 'noAgreementInForce'
  | 'noLegalBasis'
  | 'consentMissing'
  | 'processingRestricted'
  | 'processingObjected'
  | 'subjectErased'
  | 'fieldNotAllowed'
  /** What the intent names is no longer held: the person removed it, or its key is gone. */
  | 'valueGone'
  /** The address is on the list of those that want no mail, and this is no answer to its owner. */
  | 'addressSuppressed'
  | 'unknownProcessor'
  | 'processorNotInUse';

/** Stream `forwarding-<id>`: one thing asked of one processor. Never a value, only names of fields. Decided by processor-forwarding. */
export interface ForwardingEvents {
  ForwardingRequested: {
    readonly processorId: string;
    readonly intent: ForwardingIntent;
    readonly orderId: OrderId | null;
    readonly fields: readonly string[];
  };
  ForwardingRefused: {
    readonly processorId: string;
    readonly intent: ForwardingIntent;
    readonly orderId: OrderId | null;
    readonly reason: RefusalReason;
    readonly fields: readonly string[];
    readonly purpose: Purpose | null;
    readonly consentRecordId: string | null;
  };
  /** The ledger line: who received which fields, why, on what basis. */
  DataDisclosed: {
    readonly processorId: string;
    readonly legalEntity: string;
    readonly orderId: OrderId | null;
    readonly fields: readonly string[];
    readonly purpose: Purpose;
    readonly legalBasis: LegalBasis;
    readonly consentRecordId: string | null;
    /** Revision of the consent stream that was relied on, decimal; `null` where no consent is. */
    readonly consentRevision: string | null;
    readonly noticeVersion: string;
    /** SHA-256 over the envelopes the values were opened from, hex: says which ciphertexts, reveals nothing. */
    readonly ciphertextDigest: string;
    readonly attempt: number;
    readonly outcome: 'delivered' | 'rejected' | 'unknown';
  };
  AttemptFailed: {
    readonly processorId: string;
    readonly intent: ForwardingIntent;
    readonly attempt: number;
    /** A word of ours (`timeout`, `http-503`), never a processor's text. */
    readonly failure: string;
    readonly nextAttemptAt: string | null;
  };
  /** Given up until an officer says otherwise. */
  ForwardingParked: {
    readonly processorId: string;
    readonly intent: ForwardingIntent;
    readonly orderId: OrderId | null;
    readonly failure: string;
  };
  RedeliveryRequested: { readonly processorId: string; readonly intent: ForwardingIntent };
  /** Never sent, because what it was for has gone. */
  ForwardingCancelled: {
    readonly processorId: string;
    readonly intent: ForwardingIntent;
    readonly orderId: OrderId | null;
    readonly reason: 'subjectErased' | 'orderCancelled';
  };
  /** The processor did it, or had done it before. */
  ForwardingCompleted: {
    readonly processorId: string;
    readonly intent: ForwardingIntent;
    readonly orderId: OrderId | null;
  };
  CheckoutOpened: {
    readonly processorId: string;
    readonly orderId: OrderId;
    readonly paymentReference: string;
    readonly action: PaymentAction;
  };
  /**
   * The state of a payment, read back from the processor; callbacks are only hints to read. All of one payment stand
   * in the stream of its `openPayment`, so that they arrive in order, whichever intent led to the reading.
   */
  PaymentStatusRead: {
    readonly processorId: string;
    readonly orderId: OrderId;
    readonly paymentReference: string;
    readonly status: 'pending' | 'approved' | 'captured' | 'cancelled' | 'denied' | 'expired';
    readonly amount: Money;
    readonly refundedMinor: number;
  };
  /** The processor answered that it does not know the payment (any more). In the stream of its `openPayment` as well. */
  PaymentNotFound: { readonly processorId: string; readonly orderId: OrderId; readonly paymentReference: string };
  /** It was pending for so long that nobody waits for it any more; an approval would still be heard of by a callback. */
  PaymentAbandoned: { readonly processorId: string; readonly orderId: OrderId; readonly paymentReference: string };
  /** What a recipient made of an erasure (art. 19). `notSupported` becomes a person's task. */
  ErasureAnswered: {
    readonly processorId: string;
    readonly requestId: RequestId;
    readonly answer: 'acknowledged' | 'failed' | 'notSupported';
    readonly reason: string;
  };
}
export type ForwardingEvent = EventOf<ForwardingEvents>;

const forwarding = {
  stream: 'forwarding',
  schemaVersion: 1,
  purpose: 'processorForwarding',
  legalBasis: 'legalObligation',
} as const;
const asked = { processorId: plain, intent: plain } as const;

export const forwardingSchema: SchemaMapOf<ForwardingEvents> = {
  ForwardingRequested: { ...forwarding, fields: { ...asked, orderId: plain, fields: plain } },
  ForwardingRefused: {
    ...forwarding,
    fields: { ...asked, orderId: plain, reason: plain, fields: plain, purpose: plain, consentRecordId: plain },
  },
  DataDisclosed: {
    ...forwarding,
    fields: {
      processorId: plain,
      legalEntity: plain,
      orderId: plain,
      fields: plain,
      purpose: plain,
      legalBasis: plain,
      consentRecordId: plain,
      consentRevision: plain,
      noticeVersion: plain,
      ciphertextDigest: plain,
      attempt: plain,
      outcome: plain,
    },
  },
  AttemptFailed: { ...forwarding, fields: { ...asked, attempt: plain, failure: plain, nextAttemptAt: plain } },
  ForwardingParked: { ...forwarding, fields: { ...asked, orderId: plain, failure: plain } },
  RedeliveryRequested: { ...forwarding, fields: asked },
  ForwardingCancelled: { ...forwarding, fields: { ...asked, orderId: plain, reason: plain } },
  ForwardingCompleted: { ...forwarding, fields: { ...asked, orderId: plain } },
  CheckoutOpened: {
    ...forwarding,
    fields: { processorId: plain, orderId: plain, paymentReference: plain, action: plain },
  },
  PaymentStatusRead: {
    ...forwarding,
    fields: {
      processorId: plain,
      orderId: plain,
      paymentReference: plain,
      status: plain,
      amount: plain,
      refundedMinor: plain,
    },
  },
  PaymentAbandoned: { ...forwarding, fields: { processorId: plain, orderId: plain, paymentReference: plain } },
  PaymentNotFound: { ...forwarding, fields: { processorId: plain, orderId: plain, paymentReference: plain } },
  ErasureAnswered: { ...forwarding, fields: { processorId: plain, requestId: plain, answer: plain, reason: plain } },
};
