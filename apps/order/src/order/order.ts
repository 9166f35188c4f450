import {
  evolveOrder,
  type Locale,
  type OrderLine,
  type PaymentAction,
  type PlacedOrderState,
  type PlainOrderEvent,
} from '@dittoo/contracts';

/** The order's status (defined in contracts), its lines, and how it can be paid. */
export type PlacedOrder = PlacedOrderState & {
  readonly lines: readonly OrderLine[];
  readonly locale: Locale;
  /** `null` until a payment is open at the processor. */
  readonly action: PaymentAction | null;
};

/** One order. Stream `order-<id>`. */
export type Order = { readonly stage: 'none' } | PlacedOrder;

/** Reads plain fields only, so it folds sealed events as well as opened ones. */
export const evolve = (order: Order, event: PlainOrderEvent): Order => {
  const state = evolveOrder(order, event);
  if (state.stage === 'none') return { stage: 'none' };
  if (event.type === 'OrderPlaced') {
    const { lines, locale } = event.data;
    return { ...state, lines, locale, action: null };
  }
  const { lines, locale, action } = order.stage === 'none' ? { lines: [], locale: 'sv' as const, action: null } : order;
  return { ...state, lines, locale, action: event.type === 'PaymentOpened' ? event.data.action : action };
};

/** The order after these events. */
export const evolved = (order: PlacedOrder, events: readonly PlainOrderEvent[]): PlacedOrder => {
  const after = events.reduce<Order>(evolve, order);
  return after.stage === 'none' ? order : after;
};
