import type { OrderEvent } from '@dittoo/contracts';
import { found, stands } from './discrepancies.js';
import type { PlacedOrder } from './order.js';

/*
 * What the end of a forwarding means for its order. The table is total by type. `completed` means nothing of its own: what
 * the processor then shows is observed.
 */

/** Intents whose end matters to an order's money. A reading has no end of its own: it observes. */
export const moneyIntents = ['openPayment', 'capturePayment', 'cancelPayment', 'refundPayment'] as const;
export type MoneyIntent = (typeof moneyIntents)[number];

export const endings = ['completed', 'refused', 'personErased', 'orderCancelled', 'parked'] as const;
export type Ending = (typeof endings)[number];

export interface EndedForwarding {
  readonly processorId: string;
  readonly intent: MoneyIntent;
  readonly ending: Ending;
  /** A word of ours; `null` = it ended well. */
  readonly failure: string | null;
}

type Consequence = (ended: EndedForwarding, order: PlacedOrder) => OrderEvent[];

const nothing: Consequence = () => [];

const deny =
  (reason: 'refusedByPolicy' | 'personErased' | 'notOpened'): Consequence =>
  ({ processorId }, order) =>
    order.stage === 'placed' ? [{ type: 'PaymentDenied', data: { processorId, reason } }] : [];

/** Nothing, where the processor has shown meanwhile that it is done. */
const undone =
  (kind: 'notCaptured' | 'notReleased' | 'refundNotPaid'): Consequence =>
  ({ failure, processorId }, order) =>
    stands[kind](order) ? [found(kind, { processorId, amount: null }, failure)] : [];

const failing = (consequence: Consequence): { readonly [E in Ending]: Consequence } => ({
  completed: nothing,
  refused: consequence,
  personErased: consequence,
  orderCancelled: nothing,
  parked: consequence,
});

const consequences: { readonly [I in MoneyIntent]: { readonly [E in Ending]: Consequence } } = {
  openPayment: {
    completed: nothing,
    refused: deny('refusedByPolicy'),
    personErased: deny('personErased'),
    orderCancelled: nothing,
    parked: deny('notOpened'),
  },
  capturePayment: failing(undone('notCaptured')),
  cancelPayment: failing(undone('notReleased')),
  refundPayment: failing(undone('refundNotPaid')),
};

export const conclude = (ended: EndedForwarding, order: PlacedOrder): OrderEvent[] =>
  consequences[ended.intent][ended.ending](ended, order);
