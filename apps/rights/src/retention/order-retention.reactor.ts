import type { OrderEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { AccountActivity } from './account-activity.js';
import { RetentionDays } from './retention-days.js';
import { keepUntil, moveLastDay } from './retention-rows.js';

const group = 'rights.retention';

type Context = EventContext<EntityManager>;
type OrderEvent<Type extends keyof OrderEvents & string> = Delivered<OrderEvents, Type>;
type AnyOrderEvent = Pick<OrderEvent<'OrderPlaced'>, 'stream' | 'metadata'>;

/**
 * Order events -> until when the keys of the order are kept. Each event goes into the books anew. Delivery data counts
 * from the delivery, and where none came from the last thing that happened: nothing stays for ever because an order
 * was left lying.
 */
@Controller()
export class OrderRetentionReactor {
  constructor(
    private readonly days: RetentionDays,
    private readonly activity: AccountActivity,
  ) {}

  @EventPattern<string>('OrderPlaced', { group })
  async placed(@Payload() event: OrderEvent<'OrderPlaced'>, @Ctx() { transaction }: Context): Promise<void> {
    const { dataSubjectId, recordedAt } = event.metadata;
    const [subjectId, orderId] = [dataSubjectId!, streamId(event.stream)];
    for (const category of ['orderDelivery', 'orderAccounting'] as const)
      await keepUntil(transaction, subjectId, category, orderId, this.days.lastDay(category, recordedAt));
    if (event.data.personnummerGround !== null) await keepUntil(transaction, subjectId, 'personnummer', orderId, null);
    await this.activity.used(transaction, subjectId, recordedAt);
  }

  @EventPattern<string>('PaymentApproved', { group })
  approved(@Payload() event: OrderEvent<'PaymentApproved'>, @Ctx() context: Context): Promise<void> {
    return this.booked(event, context);
  }

  @EventPattern<string>('PaymentDenied', { group })
  async denied(@Payload() event: OrderEvent<'PaymentDenied'>, @Ctx() context: Context): Promise<void> {
    await this.booked(event, context);
    const over = this.days.overAt(event.metadata.recordedAt);
    await moveLastDay(context.transaction, 'personnummer', streamId(event.stream), over);
  }

  @EventPattern<string>('OrderShipped', { group })
  async shipped(@Payload() event: OrderEvent<'OrderShipped'>, @Ctx() context: Context): Promise<void> {
    await this.booked(event, context);
    await this.settled(event, context);
    const lastDay = this.days.lastDay('orderDelivery', event.data.shippedAt);
    await moveLastDay(context.transaction, 'orderDelivery', streamId(event.stream), lastDay);
  }

  @EventPattern<string>('OrderCancelled', { group })
  async cancelled(@Payload() event: OrderEvent<'OrderCancelled'>, @Ctx() context: Context): Promise<void> {
    await this.booked(event, context);
    await this.settled(event, context);
    const lastDay = this.days.lastDay('orderDelivery', event.metadata.recordedAt);
    await moveLastDay(context.transaction, 'orderDelivery', streamId(event.stream), lastDay);
  }

  @EventPattern<string>('RefundDecided', { group })
  refundDecided(@Payload() event: OrderEvent<'RefundDecided'>, @Ctx() context: Context): Promise<void> {
    return this.booked(event, context);
  }

  @EventPattern<string>('RefundPaid', { group })
  async refunded(@Payload() event: OrderEvent<'RefundPaid'>, @Ctx() context: Context): Promise<void> {
    await this.booked(event, context);
    await this.settled(event, context);
  }

  private booked({ metadata, stream }: AnyOrderEvent, { transaction }: Context): Promise<void> {
    const lastDay = this.days.lastDay('orderAccounting', metadata.recordedAt);
    return moveLastDay(transaction, 'orderAccounting', streamId(stream), lastDay);
  }

  /** The invoice is settled: the personnummer stays for the time a refund may take. */
  private settled({ metadata, stream }: AnyOrderEvent, { transaction }: Context): Promise<void> {
    const lastDay = this.days.lastDay('personnummer', metadata.recordedAt);
    return moveLastDay(transaction, 'personnummer', streamId(stream), lastDay);
  }
}
