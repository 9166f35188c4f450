import type { ForwardingIntent } from '@dittoo/contracts';
import { derivedId, type Uuid } from '@dittoo/kernel';

/** The same intent, the same forwarding: `key` is the order, the refund or the request it is about. */
export const forwardingIdOf = (processorId: string, intent: ForwardingIntent, key: string): Uuid =>
  derivedId('forwarding', processorId, intent, key);
