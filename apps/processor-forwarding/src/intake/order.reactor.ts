import type { OrderEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import { processorForPayment, type Register } from '@dittoo/processor-register';
import { Handles } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { personnummerPurpose } from '../gate/gate.js';
import { openPaymentFields, paymentCommandFields, refundFields } from '../payment/payment-fields.js';
import { Orders } from '../source/order.query.js';
import { ForwardingRequests, intakeGroup as group, type Intent } from './forwarding-requests.js';

type Context = EventContext<EntityManager>;

/** An event of an order -> the command to the processor of its payment. */
@Controller()
export class OrderReactor {
  constructor(
    private readonly requests: ForwardingRequests,
    private readonly orders: Orders,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Handles('OrderPlaced', { group })
  async orderPlaced(@Payload() event: Delivered<OrderEvents, 'OrderPlaced'>, @Ctx() context: Context): Promise<void> {
    const { paymentMethod, personnummerGround } = event.data;
    const processorId = processorForPayment(this.register, paymentMethod);
    if (processorId === null) return;
    const orderId = streamId(event.stream);
    const purpose =
      personnummerGround === null ? null : personnummerPurpose(this.register, processorId, personnummerGround);
    await this.requests.request(event, event.metadata.dataSubjectId, context.transaction, {
      processorId,
      kind: 'openPayment',
      key: orderId,
      orderId,
      purposes: openPaymentFields(personnummerGround, purpose),
    });
  }

  @Handles('OrderShipped', { group })
  async orderShipped(@Payload() event: Delivered<OrderEvents, 'OrderShipped'>, @Ctx() context: Context): Promise<void> {
    const orderId = streamId(event.stream);
    await this.command(event, context, { kind: 'capturePayment', key: orderId, purposes: paymentCommandFields });
  }

  /** An order without a payment has nothing to cancel; whether there is one is known when the item's turn comes. */
  @Handles('OrderCancelled', { group })
  async orderCancelled(
    @Payload() event: Delivered<OrderEvents, 'OrderCancelled'>,
    @Ctx() context: Context,
  ): Promise<void> {
    const orderId = streamId(event.stream);
    await this.command(event, context, { kind: 'cancelPayment', key: orderId, purposes: paymentCommandFields });
  }

  @Handles('RefundDecided', { group })
  async refundDecided(
    @Payload() event: Delivered<OrderEvents, 'RefundDecided'>,
    @Ctx() context: Context,
  ): Promise<void> {
    const { refundId } = event.data;
    await this.command(event, context, { kind: 'refundPayment', key: refundId, purposes: refundFields, refundId });
  }

  /** A command about a payment goes to the processor that opened it. */
  private async command(
    event: Delivered<OrderEvents>,
    context: Context,
    intent: Omit<Intent, 'processorId' | 'orderId'>,
  ): Promise<void> {
    const orderId = streamId(event.stream);
    const order = await this.orders.facts(orderId);
    const processorId = order === null ? null : processorForPayment(this.register, order.method);
    if (processorId === null) return;
    await this.requests.request(event, event.metadata.dataSubjectId, context.transaction, {
      ...intent,
      processorId,
      orderId,
    });
  }
}
