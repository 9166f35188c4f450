import type { ForwardingIntent } from '@dittoo/contracts';
import type { ForwardingId, Gather, SubjectId } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { EntityManager } from 'typeorm';
import { queueStatement } from './intake-statements.js';
import type { NewItem } from './item.js';
import { wakeChannel, type QueueTables } from './queue-tables.js';

/** Kinds that carry personal data: an erasure cancels them while they are queued. */
const disclosingKinds: readonly ForwardingIntent[] = ['openPayment', 'sendMail'];

/**
 * Puts items into the lanes. For an event it is done in the transaction that moves the checkpoint: if the process dies
 * before the commit, nothing happened and the event comes again.
 */
@Injectable()
export class QueueIntake {
  constructor(@Inject(ROW_POOL) private readonly pool: Pool) {}

  /** Queues an item with the others of the page. */
  gather(gather: Gather, tables: QueueTables, item: NewItem): void {
    gather(queueStatement(tables), rowOf(item));
  }

  /** Queues an item by itself. */
  async queue(tables: QueueTables, item: NewItem): Promise<void> {
    await this.pool.query(queueStatement(tables), columnsOf(item));
  }

  /**
   * Queues an erasure and takes the subject's disclosures out of the queue, except one that may have left already: the
   * erasure waits for that. The erasure's item names the others, so that they are recorded as cancelled outside this
   * transaction.
   *
   * @param kept notifications that stay queued: what answers a request goes to an erased person too
   */
  async queueErasure(
    transaction: EntityManager,
    tables: QueueTables,
    erasure: NewItem,
    kept: readonly string[] = [],
  ): Promise<void> {
    const { subjectId } = erasure;
    await this.lockLane(transaction, tables, subjectId);
    const gone = await transaction.query<{ forwarding_id: ForwardingId; queued: boolean }[]>(
      `WITH gone AS (
         DELETE FROM ${tables.item} WHERE subject_id = $1 AND kind = ANY ($2) AND sending IS NULL
           AND coalesce(payload #>> '{notification,name}', '') <> ALL ($3) RETURNING *)
       SELECT forwarding_id, state = 'queued' AS queued FROM gone ORDER BY id`,
      [subjectId, disclosingKinds, kept],
    );
    const cancelled = gone.map(({ forwarding_id }) => forwarding_id);
    const item = cancelled.length === 0 ? erasure : { ...erasure, payload: { ...erasure.payload, cancelled } };
    await transaction.query(queueStatement(tables), columnsOf(item));
    // The lane's back-off belonged to an item that is gone now.
    const queued = gone.filter((one) => one.queued).length;
    await transaction.query(
      `UPDATE ${tables.lane} SET pending = pending - $2, urgent = greatest(0, urgent - $2), next_at = now(), attempt = 0
       WHERE subject_id = $1`,
      [subjectId, queued],
    );
    await this.deleteEmpty(transaction, tables, subjectId);
  }

  /** Queues a parked item again. If its outcome is unknown, it is reconciled before it is sent again. */
  async resume(
    transaction: EntityManager,
    tables: QueueTables,
    forwardingId: ForwardingId,
    subjectId: SubjectId,
  ): Promise<void> {
    const { item, lane, processorId } = tables;
    await this.lockLane(transaction, tables, subjectId);
    const resumed = await transaction.query<unknown[]>(
      `WITH resumed AS (
         UPDATE ${item} SET state = CASE WHEN sending IS NULL THEN 'queued' ELSE 'sending' END
         WHERE forwarding_id = $1 AND state = 'parked' RETURNING id)
       SELECT id FROM resumed`,
      [forwardingId],
    );
    await transaction.query(`UPDATE ${lane} SET pending = pending + $2, urgent = urgent + $2 WHERE subject_id = $1`, [
      subjectId,
      resumed.length,
    ]);
    await this.deleteEmpty(transaction, tables, subjectId);
    if (resumed.length > 0) await transaction.query('SELECT pg_notify($1, $2)', [wakeChannel, processorId]);
  }

  private async deleteEmpty(transaction: EntityManager, { lane }: QueueTables, subjectId: SubjectId): Promise<void> {
    await transaction.query(`DELETE FROM ${lane} WHERE subject_id = $1 AND pending = 0 AND lease_until < now()`, [
      subjectId,
    ]);
  }

  /** In a statement of its own: what follows sees what was committed while it waited for the lane. */
  private async lockLane(transaction: EntityManager, { lane }: QueueTables, subjectId: SubjectId): Promise<void> {
    await transaction.query(
      `INSERT INTO ${lane} AS l (subject_id, next_at, pending) VALUES ($1, now(), 0)
       ON CONFLICT (subject_id) DO UPDATE SET pending = l.pending`,
      [subjectId],
    );
  }
}

const rowOf = ({ forwardingId, intentId, kind, orderId, payload, subjectId }: NewItem): unknown[] => [
  intentId,
  forwardingId,
  subjectId,
  orderId,
  kind,
  JSON.stringify(payload),
];

const columnsOf = (item: NewItem): unknown[][] => rowOf(item).map((value) => [value]);
