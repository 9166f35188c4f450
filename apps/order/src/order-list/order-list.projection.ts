import { orderSchema, type OrderEvents } from '@dittoo/contracts';
import type { Delivered, EventContext } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { OrderRows } from './order-rows.js';

const group = 'order-list';
/** All of them: the folded state is that of the stream. */
const types = Object.keys(orderSchema) as (keyof OrderEvents)[];

/**
 * Every order as a row of `orders.order_row`, for lists. The row keeps the state folded by libs/contracts and nothing
 * else. Rows and checkpoint change in one transaction, and each row has its revision. Dies here: the transaction is
 * rolled back and the page is redelivered.
 */
@Controller()
export class OrderListProjection {
  @Handles(types, { group })
  changed(@Payload() event: Delivered<OrderEvents>, @Ctx() { fold }: EventContext): void {
    fold(this, () => new OrderRows()).take(event);
  }
}
