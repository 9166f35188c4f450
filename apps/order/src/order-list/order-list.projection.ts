import type { OrderEvents } from '@dittoo/contracts';
import type { Delivered, EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { OrderRows } from './order-rows.js';

const group = 'order-list';
const types = [
  ...(['OrderPlaced', 'PaymentOpened', 'PaymentApproved', 'PaymentDenied'] as const),
  ...(['OrderShipped', 'OrderCancelled', 'RefundDecided', 'RefundPaid'] as const),
];

/**
 * Every order as a row of `orders.order_row`, for lists. The row keeps what the fold of contracts says of the order and
 * is asked for nothing else. Rows and checkpoint move in one transaction; besides, each row knows its revision. Dies
 * here: nothing is half done, the page comes again.
 */
@Controller()
export class OrderListProjection {
  @Handles(types, { group })
  changed(@Payload() event: Delivered<OrderEvents>, @Ctx() { fold }: EventContext): void {
    fold(this, () => new OrderRows()).take(event);
  }
}
