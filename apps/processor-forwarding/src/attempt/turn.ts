import { derivedId, type Uuid } from '@dittoo/kernel';
import type { CommandContext, Loaded } from '@dittoo/service';
import type { ForwardingEvent } from '@dittoo/contracts';
import type { Disclosure } from '../ledger/forwarding.decider.js';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import type { Forwarding } from '../ledger/forwarding.js';
import type { MailProvider } from '../mail/mail-provider.js';
import type { PaymentProcessor } from '../payment/payment-processor.port.js';
import type { RetryLimits } from '../processor-forwarding.config.js';
import type { Item, Lane, LaneRest, SendingRecord } from '../queue/item.js';
import type { QueueTables } from '../queue/queue-tables.js';

/** A processor as its worker reaches it. */
export interface ProcessorConnection {
  readonly tables: QueueTables;
  /** `null` = not connected: nothing can be sent, so everything that would be is refused. */
  readonly processor: PaymentProcessor | null;
  /** `null` = not connected, or not the mail provider. */
  readonly mail: MailProvider | null;
  readonly limits: RetryLimits;
  /** Waits until so many requests may be made by the processor's rate. */
  pace(requests: number): Promise<void>;
  /** Makes a call and tells the circuit breaker what came of it. @throws what the call throws */
  call<T>(work: () => Promise<T>): Promise<T>;
}

/** An item whose turn it is, in the lane a worker holds. */
export interface Turn {
  readonly connection: ProcessorConnection;
  readonly lane: Lane;
  readonly item: Item;
  /** The forwarding's stream as it was read when the turn began: the lease makes this worker its only writer. */
  readonly known?: LoadedForwarding;
}

export type LoadedForwarding = Loaded<Forwarding, ForwardingEvent>;

/** What the worker does with the lane afterwards: take this item, look for its next, or leave it. */
export type Next = Item | 'next' | 'leave';

export const nextOf = ({ items, next }: LaneRest): Next => (items === 0 ? 'leave' : (next ?? 'next'));

export const labelsOf = ({ connection, item }: Turn) => ({
  processor: connection.tables.processorId,
  intent: item.kind,
});

/** The order of an item about a payment. */
export const orderOf = ({ orderId }: Item): Uuid => {
  if (orderId === null) throw new Error('an item about a payment names no order');
  return orderId;
};

/** The forwarding whose stream holds the payment's state. */
export const paymentForwardingOf = ({ connection, item }: Turn): Uuid =>
  forwardingIdOf(connection.tables.processorId, 'openPayment', orderOf(item));

/** The ledger lines of a send, once its outcome is known (or known to be unknown). */
export const ledgerOf = (record: SendingRecord | null, outcome: Disclosure['outcome']): Disclosure[] =>
  (record?.disclosures ?? []).map((disclosure) => ({ ...disclosure, outcome }));

export const contextOf = ({ item }: Pick<Turn, 'item'>): CommandContext => ({
  dataSubjectId: item.subjectId,
  actor: { kind: 'system', id: 'forwarding.worker' },
  correlationId: item.payload.correlationId,
  causationId: item.forwardingId,
  traceparent: item.payload.traceparent,
  noticeVersion: item.payload.noticeVersion,
});

/** Under one lease a step is recorded once; after a crash the next lease repeats it, and the decider knows it already. */
export const causeOf = (turn: Turn, step: string): CommandContext => {
  const { item, lane } = turn;
  return {
    ...contextOf(turn),
    causationId: derivedId(item.forwardingId, item.id, step, lane.token, String(item.attempt)),
  };
};
