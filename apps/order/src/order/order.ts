import {
  evolveOrder,
  type OrderLine,
  type PaymentAction,
  type PlacedOrderState,
  type PlainOrderEvent,
} from '@dittoo/contracts';

/** The order's status (defined in contracts), its lines, and how it can be paid. */
export type PlacedOrder = PlacedOrderState & {
  readonly lines: readonly OrderLine[];
  /** `null` until a payment is open at the processor. */
  readonly action: PaymentAction | null;
};

/** One order. Stream `order-<id>`. */
export type Order = { readonly stage: 'none' } | PlacedOrder;

/** Reads plain fields only, so it folds sealed events as well as opened ones. */
export const evolve = (order: Order, event: PlainOrderEvent): Order => {
  const state = evolveOrder(order, event);
  if (state.stage === 'none') return { stage: 'none' };
  if (event.type === 'OrderPlaced') return { ...state, lines: event.data.lines, action: null };
  const { lines, action } = order.stage === 'none' ? { lines: [], action: null } : order;
  return { ...state, lines, action: event.type === 'PaymentOpened' ? event.data.action : action };
};
