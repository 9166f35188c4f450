import type { OrderId } from '@dittoo/kernel';
import type { ForwardingEvent, ForwardingIntent } from '@dittoo/contracts';

/** The state of a payment as the processor last reported it. */
export interface ObservedPayment {
  readonly reference: string;
  readonly status:
    'opened' | 'notFound' | 'abandoned' | Extract<ForwardingEvent, { type: 'PaymentStatusRead' }>['data']['status'];
  /** `null` before it was read. */
  readonly amountMinor: number | null;
  readonly refundedMinor: number;
}

/** One command to one processor. Stream `forwarding-<id>`; the one of `openPayment` also holds the payment's state. */
export type Forwarding =
  | { readonly status: 'none' }
  | {
      readonly status: 'open' | 'parked' | 'completed' | 'refused' | 'cancelled';
      readonly processorId: string;
      readonly intent: ForwardingIntent;
      readonly orderId: OrderId | null;
      /** The last attempt recorded here; a later one was not recorded before the process died. */
      readonly attempt: number;
      readonly payment: ObservedPayment | null;
    };

export const evolve = (forwarding: Forwarding, event: ForwardingEvent): Forwarding => {
  if (event.type === 'ForwardingRequested') {
    const { processorId, intent, orderId } = event.data;
    return { status: 'open', processorId, intent, orderId, attempt: 0, payment: null };
  }
  if (forwarding.status === 'none') return forwarding;
  switch (event.type) {
    case 'ForwardingRefused':
      return { ...forwarding, status: 'refused' };
    case 'DataDisclosed':
    case 'AttemptFailed':
      return { ...forwarding, attempt: Math.max(forwarding.attempt, event.data.attempt) };
    case 'ForwardingParked':
      return { ...forwarding, status: 'parked' };
    case 'RedeliveryRequested':
      return { ...forwarding, status: 'open' };
    case 'ForwardingCancelled':
      return { ...forwarding, status: 'cancelled' };
    case 'ForwardingCompleted':
    case 'ErasureAnswered':
      return { ...forwarding, status: 'completed' };
    case 'CheckoutOpened':
      return {
        ...forwarding,
        payment: { reference: event.data.paymentReference, status: 'opened', amountMinor: null, refundedMinor: 0 },
      };
    case 'PaymentStatusRead': {
      const { paymentReference: reference, status, amount, refundedMinor } = event.data;
      return { ...forwarding, payment: { reference, status, amountMinor: amount.amountMinor, refundedMinor } };
    }
    case 'PaymentNotFound': {
      const { payment } = forwarding;
      return payment === null ? forwarding : { ...forwarding, payment: { ...payment, status: 'notFound' } };
    }
    case 'PaymentAbandoned': {
      const { payment } = forwarding;
      return payment === null ? forwarding : { ...forwarding, payment: { ...payment, status: 'abandoned' } };
    }
    default:
      return forwarding; // of a later version
  }
};
