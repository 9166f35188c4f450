import { DomainError, isUuid } from '@dittoo/kernel';
import { decodeCursor, pageOf, type Page } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import type { DeliveriesQuery, DeliveryAnswer } from './deliveries.http.js';
import { Delivery } from './delivery.entity.js';

/** Deliveries, oldest first; no personal data. */
@Injectable()
export class Deliveries {
  constructor(@InjectRepository(Delivery) private readonly deliveries: Repository<Delivery>) {}

  /** @throws DomainError `invalid-field` not a cursor of this list */
  async page({ state, processorId, limit = 50, cursor }: DeliveriesQuery): Promise<Page<DeliveryAnswer>> {
    const query = this.deliveries
      .createQueryBuilder('d')
      .orderBy('d.requestedAt', 'ASC')
      .addOrderBy('d.forwardingId', 'ASC')
      .limit(limit + 1);
    if (state !== undefined) query.andWhere('d.state = :state', { state });
    if (processorId !== undefined) query.andWhere('d.processorId = :processorId', { processorId });
    if (cursor !== undefined) {
      const [at = '', id] = decodeCursor(cursor, 'time', 'id');
      if (Number.isNaN(Date.parse(at)) || !isUuid(id)) throw notACursor();
      query.andWhere('(d.requestedAt, d.forwardingId) > (:at::timestamptz, :id::uuid)', { at, id });
    }
    const page = pageOf(await query.getMany(), limit, (row) => [row.requestedAt.toISOString(), row.forwardingId]);
    return { items: page.items.map(answerOf), nextCursor: page.nextCursor };
  }

  async parked(processorId?: string): Promise<string[]> {
    const rows = await this.deliveries.find({
      select: { forwardingId: true },
      where: { state: 'parked', ...(processorId === undefined ? {} : { processorId }) },
      order: { requestedAt: 'ASC' },
    });
    return rows.map(({ forwardingId }) => forwardingId);
  }

  /** When a delivery to this processor last succeeded. */
  async lastSuccessAt(processorId: string): Promise<Date | null> {
    const [last] = await this.deliveries.find({
      where: { processorId, state: 'done' },
      order: { changedAt: 'DESC' },
      take: 1,
    });
    return last?.changedAt ?? null;
  }
}

const notACursor = (): DomainError =>
  new DomainError('invalid-field', undefined, [{ field: 'cursor', message: 'is not a cursor of this list' }]);

const answerOf = (row: Delivery): DeliveryAnswer => ({
  deliveryId: row.forwardingId,
  processorId: row.processorId,
  intent: row.intent,
  orderId: row.orderId,
  state: row.state,
  fields: row.fields,
  attempts: row.attempts,
  reason: row.reason,
  nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
  requestedAt: row.requestedAt.toISOString(),
  changedAt: row.changedAt.toISOString(),
});
