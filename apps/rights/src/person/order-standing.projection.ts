import type { OrderEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { OrderStanding } from './order-standing.entity.js';

/**
 * The same group as the reactor that judges requests: it takes events in the order of the log, so at a request every
 * order placed before it has been taken in.
 */
const group = 'rights.requests';

type Context = EventContext<EntityManager>;
type OrderEvent<Type extends keyof OrderEvents & string> = Delivered<OrderEvents, Type>;

/** Order events -> `rights.order_standing`. */
@Controller()
export class OrderStandingProjection {
  @EventPattern<string>('OrderPlaced', { group })
  async placed(@Payload() event: OrderEvent<'OrderPlaced'>, @Ctx() { transaction }: Context): Promise<void> {
    const at = new Date(event.metadata.recordedAt);
    const row = {
      orderId: streamId(event.stream),
      subjectId: event.metadata.dataSubjectId!,
      revision: String(event.revision),
      status: 'placed' as const,
      byInvoice: event.data.paymentMethod !== 'mondidoCard',
      personnummerGround: event.data.personnummerGround,
      paid: false,
      totalMinor: String(event.data.total.amountMinor),
      refundedMinor: '0',
      placedAt: at,
      shippedAt: null,
      bookedAt: at,
    };
    await transaction.createQueryBuilder().insert().into(OrderStanding).values(row).orIgnore().execute();
  }

  @EventPattern<string>('PaymentOpened', { group })
  opened(@Payload() event: OrderEvent<'PaymentOpened'>, @Ctx() context: Context): Promise<void> {
    return change(event, context, { status: 'awaitingPayment' });
  }

  @EventPattern<string>('PaymentApproved', { group })
  approved(@Payload() event: OrderEvent<'PaymentApproved'>, @Ctx() context: Context): Promise<void> {
    return change(event, context, { status: 'paid', paid: true });
  }

  @EventPattern<string>('PaymentDenied', { group })
  denied(@Payload() event: OrderEvent<'PaymentDenied'>, @Ctx() context: Context): Promise<void> {
    return change(event, context, { status: 'paymentDenied' });
  }

  @EventPattern<string>('OrderShipped', { group })
  shipped(@Payload() event: OrderEvent<'OrderShipped'>, @Ctx() context: Context): Promise<void> {
    return change(event, context, { status: 'shipped', shippedAt: new Date(event.data.shippedAt) });
  }

  @EventPattern<string>('OrderCancelled', { group })
  cancelled(@Payload() event: OrderEvent<'OrderCancelled'>, @Ctx() context: Context): Promise<void> {
    return change(event, context, { status: 'cancelled' });
  }

  /** Refunded in full is over; refunded in part goes on as it was. */
  @EventPattern<string>('RefundPaid', { group })
  async refunded(@Payload() event: OrderEvent<'RefundPaid'>, @Ctx() context: Context): Promise<void> {
    const row = await context.transaction.findOneBy(OrderStanding, { orderId: streamId(event.stream) });
    if (row === null) return;
    const refundedMinor = BigInt(row.refundedMinor) + BigInt(event.data.amount.amountMinor);
    const whole = refundedMinor >= BigInt(row.totalMinor);
    await change(event, context, {
      refundedMinor: String(refundedMinor),
      status: whole ? 'refunded' : row.status,
    });
  }
}

const change = async (
  event: Pick<OrderEvent<'OrderPlaced'>, 'stream' | 'revision' | 'metadata'>,
  { transaction }: Context,
  changed: Partial<OrderStanding>,
): Promise<void> => {
  await transaction
    .createQueryBuilder()
    .update(OrderStanding)
    .set({ ...changed, revision: String(event.revision), bookedAt: new Date(event.metadata.recordedAt) })
    .where('order_id = :id AND revision < :revision', {
      id: streamId(event.stream),
      revision: String(event.revision),
    })
    .execute();
};
