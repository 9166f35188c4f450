import { newId, type Uuid } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LaneIntake, type ItemPayload } from '../queue/queue-intake.js';
import type { TableSet } from '../queue/queue-tables.js';

export interface WatchedPayment {
  /** The forwarding that opened it. */
  readonly forwardingId: Uuid;
  readonly subjectId: Uuid;
  readonly orderId: Uuid;
}

/** Pauses between two readings of a payment nobody told us about: they double up to a quarter of an hour. */
const longestPauseMs = 15 * 60_000;

const nothingToSend: ItemPayload = {
  purposes: [{ purpose: 'payment', fields: [] }],
  refundId: null,
  requestId: null,
  letter: null,
  noticeVersion: null,
  correlationId: '',
  traceparent: null,
};

/**
 * Queues readings of payments: because of a hint, or because a pending one has not been looked at for a while, so that
 * a lost callback does not lose a payment.
 */
@Injectable()
export class PaymentWatch {
  constructor(
    private readonly dataSource: DataSource,
    private readonly intake: LaneIntake,
  ) {}

  /** One reading is queued at most; a second hint meanwhile adds nothing. */
  async read(tables: TableSet, payment: WatchedPayment): Promise<void> {
    await this.dataSource.transaction((transaction) =>
      this.intake.enqueue(transaction, tables, {
        ...payment,
        intentId: newId(),
        kind: 'readPayment',
        payload: { ...nothingToSend, correlationId: payment.orderId },
      }),
    );
  }

  /** Queues what is due to be looked at. */
  async readDue(tables: TableSet, firstPauseMs: number): Promise<void> {
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
