import {
  personal,
  plain,
  type AboutNobody,
  type EventOf,
  type ForwardingId,
  type OrderId,
  type Personal,
  type RequestId,
  type SchemaMapOf,
} from '@dittoo/kernel';
import type { ForwardingIntent, RefusalReason } from './forwarding.events.js';
import type { PaymentDiscrepancy } from './order.events.js';

/** `critical`: money, a deadline of the law or the whole shop is at stake now. */
export type AttentionSeverity = 'critical' | 'warning';

interface GivenUp {
  readonly forwardingId: ForwardingId;
  readonly processorId: string;
  readonly intent: ForwardingIntent;
  readonly orderId: OrderId | null;
  /** A word of ours (`timeout`, `http-503`), never a processor's text. */
  readonly failure: string;
}

interface MoneyQuestion {
  readonly orderId: OrderId;
  readonly processorId: string;
  readonly discrepancy: PaymentDiscrepancy;
  readonly failure: string | null;
}

/** What each kind is about: ids, names of parts and codes, nothing personal. */
export interface AttentionAbout {
  deliveryParked: GivenUp;
  deliveryRefused: {
    readonly processorId: string;
    readonly intent: ForwardingIntent;
    readonly reason: RefusalReason;
  };
  deliveryHeld: { readonly processorId: string };
  paymentNotOpened: GivenUp;
  /** Its state cannot be read at the processor, each time. */
  paymentUnread: { readonly forwardingId: ForwardingId; readonly orderId: OrderId; readonly processorId: string };
  mailAddressRefused: GivenUp;
  refundNotCarriedOut: MoneyQuestion;
  /** The shop and the processor disagree about the money of an order. */
  paymentDiscrepancy: MoneyQuestion;
  answerUndelivered: { readonly requestId: RequestId; readonly reason: string };
  recipientTask: { readonly requestId: RequestId; readonly processorId: string; readonly state: string };
  requestCloseToDue: { readonly requestId: RequestId; readonly dueAt: string };
  requestOverdue: { readonly requestId: RequestId; readonly dueAt: string };
  /** Work of rights that is repeated and fails each time. */
  taskFailing: { readonly task: string; readonly id: string };
  streamParked: { readonly group: string; readonly stream: string; readonly failure: string };
  sequencerLagging: { readonly state: string };
  relayLagging: { readonly transport: string };
  eventLeftOut: { readonly position: string; readonly reason: string };
  groupLagging: { readonly group: string };
  logNotSealed: { readonly origin: string };
  sealRefused: { readonly origin: string };
  verificationFailed: { readonly origin: string; readonly verdict: string };
  verificationOverdue: { readonly origin: string };
  keyMissing: { readonly kid: string };
  restoreDifference: { readonly appliedAgain: string };
  mailboxUnreachable: { readonly processorId: string };
}

/** A kind of thing that a person must look at. */
export type AttentionKind = keyof AttentionAbout;

export const attentionSeverities: { readonly [Kind in AttentionKind]: AttentionSeverity } = {
  paymentDiscrepancy: 'critical',
  paymentNotOpened: 'critical',
  paymentUnread: 'critical',
  refundNotCarriedOut: 'critical',
  deliveryParked: 'critical',
  deliveryRefused: 'critical',
  deliveryHeld: 'warning',
  mailAddressRefused: 'warning',
  mailboxUnreachable: 'warning',
  requestOverdue: 'critical',
  requestCloseToDue: 'warning',
  answerUndelivered: 'critical',
  recipientTask: 'warning',
  taskFailing: 'critical',
  streamParked: 'critical',
  sequencerLagging: 'critical',
  relayLagging: 'critical',
  eventLeftOut: 'critical',
  groupLagging: 'warning',
  sealRefused: 'critical',
  logNotSealed: 'warning',
  verificationFailed: 'critical',
  verificationOverdue: 'warning',
  keyMissing: 'critical',
  restoreDifference: 'critical',
};

/** Every kind, in the order in which people read about them. */
export const attentionKinds = Object.keys(attentionSeverities) as readonly AttentionKind[];

/**
 * Stream `attention-<id>`, the id derived from the kind and from what it is about: opened twice it is one item, and after
 * it was closed it may open again. Decided by the service that knows the fact, or by audit where an event says it.
 */
export interface AttentionEvents {
  AttentionOpened: AboutNobody<{
    readonly kind: AttentionKind;
    readonly severity: AttentionSeverity;
    /** The service, and where it helps the part of it. */
    readonly where: string;
    readonly about: AttentionAbout[AttentionKind];
    /** Since when the fact holds, RFC 3339; the same fact has the same time whenever it is seen. */
    readonly since: string;
  }>;
  /** The fact holds no more. */
  AttentionClosed: AboutNobody<{ readonly kind: AttentionKind }>;
  /** A member of staff closed it by hand; their words are sealed under their own key. */
  AttentionDismissed: { readonly kind: AttentionKind; readonly reason: Personal<string> };
}
export type AttentionEvent = EventOf<AttentionEvents>;

const attention = {
  stream: 'attention',
  schemaVersion: 1,
  purpose: 'staffAccess',
  legalBasis: 'legalObligation',
} as const;

export const attentionSchema: SchemaMapOf<AttentionEvents> = {
  AttentionOpened: {
    ...attention,
    subject: 'nobody',
    fields: { kind: plain, severity: plain, where: plain, about: plain, since: plain },
  },
  AttentionClosed: { ...attention, subject: 'nobody', fields: { kind: plain } },
  AttentionDismissed: {
    ...attention,
    fields: { kind: plain, reason: personal('support', { keyPer: 'event' }) },
    retention: [{ category: 'support', keyPer: 'event', begins: 'recordedAt' }],
  },
};
