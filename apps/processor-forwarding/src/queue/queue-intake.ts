import type { ForwardingIntent } from '@dittoo/contracts';
import type { ForwardingId, SubjectId, Uuid } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { NewItem } from './item.js';
import { wakeChannel, type QueueTables } from './queue-tables.js';

/** Kinds that carry personal data: an erasure cancels them while they are queued. */
const disclosingKinds: readonly ForwardingIntent[] = ['openPayment', 'sendMail'];

/**
 * Puts items into the lanes. Every statement runs in the caller's transaction, which for an event is the one that moves
 * the checkpoint: if the process dies before the commit, nothing happened and the event comes again.
 *
 * The lane's row is always locked first. That lock orders the intake of one subject and keeps workers out meanwhile.
 */
@Injectable()
export class QueueIntake {
  /** A reading that waits, or is in hand, already is asked for anew: its settling then leaves it. @returns was it new? */
  async enqueue(transaction: EntityManager, tables: QueueTables, item: NewItem): Promise<boolean> {
    if (item.kind !== 'readPayment' && !(await this.isNew(transaction, item.intentId))) return false;
    await this.lockLane(transaction, tables, item.subjectId);
    const [queued] = await transaction.query<{ fresh: boolean }[]>(
      `INSERT INTO ${tables.item} (intent_id, forwarding_id, subject_id, order_id, kind, payload)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (forwarding_id) WHERE kind = 'readPayment' AND state = 'queued'
         DO UPDATE SET intent_id = excluded.intent_id
       RETURNING xmax = 0 AS fresh`,
      [item.intentId, item.forwardingId, item.subjectId, item.orderId, item.kind, JSON.stringify(item.payload)],
    );
    const fresh = queued!.fresh;
    await this.count(transaction, tables, item.subjectId, fresh ? 1 : 0);
    return fresh;
  }

  /** Intents are remembered for ever; a reading is no intent, and reading once more does no harm. */
  private async isNew(transaction: EntityManager, intentId: Uuid): Promise<boolean> {
    const fresh = await transaction.query<unknown[]>(
      'INSERT INTO forwarding.inbox (intent_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING intent_id',
      [intentId],
    );
    return fresh.length > 0;
  }

  /**
   * Removes the subject's disclosures from the queue, except one that may have left already. The erasure itself is
   * queued afterwards, so it waits for the one in flight.
   *
   * @returns the forwardings that will not happen
   */
  async cancelDisclosures(transaction: EntityManager, tables: QueueTables, subjectId: SubjectId): Promise<Uuid[]> {
    await this.lockLane(transaction, tables, subjectId);
    const gone = await transaction.query<{ forwarding_id: Uuid; queued: boolean }[]>(
      `WITH gone AS (
         DELETE FROM ${tables.item} WHERE subject_id = $1 AND kind = ANY ($2) AND sending IS NULL RETURNING *)
       SELECT forwarding_id, state = 'queued' AS queued FROM gone ORDER BY id`,
      [subjectId, disclosingKinds],
    );
    await this.count(transaction, tables, subjectId, -gone.filter(({ queued }) => queued).length);
    // The lane's back-off belonged to an item that is gone now.
    await transaction.query(`UPDATE ${tables.lane} SET next_at = now(), attempt = 0 WHERE subject_id = $1`, [
      subjectId,
    ]);
    return gone.map(({ forwarding_id }) => forwarding_id);
  }

  /** Queues a parked item again. If its outcome is unknown, it is reconciled before it is sent again. */
  async resume(
    transaction: EntityManager,
    tables: QueueTables,
    forwardingId: ForwardingId,
    subjectId: SubjectId,
  ): Promise<void> {
    await this.lockLane(transaction, tables, subjectId);
    const resumed = await transaction.query<unknown[]>(
      `WITH resumed AS (
         UPDATE ${tables.item} SET state = CASE WHEN sending IS NULL THEN 'queued' ELSE 'sending' END
         WHERE forwarding_id = $1 AND state = 'parked' RETURNING id)
       SELECT id FROM resumed`,
      [forwardingId],
    );
    await this.count(transaction, tables, subjectId, resumed.length);
  }

  /** Does not change `next_at` of an existing lane: one in back-off stays in back-off. */
  private async lockLane(transaction: EntityManager, { lane }: QueueTables, subjectId: SubjectId): Promise<void> {
    await transaction.query(
      `INSERT INTO ${lane} AS l (subject_id, next_at, pending) VALUES ($1, now(), 0)
       ON CONFLICT (subject_id) DO UPDATE SET pending = l.pending`,
      [subjectId],
    );
  }

  /** Deletes the lane with its last item; where items were added, workers are notified at the commit. */
  private async count(
    transaction: EntityManager,
    { lane, processorId }: QueueTables,
    subjectId: SubjectId,
    change: number,
  ): Promise<void> {
    await transaction.query(`UPDATE ${lane} SET pending = pending + $2 WHERE subject_id = $1`, [subjectId, change]);
    await transaction.query(`DELETE FROM ${lane} WHERE subject_id = $1 AND pending = 0 AND lease_until < now()`, [
      subjectId,
    ]);
    if (change > 0) await transaction.query('SELECT pg_notify($1, $2)', [wakeChannel, processorId]);
  }
}
