import type { OrderEvents, PaymentMethod } from '@dittoo/contracts';
import { streamId, type Delivered } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import { processorForPayment, type Register } from '@dittoo/processor-register';
import { Handles } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { personnummerPurpose } from '../gate/gate.js';
import { openPaymentFields, paymentCommandFields, refundFields } from '../payment/payment-fields.js';
import { Orders } from '../source/order.query.js';
import { ForwardingRequests, intakeGroup as group, type Intent, type RequestedItem } from './forwarding-requests.js';

import { NotificationRequests } from './notification-requests.js';

type Placed<Type extends keyof OrderEvents & string> = Delivered<OrderEvents, Type>;
type Requested = Promise<readonly RequestedItem[]>;

/** The events for which a payment command and a notification are requested together. */
export const withCommand: ReadonlySet<string> = new Set(['OrderShipped', 'OrderCancelled']);

/** An event of an order -> the command to the processor of its payment. */
@Controller()
export class OrderReactor {
  constructor(
    private readonly requests: ForwardingRequests,
    private readonly notifications: NotificationRequests,
    private readonly orders: Orders,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Handles('OrderPlaced', { group, reacts: true })
  async orderPlaced(@Payload() event: Placed<'OrderPlaced'>): Requested {
    const { paymentMethod, personnummerGround } = event.data;
    const processorId = this.processorOf(paymentMethod);
    const orderId = streamId(event.stream);
    const purpose =
      personnummerGround === null ? null : personnummerPurpose(this.register, processorId, personnummerGround);
    const purposes = openPaymentFields(personnummerGround, purpose);
    const intent: Intent = { processorId, kind: 'openPayment', key: orderId, orderId, purposes };
    return this.requests.request(event, event.metadata.dataSubjectId, intent);
  }

  @Handles('OrderShipped', { group, reacts: true })
  async orderShipped(@Payload() event: Placed<'OrderShipped'>): Requested {
    const orderId = streamId(event.stream);
    return this.withMail(event, { kind: 'capturePayment', key: orderId, purposes: paymentCommandFields });
  }

  /** An order without a payment has nothing to cancel; whether there is one is known when the item's turn comes. */
  @Handles('OrderCancelled', { group, reacts: true })
  async orderCancelled(@Payload() event: Placed<'OrderCancelled'>): Requested {
    const orderId = streamId(event.stream);
    return this.withMail(event, { kind: 'cancelPayment', key: orderId, purposes: paymentCommandFields });
  }

  /** Another amount than the order's was approved: nothing of it is kept. */
  @Handles('PaymentDenied', { group, reacts: true })
  async paymentDenied(@Payload() event: Placed<'PaymentDenied'>): Requested {
    if (event.data.reason !== 'amountDiffers') return [];
    const key = `${streamId(event.stream)}/${event.eventId}`;
    return this.command(event, { kind: 'cancelPayment', key, purposes: paymentCommandFields });
  }

  @Handles('RefundDecided', { group, reacts: true })
  async refundDecided(@Payload() event: Placed<'RefundDecided'>): Requested {
    const { refundId } = event.data;
    return this.command(event, { kind: 'refundPayment', key: refundId, purposes: refundFields, refundId });
  }

  /** The command first: the mail about it keeps its place behind it in the person's lane. */
  private async withMail(
    event: Placed<'OrderShipped'> | Placed<'OrderCancelled'>,
    intent: Omit<Intent, 'processorId' | 'orderId'>,
  ): Requested {
    return [...(await this.command(event, intent)), ...(await this.notifications.of(event))];
  }

  /** A command about a payment goes to the processor that opened it. */
  private async command(event: Delivered<OrderEvents>, intent: Omit<Intent, 'processorId' | 'orderId'>): Requested {
    const orderId = streamId(event.stream);
    const order = await this.orders.read(orderId);
    if (order === null) throw new Error('an event of an order is in a stream without its placing');
    const processorId = this.processorOf(order.facts.method);
    return this.requests.request(event, event.metadata.dataSubjectId, { ...intent, processorId, orderId });
  }

  /** A way to pay that the register does not name (any more) leads to a refusal on record, which the order answers. */
  private processorOf(method: PaymentMethod): string {
    return processorForPayment(this.register, method) ?? 'none';
  }
}
