import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { forwardingDecider } from '../ledger/forwarding.decider.js';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import { paymentCommandFields } from '../payment/payment-fields.js';
import { QueueIntake } from '../queue/queue-intake.js';
import { Orders } from '../source/order.query.js';
import { contextOf, orderOf, type Turn } from './turn.js';

/**
 * The customer paid an order that had been cancelled: the reservation is released. Dies between append and queue: the
 * next reading finds the payment approved and queues it.
 */
@Injectable()
export class LateCancellation {
  constructor(
    private readonly commands: Commands,
    private readonly orders: Orders,
    private readonly intake: QueueIntake,
  ) {}

  async requestIfCancelled(turn: Turn): Promise<void> {
    const { connection, item } = turn;
    const orderId = orderOf(item);
    const order = await this.orders.read(orderId);
    if (order?.facts.stage !== 'cancelled') return;
    const { tables } = connection;
    const kind = 'cancelPayment';
    const forwardingId = forwardingIdOf(tables.processorId, kind, `${orderId}/paid-after-cancellation`);
    const purposes = paymentCommandFields;
    const fields = purposes.flatMap((part) => part.fields);
    const command = { type: 'RequestForwarding', processorId: tables.processorId, intent: kind, orderId, fields } as const; // prettier-ignore
    await this.commands.begin(forwardingDecider, forwardingId, command, contextOf(turn));
    const { subjectId } = item;
    const payload = { ...item.payload, purposes };
    await this.intake.queue(tables, { intentId: forwardingId, forwardingId, subjectId, orderId, kind, payload });
  }
}
