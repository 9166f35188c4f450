import type { ForwardingIntent, Purpose } from '@dittoo/contracts';
import type { ForwardingId, LegalBasis, OrderId, RequestId, SubjectId, Uuid } from '@dittoo/kernel';
import type { QueueTables } from './queue-tables.js';

/** Fields of one purpose, by the register's names. */
export interface PurposeFields {
  readonly purpose: Purpose;
  readonly fields: readonly string[];
}

/** Which notification, and the event it is about. Address and words are read from the event when it is sent. */
export interface QueuedNotification {
  readonly name: string;
  readonly stream: string;
  /** Decimal. */
  readonly revision: string;
}

/** What is queued: ids and names of fields. No value and no ciphertext; those are opened when they are sent. */
export interface ItemPayload {
  readonly purposes: readonly PurposeFields[];
  readonly refundId: string | null;
  readonly requestId: RequestId | null;
  readonly notification: QueuedNotification | null;
  readonly noticeVersion: string | null;
  readonly correlationId: Uuid;
  readonly traceparent: string | null;
  /** Forwardings that an erasure took out of the queue and that are not recorded as cancelled yet. */
  readonly cancelled?: readonly ForwardingId[];
}

export interface NewItem {
  /** The same intent is queued once, for ever. */
  readonly intentId: Uuid;
  readonly forwardingId: ForwardingId;
  readonly subjectId: SubjectId;
  readonly orderId: OrderId | null;
  readonly kind: ForwardingIntent;
  readonly payload: ItemPayload;
}

export interface Item extends NewItem {
  readonly id: string;
  readonly state: 'queued' | 'sending';
  /** Sends so far. */
  readonly attempt: number;
  /** Of the send whose outcome is not known. */
  readonly sending: SendingRecord | null;
  /** A reading that nothing asks for but the time that has passed: it comes after everything else. */
  readonly polled: boolean;
  readonly queuedAt: Date;
}

/** What is about to leave, written before it leaves: if the process dies, the ledger line can still be appended. */
export interface SendingRecord {
  /** RFC 3339. */
  readonly at: string;
  /** The ledger lines without their outcome; empty where no personal data goes along. */
  readonly disclosures: readonly SendingDisclosure[];
}

export interface SendingDisclosure {
  readonly legalEntity: string;
  readonly fields: readonly string[];
  readonly purpose: Purpose;
  readonly legalBasis: LegalBasis;
  readonly consentRecordId: string | null;
  readonly consentRevision: string | null;
  readonly noticeVersion: string;
  readonly ciphertextDigest: string;
}

/** The queue of one data subject at one processor, leased by a worker. */
export interface Lane {
  readonly tables: QueueTables;
  readonly subjectId: SubjectId;
  /** Every write names it: a worker that lost its lease changes nothing. */
  readonly token: string;
  /** Failures in a row of the item at its head. */
  readonly attempt: number;
}

/** A lane a worker has just leased. */
export interface Claimed {
  readonly lane: Lane;
  /** At its head; `null` = not known, so begin. */
  readonly item: Item | null;
  /** Does more than planned readings wait in it? */
  readonly urgent: boolean;
}

/** What is left in a lane. */
export interface LaneRest {
  /** At most so many; 0 = the lane is gone. */
  readonly items: number;
  /** At its head, where it stays leased; `null` = not known, so begin. */
  readonly next: Item | null;
}

/** The queue of one processor in numbers. */
export interface QueueFigures {
  readonly depth: number;
  readonly parked: number;
  readonly oldestDueAt: Date | null;
}
