import { orderNumberOf, readOrderNumber } from '@dittoo/contracts';
import { DomainError, isUuid, type SubjectId } from '@dittoo/kernel';
import { decodeCursor, pageOf, type Page } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { OrderNumbers } from '../order-number/order-numbers.js';
import type { OrderListItem } from './order-list.http.js';
import { OrderRow } from './order-row.entity.js';

/** Orders, newest first. Follows the streams within a second. */
@Injectable()
export class OrderList {
  constructor(
    @InjectRepository(OrderRow) private readonly rows: Repository<OrderRow>,
    private readonly numbers: OrderNumbers,
  ) {}

  /** The order with this number as a list. @throws DomainError `invalid-field` the number was misread or misheard */
  async withNumber(customerId: SubjectId | null, written: string): Promise<Page<OrderListItem>> {
    const number = readOrderNumber(written);
    if (number === null) {
      const message = 'is not an order number: its last digit does not fit the others';
      throw new DomainError('invalid-field', undefined, [{ field: 'orderNumber', message }]);
    }
    const orderId = await this.numbers.find(number);
    const row = orderId === null ? null : await this.rows.findOneBy({ orderId });
    const visible = row !== null && (customerId === null || row.customerId === customerId);
    return { items: visible ? [itemOf(row)] : [], nextCursor: null };
  }

  /** @param customerId `null` = everybody's */
  async page(customerId: SubjectId | null, limit: number, cursor: string | undefined): Promise<Page<OrderListItem>> {
    const query = this.rows
      .createQueryBuilder('row')
      .orderBy('row.placedAt', 'DESC')
      .addOrderBy('row.orderId', 'DESC')
      .limit(limit + 1);
    if (customerId !== null) query.andWhere('row.customerId = :customerId', { customerId });
    if (cursor !== undefined) {
      const [placedAt, orderId] = sortKeyOf(cursor);
      query.andWhere('(row.placedAt, row.orderId) < (:placedAt, :orderId)', { placedAt, orderId });
    }
    const rows = await query.getMany();
    return pageOf(rows.map(itemOf), limit, ({ placedAt, orderId }) => [placedAt, orderId]);
  }
}

const sortKeyOf = (cursor: string): readonly string[] => {
  const [placedAt, orderId] = decodeCursor(cursor, 'time', 'id') as [string, string];
  if (!/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/.test(placedAt) || Number.isNaN(Date.parse(placedAt)) || !isUuid(orderId)) {
    throw new DomainError('invalid-field', undefined, [{ field: 'cursor', message: 'is not a cursor of this list' }]);
  }
  return [placedAt, orderId];
};

const itemOf = (row: OrderRow): OrderListItem => ({
  orderId: row.orderId,
  orderNumber: orderNumberOf(row.orderId),
  customerId: row.customerId,
  status: row.status,
  total: { amountMinor: Number(row.totalMinor), currency: row.currency },
  refunded: { amountMinor: Number(row.refundedMinor), currency: row.currency },
  placedAt: row.placedAt.toISOString(),
  changedAt: row.changedAt.toISOString(),
});
