export const deliveryStates = ['queued', 'retrying', 'done', 'refused', 'parked', 'cancelled'] as const;
/** Where a forwarding stands, in the words of the officers' list. */
export type DeliveryState = (typeof deliveryStates)[number];
