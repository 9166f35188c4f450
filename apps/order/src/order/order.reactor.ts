import type { ForwardingEvents } from '@dittoo/contracts';
import type { Delivered, OrderId } from '@dittoo/kernel';
import { causedBy, Commands, Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { moneyIntents, type Ending } from './forwarding-ends.js';
import { orderDecider, type OrderCommand } from './order.decider.js';

type EndEvent = Delivered<
  ForwardingEvents,
  'ForwardingCompleted' | 'ForwardingRefused' | 'ForwardingCancelled' | 'ForwardingParked'
>;

const group = 'order.payment';

/**
 * Applies to an order what its processor shows, and how the forwardings about it ended. These are facts, however late and
 * however often they arrive: `observations.ts` and `forwarding-ends.ts` say what each means, and one that does not fit
 * is a discrepancy that a person sees.
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
    const { orderId, ...observed } = event.data;
    await this.tell(orderId, { type: 'ObservePayment', ...observed }, event);
  }

  @Handles('PaymentNotFound', { group, reacts: true })
  async paymentNotFound(@Payload() event: Delivered<ForwardingEvents, 'PaymentNotFound'>): Promise<void> {
    const { orderId, ...payment } = event.data;
    const observed = { ...payment, status: 'notFound', amount: null, refundedMinor: 0 } as const;
    await this.tell(orderId, { type: 'ObservePayment', ...observed }, event);
  }

  @Handles('ForwardingCompleted', { group, reacts: true })
  async forwardingCompleted(@Payload() event: Delivered<ForwardingEvents, 'ForwardingCompleted'>): Promise<void> {
    await this.conclude(event, 'completed', null);
  }

  @Handles('ForwardingRefused', { group, reacts: true })
  async forwardingRefused(@Payload() event: Delivered<ForwardingEvents, 'ForwardingRefused'>): Promise<void> {
    await this.conclude(event, 'refused', event.data.reason);
  }

  @Handles('ForwardingCancelled', { group, reacts: true })
  async forwardingCancelled(@Payload() event: Delivered<ForwardingEvents, 'ForwardingCancelled'>): Promise<void> {
    const { reason } = event.data;
    await this.conclude(event, reason === 'subjectErased' ? 'personErased' : reason, reason);
  }

  @Handles('ForwardingParked', { group, reacts: true })
  async forwardingParked(@Payload() event: Delivered<ForwardingEvents, 'ForwardingParked'>): Promise<void> {
    await this.conclude(event, 'parked', event.data.failure);
  }

  /** A mail about an order, and an erasure, change nothing in its money. */
  private async conclude(event: EndEvent, ending: Ending, failure: string | null): Promise<void> {
    const { orderId, processorId } = event.data;
    const intent = moneyIntents.find((one) => one === event.data.intent);
    if (intent === undefined || orderId === null) return;
    await this.tell(orderId, { type: 'ConcludeForwarding', processorId, intent, ending, failure }, event);
  }

  private async tell(orderId: OrderId, command: OrderCommand, event: Delivered<ForwardingEvents>): Promise<void> {
    await this.commands.execute(orderDecider, orderId, command, causedBy(event, group));
  }
}
