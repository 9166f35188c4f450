import type { OrderEvents } from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';

const group = 'order-list';
type Change = Pick<Delivered<OrderEvents>, 'stream' | 'revision' | 'metadata'>;
type Context = EventContext<EntityManager>;

/**
 * Every order as a row of `orders.order_row`, for lists. Row and checkpoint move in one transaction; besides, each row
 * knows its revision. Dies here: nothing is half done, the chunk comes again.
 */
@Controller()
export class OrderListProjection {
  @EventPattern<string>('OrderPlaced', { group })
  async placed(@Payload() event: Delivered<OrderEvents, 'OrderPlaced'>, @Ctx() context: Context): Promise<void> {
    const { metadata, data, revision, stream } = event;
    const { amountMinor, currency } = data.total;
    const { dataSubjectId, recordedAt } = metadata;
    await context.transaction.query(
      `INSERT INTO orders.order_row (order_id, customer_id, status, total_minor, currency, paid_minor, refunded_minor,
                                     placed_at, changed_at, revision)
       VALUES ($1, $2, 'placed', $3, $4, 0, 0, $5, $5, $6) ON CONFLICT DO NOTHING`,
      [streamId(stream), dataSubjectId, amountMinor, currency, recordedAt, String(revision)],
    );
  }

  @EventPattern<string>('PaymentOpened', { group })
  async paymentOpened(@Payload() event: Delivered<OrderEvents, 'PaymentOpened'>, @Ctx() context: Context) {
    await change(context, event, `status = 'awaitingPayment'`);
  }

  @EventPattern<string>('PaymentApproved', { group })
  async paymentApproved(@Payload() event: Delivered<OrderEvents, 'PaymentApproved'>, @Ctx() context: Context) {
    await change(context, event, `status = 'paid', paid_minor = $4`, event.data.amount.amountMinor);
  }

  @EventPattern<string>('PaymentDenied', { group })
  async paymentDenied(@Payload() event: Delivered<OrderEvents, 'PaymentDenied'>, @Ctx() context: Context) {
    await change(context, event, `status = 'paymentDenied'`);
  }

  @EventPattern<string>('OrderShipped', { group })
  async shipped(@Payload() event: Delivered<OrderEvents, 'OrderShipped'>, @Ctx() context: Context) {
    await change(context, event, `status = CASE WHEN refunded_minor > 0 THEN status ELSE 'shipped' END`);
  }

  @EventPattern<string>('OrderCancelled', { group })
  async cancelled(@Payload() event: Delivered<OrderEvents, 'OrderCancelled'>, @Ctx() context: Context) {
    await change(context, event, `status = 'cancelled'`);
  }

  @EventPattern<string>('RefundPaid', { group })
  async refundPaid(@Payload() event: Delivered<OrderEvents, 'RefundPaid'>, @Ctx() context: Context) {
    await change(
      context,
      event,
      `refunded_minor = refunded_minor + $4::bigint,
       status = CASE WHEN status = 'cancelled' THEN status
                     WHEN refunded_minor + $4::bigint < paid_minor THEN 'partlyRefunded' ELSE 'refunded' END`,
      event.data.amount.amountMinor,
    );
  }
}

/** @param set SQL of ours; `$4` is `amountMinor` */
const change = async ({ transaction }: Context, event: Change, set: string, amountMinor?: number): Promise<void> => {
  await transaction.query(
    `UPDATE orders.order_row SET ${set}, revision = $2, changed_at = $3 WHERE order_id = $1 AND revision < $2`,
    [
      streamId(event.stream),
      String(event.revision),
      event.metadata.recordedAt,
      ...(amountMinor === undefined ? [] : [amountMinor]),
    ],
  );
};
