import {
  evolveOrder,
  noOrder,
  orderStatusOf,
  paymentOf,
  refundPaidMinor,
  type OrderEvents,
  type OrderState,
} from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';

const group = 'order-list';
type Context = EventContext<EntityManager>;

/**
 * Every order as a row of `orders.order_row`, for lists. The row keeps what the fold of contracts says of the order and
 * is asked for nothing else. Row and checkpoint move in one transaction; besides, each row knows its revision. Dies
 * here: nothing is half done, the chunk comes again.
 */
@Controller()
export class OrderListProjection {
  @Handles('OrderPlaced', { group })
  async placed(@Payload() event: Delivered<OrderEvents, 'OrderPlaced'>, @Ctx() context: Context): Promise<void> {
    const { metadata, data, revision, stream } = event;
    const state = evolveOrder(noOrder, event);
    if (state.stage === 'none') return;
    const { amountMinor, currency } = data.total;
    const { dataSubjectId, recordedAt } = metadata;
    await context.transaction.query(
      `INSERT INTO orders.order_row (order_id, customer_id, status, total_minor, currency, paid_minor, refunded_minor,
                                     placed_at, changed_at, revision, state)
       VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [
        streamId(stream),
        dataSubjectId,
        orderStatusOf(state),
        amountMinor,
        currency,
        recordedAt,
        String(revision),
        JSON.stringify(state),
      ],
    );
  }

  @Handles('PaymentOpened', { group })
  paymentOpened(@Payload() event: Delivered<OrderEvents, 'PaymentOpened'>, @Ctx() context: Context): Promise<void> {
    return change(context, event);
  }

  @Handles('PaymentApproved', { group })
  paymentApproved(@Payload() event: Delivered<OrderEvents, 'PaymentApproved'>, @Ctx() context: Context): Promise<void> {
    return change(context, event);
  }

  @Handles('PaymentDenied', { group })
  paymentDenied(@Payload() event: Delivered<OrderEvents, 'PaymentDenied'>, @Ctx() context: Context): Promise<void> {
    return change(context, event);
  }

  @Handles('OrderShipped', { group })
  shipped(@Payload() event: Delivered<OrderEvents, 'OrderShipped'>, @Ctx() context: Context): Promise<void> {
    return change(context, event);
  }

  @Handles('OrderCancelled', { group })
  cancelled(@Payload() event: Delivered<OrderEvents, 'OrderCancelled'>, @Ctx() context: Context): Promise<void> {
    return change(context, event);
  }

  @Handles('RefundDecided', { group })
  refundDecided(@Payload() event: Delivered<OrderEvents, 'RefundDecided'>, @Ctx() context: Context): Promise<void> {
    return change(context, event);
  }

  @Handles('RefundPaid', { group })
  refundPaid(@Payload() event: Delivered<OrderEvents, 'RefundPaid'>, @Ctx() context: Context): Promise<void> {
    return change(context, event);
  }
}

const change = async ({ transaction }: Context, event: Delivered<OrderEvents>): Promise<void> => {
  const [orderId, revision] = [streamId(event.stream), String(event.revision)];
  const [row] = await transaction.query<{ state: OrderState }[]>(
    'SELECT state FROM orders.order_row WHERE order_id = $1 AND revision < $2 FOR UPDATE',
    [orderId, revision],
  );
  const state = row === undefined ? noOrder : evolveOrder(row.state, event);
  if (state.stage === 'none') return;
  const payment = paymentOf(state);
  await transaction.query(
    `UPDATE orders.order_row SET status = $2, paid_minor = $3, refunded_minor = $4, state = $5, revision = $6,
                                 changed_at = $7 WHERE order_id = $1`,
    [
      orderId,
      orderStatusOf(state),
      payment?.paidMinor ?? 0,
      payment === null ? 0 : refundPaidMinor(payment),
      JSON.stringify(state),
      revision,
      event.metadata.recordedAt,
    ],
  );
};
