import { AttentionWatcher } from '@dittoo/platform';
import { Injectable } from '@nestjs/common';
import { PaymentWatch } from '../payment/payment-watch.js';

/** A processor that was away is back by then. */
const patienceMs = 3_600_000;

/** Watches for payments whose state cannot be read: their orders wait, and nothing else tells of it. */
@Injectable()
export class UnreadPayments {
  constructor(watcher: AttentionWatcher, watch: PaymentWatch) {
    watcher.add({
      kind: 'paymentUnread',
      where: 'processor-forwarding',
      look: async (now) => {
        const unread = await watch.unreadSince(new Date(Date.parse(now) - patienceMs).toISOString());
        return unread.map(({ forwardingId, orderId, processorId, since }) => ({
          key: forwardingId,
          about: { forwardingId, orderId, processorId },
          since: since.toISOString(),
        }));
      },
    });
  }
}
