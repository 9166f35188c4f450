import { newId, type ForwardingId, type OrderId, type SubjectId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import type { Item, ItemPayload } from '../queue/item.js';
import { QueueIntake } from '../queue/queue-intake.js';
import type { QueueTables } from '../queue/queue-tables.js';
import { readPaymentFields } from './payment-fields.js';

export interface WatchedPayment {
  /** The forwarding that opened it. */
  readonly forwardingId: ForwardingId;
  readonly subjectId: SubjectId;
  readonly orderId: OrderId;
}

/** Pauses between two readings of a pending payment double up to a quarter of an hour. */
const longestPauseMs = 15 * 60_000;

const readingPayload: ItemPayload = {
  purposes: readPaymentFields,
  refundId: null,
  requestId: null,
  notification: null,
  noticeVersion: null,
  correlationId: '',
  traceparent: null,
};

/**
 * Queues readings of payments: because of a callback, or because a pending payment has not been read for a while, so
 * that a lost callback does not lose a payment.
 */
@Injectable()
export class PaymentWatch {
  constructor(
    private readonly dataSource: DataSource,
    private readonly intake: QueueIntake,
  ) {}

  /** Watches the payment that `item` opened. Runs in the transaction that ends the attempt. */
  async start(client: PoolClient, { processorId }: QueueTables, item: Item, firstPauseMs: number): Promise<void> {
    await client.query(
      `INSERT INTO forwarding.payment_watch (forwarding_id, processor_id, subject_id, order_id, next_at)
       VALUES ($1, $2, $3, $4, now() + $5 * interval '1 ms') ON CONFLICT DO NOTHING`,
      [item.forwardingId, processorId, item.subjectId, item.orderId, firstPauseMs],
    );
  }

  /** Ends the watch of a settled payment. Runs in the transaction that ends the reading. */
  async stop(client: PoolClient, forwardingId: ForwardingId): Promise<void> {
    await client.query('DELETE FROM forwarding.payment_watch WHERE forwarding_id = $1', [forwardingId]);
  }

  /** At most one reading is queued; a callback during a reading queues one more. */
  async read(tables: QueueTables, payment: WatchedPayment): Promise<void> {
    await this.dataSource.transaction((transaction) =>
      this.intake.enqueue(transaction, tables, {
        ...payment,
        intentId: newId(),
        kind: 'readPayment',
        payload: { ...readingPayload, correlationId: payment.orderId },
      }),
    );
  }

  /** Queues the readings that are due. */
  async readDue(tables: QueueTables, firstPauseMs: number): Promise<void> {
    const due = await this.dataSource.query<WatchedPayment[]>(
      `WITH due AS (
         SELECT forwarding_id FROM forwarding.payment_watch
         WHERE processor_id = $1 AND next_at <= now() ORDER BY next_at LIMIT 20 FOR UPDATE SKIP LOCKED),
       moved AS (
         UPDATE forwarding.payment_watch w
         SET polls = polls + 1, next_at = now() + least($2 * 2.0 ^ least(polls, 30), $3) * interval '1 ms'
         FROM due WHERE w.forwarding_id = due.forwarding_id RETURNING w.*)
       SELECT forwarding_id AS "forwardingId", subject_id AS "subjectId", order_id AS "orderId", polls FROM moved`,
      [tables.processorId, firstPauseMs, longestPauseMs],
    );
    for (const { forwardingId, subjectId, orderId } of due) {
      await this.read(tables, { forwardingId, subjectId, orderId });
    }
  }
}
