import { orderNumberOf } from '@dittoo/contracts';
import { derivedId, type OrderId, type Uuid } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/**
 * Keeps order numbers unique. A number follows from the order's id; where another order has it already, the command gets
 * the next id of its own, so that a repeated command finds the same order again.
 */
@Injectable()
export class OrderNumbers {
  constructor(private readonly rows: DataSource) {}

  /** The id of the order that this command places. Dies before the order is appended: the number stays unused. */
  async idFor(commandId: Uuid): Promise<OrderId> {
    for (let attempt = 0; ; attempt++) {
      const orderId = derivedId('order', commandId, ...(attempt === 0 ? [] : [String(attempt)]));
      const [taken] = await this.rows.query<{ order_id: string }[]>(
        `INSERT INTO orders.order_number AS taken (number, order_id) VALUES ($1, $2)
         ON CONFLICT (number) DO UPDATE SET order_id = taken.order_id RETURNING order_id`,
        [orderNumberOf(orderId), orderId],
      );
      if (taken?.order_id === orderId) return orderId;
    }
  }

  /** @returns `null` = no order has this number */
  async find(number: string): Promise<OrderId | null> {
    const [row] = await this.rows.query<{ order_id: string }[]>(
      'SELECT order_id FROM orders.order_number WHERE number = $1',
      [number],
    );
    return row?.order_id ?? null;
  }
}
