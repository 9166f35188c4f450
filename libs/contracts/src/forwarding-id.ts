import { derivedId, type Uuid } from '@dittoo/kernel';
import type { ForwardingIntent } from './forwarding.events.js';

/** The same intent, the same forwarding: `key` is the order, the refund or the request it is about. */
export const forwardingIdOf = (processorId: string, intent: ForwardingIntent, key: string): Uuid =>
  derivedId('forwarding', processorId, intent, key);

/** The processor that carries the shop's mail. */
export const mailProcessor = 'oneMail';

/** The forwarding of the notification `name` about an event. */
export const notificationForwardingId = (name: string, eventId: Uuid): Uuid =>
  forwardingIdOf(mailProcessor, 'sendMail', `${name}/${eventId}`);
