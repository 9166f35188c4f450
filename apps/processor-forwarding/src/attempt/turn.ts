import type { CommandContext } from '@dittoo/service';
import { derivedId, type Uuid } from '@dittoo/kernel';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import type { RetryLimits } from '../processor-forwarding.config.js';
import type { MailProvider } from '../mailbox/mail-provider.js';
import type { Item, Lane, Lanes, SendingDisclosure, SendingRecord } from '../queue/lanes.js';
import type { TableSet } from '../queue/queue-tables.js';
import type { PaymentProcessor } from '../payment/payment-processor.port.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import type { Disclosure } from '../ledger/forwarding.decider.js';

/** One processor's queue and everything that belongs to it. */
export interface ProcessorQueue {
  readonly tables: TableSet;
  readonly lanes: Lanes;
  /** `null` = not connected: nothing can be sent, so everything that would be is refused. */
  readonly processor: PaymentProcessor | null;
  /** `null` = not connected, or no provider of mail. */
  readonly mail: MailProvider | null;
  readonly limits: RetryLimits;
  /** Waits until so many requests may go. */
  pace(requests: number): Promise<void>;
  /** What came of a call, for the breaker. */
  called(failed: TransmissionFailed | null): void;
}

/** What the worker does next with the lane: its next item, or leave it. */
export type Next = 'next' | 'leave';

/** What a call may throw; anything else is ours to mend and goes up. */
export const transmission = (error: unknown): TransmissionFailed => {
  if (error instanceof TransmissionFailed) return error;
  throw error;
};

export const nextOf = (somethingLeft: boolean): Next => (somethingLeft ? 'next' : 'leave');

export const labelsOf = ({ tables }: ProcessorQueue, { kind }: Item) => ({
  processor: tables.processorId,
  intent: kind,
});

/** The forwarding whose stream holds the payment's state. */
export const paymentForwardingOf = ({ processorId }: TableSet, item: Item): Uuid =>
  forwardingIdOf(processorId, 'openPayment', item.orderId!);

/** Did what is known to have been on its way carry personal data? */
export const disclosedBy = (record: SendingRecord | null): boolean => (record?.disclosures.length ?? 0) > 0;

export const ledgerOf = (record: SendingRecord | null, outcome: Disclosure['outcome']): Disclosure[] =>
  (record?.disclosures ?? []).map((disclosure: SendingDisclosure) => ({ ...disclosure, outcome }));

export const contextOf = ({ subjectId, forwardingId, payload }: Item): CommandContext => ({
  dataSubjectId: subjectId,
  actor: { kind: 'system', id: 'forwarding.delivery' },
  correlationId: payload.correlationId,
  causationId: forwardingId,
  traceparent: payload.traceparent,
  noticeVersion: payload.noticeVersion,
});

/** One lease says one thing once; after a crash the next lease says it again, and the decider knows it already. */
export const causeOf = (item: Item, step: string, lane: Lane): CommandContext => ({
  ...contextOf(item),
  causationId: derivedId(item.forwardingId, item.id, step, lane.token, String(item.attempt)),
});
