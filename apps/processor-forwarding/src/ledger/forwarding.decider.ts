import type { ForwardingEvent, ForwardingEvents, ForwardingIntent, PaymentAction } from '@dittoo/contracts';
import { DomainError, type Decider, type OrderId } from '@dittoo/kernel';
import { evolve, type Forwarding } from './forwarding.js';

/** The ledger line of one purpose of an attempt. */
export type Disclosure = Omit<ForwardingEvents['DataDisclosed'], 'processorId' | 'orderId' | 'attempt'>;

export type ForwardingCommand =
  | ({ readonly type: 'RequestForwarding' } & ForwardingEvents['ForwardingRequested'])
  | ({ readonly type: 'RefuseForwarding' } & Pick<
      ForwardingEvents['ForwardingRefused'],
      'reason' | 'fields' | 'purpose' | 'consentRecordId'
    >)
  | { readonly type: 'CancelForwarding'; readonly reason: ForwardingEvents['ForwardingCancelled']['reason'] }
  | {
      readonly type: 'RecordDelivery';
      readonly attempt: number;
      readonly disclosures: readonly Disclosure[];
      /** The result of `openPayment`. */
      readonly checkout?: { readonly paymentReference: string; readonly action: PaymentAction };
    }
  | {
      readonly type: 'RecordFailure';
      readonly attempt: number;
      readonly disclosures: readonly Disclosure[];
      readonly failure: string;
      /** `null` = no further attempt: it is parked. */
      readonly nextAttemptAt: string | null;
    }
  | ({ readonly type: 'ObservePayment' } & Omit<ForwardingEvents['PaymentStatusRead'], 'processorId' | 'orderId'>)
  /** The processor does not know the payment. */
  | { readonly type: 'MissPayment' }
  /** It has been pending for too long. */
  | { readonly type: 'AbandonPayment' }
  | ({ readonly type: 'AnswerErasure' } & Omit<ForwardingEvents['ErasureAnswered'], 'processorId'>)
  | { readonly type: 'RequestRedelivery' };

type Asked = Exclude<Forwarding, { status: 'none' }>;

/** The ledger lines of an attempt that is not in the stream yet. */
const ledger = (
  { processorId, orderId, attempt: recorded }: Asked,
  attempt: number,
  disclosures: readonly Disclosure[],
): ForwardingEvent[] =>
  attempt <= recorded
    ? []
    : disclosures.map((disclosure) => ({
        type: 'DataDisclosed',
        data: { processorId, orderId, ...disclosure, attempt },
      }));

const decide = (command: ForwardingCommand, forwarding: Forwarding): ForwardingEvent[] => {
  if (command.type === 'RequestForwarding') {
    const { processorId, intent, orderId, fields } = command;
    return forwarding.status === 'none'
      ? [{ type: 'ForwardingRequested', data: { processorId, intent, orderId, fields } }]
      : [];
  }
  if (forwarding.status === 'none') throw new DomainError('not-found');
  const { processorId, intent, orderId, payment } = forwarding;
  const asked = { processorId, intent };
  const ended = forwarding.status !== 'open';
  switch (command.type) {
    case 'RefuseForwarding': {
      const { reason, fields, purpose, consentRecordId } = command;
      const refused = { ...asked, orderId, reason, fields, purpose, consentRecordId };
      return ended ? [] : [{ type: 'ForwardingRefused', data: refused }];
    }
    case 'CancelForwarding': {
      // A parked item was not sent either, so it is cancelled as well.
      const open = forwarding.status === 'open' || forwarding.status === 'parked';
      return open ? [{ type: 'ForwardingCancelled', data: { ...asked, orderId, reason: command.reason } }] : [];
    }
    case 'RecordDelivery': {
      if (ended) return [];
      return [
        ...ledger(forwarding, command.attempt, command.disclosures),
        ...(command.checkout === undefined ? [] : [checkoutOpened(processorId, orderId ?? '', command.checkout)]),
        { type: 'ForwardingCompleted', data: { ...asked, orderId } },
      ];
    }
    case 'RecordFailure': {
      if (ended) return [];
      const { attempt, failure, nextAttemptAt } = command;
      return [
        ...ledger(forwarding, attempt, command.disclosures),
        { type: 'AttemptFailed', data: { ...asked, attempt, failure, nextAttemptAt } },
        ...(nextAttemptAt === null ? [parked(asked, orderId, failure)] : []),
      ];
    }
    case 'ObservePayment': {
      const { paymentReference, status, amount, refundedMinor } = command;
      // Opened is pending: a processor that reports `pending` reports nothing new.
      if (payment?.status === 'opened' && status === 'pending') return [];
      const isSame = payment?.amountMinor === amount.amountMinor && payment.refundedMinor === refundedMinor;
      if (payment?.status === status && isSame) return [];
      const read = { processorId, orderId: orderId ?? '', paymentReference, status, amount, refundedMinor };
      return [{ type: 'PaymentStatusRead', data: read }];
    }
    case 'MissPayment': {
      if (payment === null || payment.status === 'notFound') return [];
      const { reference: paymentReference } = payment;
      return [{ type: 'PaymentNotFound', data: { processorId, orderId: orderId ?? '', paymentReference } }];
    }
    case 'AbandonPayment': {
      if (payment === null || (payment.status !== 'opened' && payment.status !== 'pending')) return [];
      const { reference: paymentReference } = payment;
      return [{ type: 'PaymentAbandoned', data: { processorId, orderId: orderId ?? '', paymentReference } }];
    }
    case 'AnswerErasure': {
      const { requestId, answer, reason } = command;
      return ended ? [] : [{ type: 'ErasureAnswered', data: { processorId, requestId, answer, reason } }];
    }
    case 'RequestRedelivery':
      if (forwarding.status !== 'parked') throw new DomainError('delivery-not-parked');
      return [{ type: 'RedeliveryRequested', data: asked }];
  }
};

const checkoutOpened = (
  processorId: string,
  orderId: OrderId,
  checkout: { readonly paymentReference: string; readonly action: PaymentAction },
): ForwardingEvent => ({ type: 'CheckoutOpened', data: { processorId, orderId, ...checkout } });

const parked = (
  asked: { readonly processorId: string; readonly intent: ForwardingIntent },
  orderId: OrderId | null,
  failure: string,
): ForwardingEvent => ({ type: 'ForwardingParked', data: { ...asked, orderId, failure } });

/** One forwarding, from the request to its end. A command that is repeated, or comes after the end, changes nothing. */
export const forwardingDecider: Decider<ForwardingCommand, Forwarding, ForwardingEvent> = {
  category: 'forwarding',
  initialState: { status: 'none' },
  decide,
  evolve,
};
