import type { ForwardingId, OrderId, SubjectId } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { companionRow, type CompanionRow } from '../queue/companion.js';
import { lanesOfReadings, queuedReadings } from '../queue/intake-statements.js';
import type { Item, ItemPayload } from '../queue/item.js';
import { wakeChannel, type QueueTables } from '../queue/queue-tables.js';
import { readPaymentFields } from './payment-fields.js';

export interface WatchedPayment {
  /** The forwarding that opened it. */
  readonly forwardingId: ForwardingId;
  readonly subjectId: SubjectId;
  readonly orderId: OrderId;
}

export interface UnreadPayment {
  readonly forwardingId: ForwardingId;
  readonly orderId: OrderId;
  readonly processorId: string;
  /** The first of the readings that failed. */
  readonly since: Date;
}

const readingPayload: ItemPayload = {
  purposes: readPaymentFields,
  refundId: null,
  requestId: null,
  notification: null,
  noticeVersion: null,
  correlationId: '',
  traceparent: null,
};

const watched = {
  name: 'watched',
  columns: { forwarding_id: 'uuid', processor_id: 'text', subject_id: 'uuid', order_id: 'uuid', pause_ms: 'float8' },
  statement: (rows: string): string => `
  INSERT INTO forwarding.payment_watch (forwarding_id, processor_id, subject_id, order_id, next_at)
  SELECT forwarding_id, processor_id, subject_id, order_id, now() + pause_ms * interval '1 ms' FROM ${rows}
  ON CONFLICT DO NOTHING`,
};

const unwatched = {
  name: 'unwatched',
  columns: { forwarding_id: 'uuid' },
  statement: (rows: string): string =>
    `DELETE FROM forwarding.payment_watch WHERE forwarding_id = ANY (ARRAY(SELECT forwarding_id FROM ${rows}))`,
};

const noted = {
  name: 'watch_noted',
  columns: { forwarding_id: 'uuid', failed: 'boolean' },
  statement: (rows: string): string => `
  UPDATE forwarding.payment_watch w
     SET failing_since = CASE WHEN r.failed THEN coalesce(w.failing_since, now()) END
    FROM (SELECT * FROM ${rows}) r WHERE w.forwarding_id = r.forwarding_id`,
};

const watchedSlowly = {
  name: 'watched_slowly',
  columns: {
    forwarding_id: 'uuid',
    processor_id: 'text',
    subject_id: 'uuid',
    order_id: 'uuid',
    pause_ms: 'float8',
    days: 'int',
  },
  // The watch may have ended before: a payment that was denied, or not found once, may be made after all.
  statement: (rows: string): string => `
  INSERT INTO forwarding.payment_watch AS w
    (forwarding_id, processor_id, subject_id, order_id, polls, longest_pause_ms, next_at, ends_at)
  SELECT forwarding_id, processor_id, subject_id, order_id, 30, pause_ms, now() + pause_ms * interval '1 ms',
         now() + days * interval '1 day'
    FROM ${rows}
  ON CONFLICT (forwarding_id) DO UPDATE
     SET failing_since = NULL, longest_pause_ms = EXCLUDED.longest_pause_ms, polls = EXCLUDED.polls, next_at = EXCLUDED.next_at,
         ends_at = coalesce(w.ends_at, EXCLUDED.ends_at)`,
};

/**
 * Queues readings of payments: because of a callback, or because a pending payment has not been read for a while, so
 * that a lost callback does not lose a payment.
 */
@Injectable()
export class PaymentWatch {
  constructor(@Inject(ROW_POOL) private readonly pool: Pool) {}

  /** Watches the payment that `item` opened, from the end of the attempt on. */
  start({ processorId }: QueueTables, item: Item, firstPauseMs: number): CompanionRow {
    return companionRow(watched, {
      forwarding_id: item.forwardingId,
      processor_id: processorId,
      subject_id: item.subjectId,
      order_id: item.orderId,
      pause_ms: firstPauseMs,
    });
  }

  /** Ends the watch of a settled payment, with the end of the reading. */
  stop(forwardingId: ForwardingId): CompanionRow {
    return companionRow(unwatched, { forwarding_id: forwardingId });
  }

  /** A reading has ended. @param failed nothing new is known, and it is read again when that is due */
  noted(forwardingId: ForwardingId, { failed }: { readonly failed: boolean }): CompanionRow {
    return companionRow(noted, { forwarding_id: forwardingId, failed });
  }

  /** The payments that could not be read since then, each time. */
  async unreadSince(before: string): Promise<readonly UnreadPayment[]> {
    const { rows } = await this.pool.query<UnreadPayment>(
      `SELECT forwarding_id AS "forwardingId", order_id AS "orderId", processor_id AS "processorId",
              failing_since AS since
         FROM forwarding.payment_watch WHERE failing_since <= $1 ORDER BY forwarding_id`,
      [before],
    );
    return rows;
  }

  /** A payment that is settled here may still change at the processor. @param days for so long; `null` = until it changes */
  slowly({ processorId }: QueueTables, item: Item, pauseMs: number, days: number | null): CompanionRow {
    return companionRow(watchedSlowly, {
      forwarding_id: item.forwardingId,
      processor_id: processorId,
      subject_id: item.subjectId,
      order_id: item.orderId,
      pause_ms: pauseMs,
      days,
    });
  }

  /** At most one reading is queued; a callback during a reading queues one more. */
  async read(tables: QueueTables, { forwardingId, orderId, subjectId }: WatchedPayment): Promise<void> {
    await this.pool.query(
      `WITH asked AS (SELECT $1::uuid AS forwarding_id, $2::uuid AS subject_id, $3::uuid AS order_id),
       ${lanesOfReadings(tables, false)}, ${queuedReadings(tables, false, '$4')}
       SELECT pg_notify('${wakeChannel}', '${tables.processorId}') FROM lanes`,
      [forwardingId, subjectId, orderId, JSON.stringify(readingPayload)],
    );
  }

  /** Queues the readings that are due, after everything else that waits. @returns how many */
  async readDue(tables: QueueTables, firstPauseMs: number): Promise<number> {
    await this.pool.query({
      name: 'fwd-watch-over',
      text: 'DELETE FROM forwarding.payment_watch WHERE processor_id = $1 AND ends_at < now()',
      values: [tables.processorId],
    });
    const { rowCount } = await this.pool.query({
      name: `fwd-read-due-${tables.processorId}`,
      text: `
WITH asked AS MATERIALIZED (
  SELECT forwarding_id, subject_id, order_id FROM forwarding.payment_watch
   WHERE processor_id = $1 AND next_at <= now() ORDER BY next_at LIMIT 20),
${lanesOfReadings(tables, true)},
-- after the lanes are locked, as at the end of an attempt, so that the two never wait for each other
moved AS (
  UPDATE forwarding.payment_watch w
     SET polls = polls + 1, next_at = now() + least($2 * 2.0 ^ least(polls, 30), longest_pause_ms) * interval '1 ms'
    FROM asked a
   WHERE w.forwarding_id = a.forwarding_id AND w.next_at <= now() AND (SELECT count(*) FROM lanes) >= 0
  RETURNING w.forwarding_id),
wanted AS (SELECT waiting.* FROM waiting JOIN moved USING (forwarding_id)),
${queuedReadings(tables, true, '$3', 'wanted')}
SELECT FROM moved`,
      values: [tables.processorId, firstPauseMs, JSON.stringify(readingPayload)],
    });
    return rowCount ?? 0;
  }
}
