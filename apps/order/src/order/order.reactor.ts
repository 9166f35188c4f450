import type { ForwardingEvents } from '@dittoo/contracts';
import type { Delivered, OrderId } from '@dittoo/kernel';
import { causedBy, Commands, Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { orderDecider, type OrderCommand } from './order.decider.js';

const group = 'order.payment';

/**
 * Applies the payment processors' results, received by processor-forwarding, to their order. These are facts: one that
 * no longer fits the order changes nothing, however late and however often it arrives.
 *
 * Dies between the append and the checkpoint: the event is redelivered and the stream already holds the result.
 */
@Controller()
export class OrderReactor {
  constructor(private readonly commands: Commands) {}

  @Handles('CheckoutOpened', { group, reacts: true })
  async checkoutOpened(@Payload() event: Delivered<ForwardingEvents, 'CheckoutOpened'>): Promise<void> {
    const { orderId, processorId, paymentReference, action } = event.data;
    await this.tell(orderId, { type: 'OpenPayment', processorId, paymentReference, action }, event);
  }

  @Handles('PaymentStatusRead', { group, reacts: true })
  async paymentStatusRead(@Payload() event: Delivered<ForwardingEvents, 'PaymentStatusRead'>): Promise<void> {
    const { orderId, processorId, paymentReference, status, amount, refundedMinor } = event.data;
    switch (status) {
      case 'approved':
      case 'captured':
        await this.tell(orderId, { type: 'ApprovePayment', processorId, paymentReference, amount }, event);
        break;
      case 'denied':
      case 'cancelled': // at the processor: the customer gave up there, or our own cancellation came back
        await this.tell(orderId, { type: 'DenyPayment', processorId, reason: 'denied' }, event);
        break;
      case 'expired':
        await this.tell(orderId, { type: 'DenyPayment', processorId, reason: 'expired' }, event);
        break;
      case 'pending':
        break;
    }
    // An event causes one append to a stream: a read that just approved the payment has no refund to cover yet.
    if (refundedMinor > 0) await this.tell(orderId, { type: 'RecordRefund', refundedMinor }, event);
  }

  @Handles('ForwardingRefused', { group, reacts: true })
  async forwardingRefused(@Payload() event: Delivered<ForwardingEvents, 'ForwardingRefused'>): Promise<void> {
    const { intent, orderId, processorId } = event.data;
    if (intent !== 'openPayment' || orderId === null) return;
    await this.tell(orderId, { type: 'DenyPayment', processorId, reason: 'refusedByPolicy' }, event);
  }

  private async tell(orderId: OrderId, command: OrderCommand, event: Delivered<ForwardingEvents>): Promise<void> {
    await this.commands.execute(orderDecider, orderId, command, causedBy(event, group));
  }
}
