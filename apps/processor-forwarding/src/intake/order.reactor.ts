import type { DataSubjectEvents, ForwardingEvents, OrderEvents } from '@dittoo/contracts';
import { EventStore, streamId, streamName, type Delivered, type EventContext, type Uuid } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import { processorForPayment, type Register } from '@dittoo/processor-register';
import { causedBy } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { personnummerPurpose } from '../gate/gate.js';
import { LaneIntake } from '../queue/queue-intake.js';
import { tableSetOf } from '../queue/queue-tables.js';
import { IntentReactor } from './forwarding-requests.js';
import { erasureFields, openPaymentFields, paymentCommandFields, refundFields } from '../payment/payment-fields.js';

const group = 'forwarding.intake';

type Context = EventContext<EntityManager>;

/**
 * What happened in the shop -> what is asked of a processor, queued in the lane of the person it concerns.
 *
 * `ForwardingRequested` is appended first, then the rows change in the transaction that moves the checkpoint. Dies
 * between the two: the event comes again, the stream holds its answer already, the rows are written now.
 */
@Controller()
export class IntakeReactor {
  constructor(
    private readonly intents: IntentReactor,
    private readonly store: EventStore,
    private readonly intake: LaneIntake,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @EventPattern<string>('OrderPlaced', { group })
  async orderPlaced(@Payload() event: Delivered<OrderEvents, 'OrderPlaced'>, @Ctx() context: Context): Promise<void> {
    const { paymentMethod, personnummerGround: ground } = event.data;
    const processorId = processorForPayment(this.register, paymentMethod);
    if (processorId === null) return;
    const orderId = streamId(event.stream);
    const purpose = ground === null ? null : personnummerPurpose(this.register, processorId, ground);
    const purposes = openPaymentFields(ground, purpose);
    await this.intents.ask(event, context.transaction, group, {
      processorId,
      kind: 'openPayment',
      key: orderId,
      orderId,
      purposes,
    });
  }

  @EventPattern<string>('OrderShipped', { group })
  async orderShipped(@Payload() event: Delivered<OrderEvents, 'OrderShipped'>, @Ctx() context: Context): Promise<void> {
    await this.command(event, context, 'capturePayment');
  }

  /** An order without a checkout has nothing to cancel; whether there is one is seen when its turn comes. */
  @EventPattern<string>('OrderCancelled', { group })
  async orderCancelled(
    @Payload() event: Delivered<OrderEvents, 'OrderCancelled'>,
    @Ctx() context: Context,
  ): Promise<void> {
    await this.command(event, context, 'cancelPayment');
  }

  @EventPattern<string>('RefundDecided', { group })
  async refundDecided(
    @Payload() event: Delivered<OrderEvents, 'RefundDecided'>,
    @Ctx() context: Context,
  ): Promise<void> {
    await this.command(event, context, 'refundPayment', event.data.refundId);
  }

  /** Every processor of the register is asked, also one that never received anything: each has to answer. */
  @EventPattern<string>('ErasureRequested', { group })
  async erasureRequested(
    @Payload() event: Delivered<DataSubjectEvents, 'ErasureRequested'>,
    @Ctx() context: Context,
  ): Promise<void> {
    const { requestId } = event.data;
    const subjectId = event.metadata.dataSubjectId!;
    for (const processorId of Object.keys(this.register.processors)) {
      const tables = tableSetOf(processorId);
      const cancelled =
        tables === null ? [] : await this.intake.cancelDisclosures(context.transaction, tables, subjectId);
      for (const forwardingId of cancelled) {
        await this.intents.say(
          forwardingId,
          { type: 'CancelForwarding', reason: 'subjectErased' },
          causedBy(event, group),
        );
      }
      const intent = { processorId, kind: 'eraseSubject', key: requestId, orderId: null, requestId } as const;
      await this.intents.ask(event, context.transaction, group, { ...intent, purposes: erasureFields });
    }
  }

  @EventPattern<string>('RedeliveryRequested', { group })
  async redeliveryRequested(
    @Payload() event: Delivered<ForwardingEvents, 'RedeliveryRequested'>,
    @Ctx() context: Context,
  ): Promise<void> {
    const tables = tableSetOf(event.data.processorId);
    if (tables === null) return;
    const subjectId = event.metadata.dataSubjectId!;
    await this.intake.resume(context.transaction, tables, streamId(event.stream), subjectId);
  }

  /** A command about a payment goes where the order's payment went. */
  private async command(
    event: Delivered<OrderEvents>,
    context: Context,
    kind: 'capturePayment' | 'cancelPayment' | 'refundPayment',
    refundId?: string,
  ): Promise<void> {
    const orderId = streamId(event.stream);
    const processorId = await this.processorOf(orderId);
    if (processorId === null) return;
    const purposes = kind === 'refundPayment' ? refundFields : paymentCommandFields;
    await this.intents.ask(event, context.transaction, group, {
      processorId,
      kind,
      key: refundId ?? orderId,
      orderId,
      purposes,
      ...(refundId === undefined ? {} : { refundId }),
    });
  }

  private async processorOf(orderId: Uuid): Promise<string | null> {
    for await (const { type, data } of this.store.readStream(streamName('order', orderId), { limit: 1 })) {
      if (type === 'OrderPlaced') return processorForPayment(this.register, String(data['paymentMethod']));
    }
    return null;
  }
}
