import type { ForwardingIntent } from '@dittoo/contracts';
import type { Uuid } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type TableSet, wakeChannel } from './queue-tables.js';

/** A letter in the queue: which one, and the event it is about. What it says and to whom is read when it is sent. */
export interface QueuedLetter {
  readonly name: string;
  readonly stream: string;
  /** Decimal. */
  readonly revision: string;
}

/** What is queued: ids and names of fields. No value and no ciphertext; those are opened at the moment of the send. */
export interface ItemPayload {
  readonly purposes: readonly { readonly purpose: string; readonly fields: readonly string[] }[];
  readonly refundId: string | null;
  readonly requestId: string | null;
  readonly letter: QueuedLetter | null;
  readonly noticeVersion: string | null;
  readonly correlationId: Uuid;
  readonly traceparent: string | null;
}

export interface NewItem {
  /** The same intent is taken in once, for ever. */
  readonly intentId: Uuid;
  readonly forwardingId: Uuid;
  readonly subjectId: Uuid;
  readonly orderId: Uuid | null;
  readonly kind: ForwardingIntent;
  readonly payload: ItemPayload;
}

/** Kinds that carry personal data: what an erasure takes back while it is still here. */
export const disclosingKinds: readonly ForwardingIntent[] = ['openPayment', 'sendMail'];

/**
 * The way into the lanes. Every statement runs in the caller's transaction, which for an event is the one that moves
 * the checkpoint: dies before the commit, nothing happened and the event comes again.
 *
 * The lane's row is always locked first. That lock orders the intake of one subject, and holds a worker off meanwhile.
 */
@Injectable()
export class LaneIntake {
  /** @returns was it new? */
  async enqueue(transaction: EntityManager, tables: TableSet, item: NewItem): Promise<boolean> {
    if (item.kind !== 'readPayment' && !(await this.isNew(transaction, item.intentId))) return false;
    await this.lockLane(transaction, tables, item.subjectId);
    const inserted = await transaction.query<unknown[]>(
      `INSERT INTO ${tables.item} (intent_id, forwarding_id, subject_id, order_id, kind, payload)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id`,
      [item.intentId, item.forwardingId, item.subjectId, item.orderId, item.kind, JSON.stringify(item.payload)],
    );
    await this.count(transaction, tables, item.subjectId, inserted.length);
    return inserted.length > 0;
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
   * Takes the subject's disclosures out of the queue, except one that may have left already. The erasure itself is
   * queued after them, so behind the one in flight.
   *
   * @returns the forwardings that will not happen
   */
  async cancelDisclosures(transaction: EntityManager, tables: TableSet, subjectId: Uuid): Promise<Uuid[]> {
    await this.lockLane(transaction, tables, subjectId);
    const gone = await transaction.query<{ forwarding_id: Uuid; queued: boolean }[]>(
      `WITH gone AS (
         DELETE FROM ${tables.item} WHERE subject_id = $1 AND kind = ANY ($2) AND sending IS NULL RETURNING *)
       SELECT forwarding_id, state = 'queued' AS queued FROM gone ORDER BY id`,
      [subjectId, disclosingKinds],
    );
    await this.count(transaction, tables, subjectId, -gone.filter(({ queued }) => queued).length);
    // A lane in back-off waited for what is gone now.
    await transaction.query(`UPDATE ${tables.lane} SET next_at = now(), attempt = 0 WHERE subject_id = $1`, [
      subjectId,
    ]);
    return gone.map(({ forwarding_id }) => forwarding_id);
  }

  /** Puts a parked item back. One whose outcome is unknown comes back as such: it is looked for before it is sent again. */
  async resume(transaction: EntityManager, tables: TableSet, forwardingId: Uuid, subjectId: Uuid): Promise<void> {
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

  /** Never touches `next_at` of a lane that is there: one in back-off stays in back-off. */
  private async lockLane(transaction: EntityManager, { lane }: TableSet, subjectId: Uuid): Promise<void> {
    await transaction.query(
      `INSERT INTO ${lane} AS l (subject_id, next_at, pending) VALUES ($1, now(), 0)
       ON CONFLICT (subject_id) DO UPDATE SET pending = l.pending`,
      [subjectId],
    );
  }

  /** An empty lane goes with the last item; one that is not empty is told to the workers at the commit. */
  private async count(
    transaction: EntityManager,
    { lane, processorId }: TableSet,
    subjectId: Uuid,
    change: number,
  ): Promise<void> {
    await transaction.query(`UPDATE ${lane} SET pending = pending + $2 WHERE subject_id = $1`, [subjectId, change]);
    await transaction.query(`DELETE FROM ${lane} WHERE subject_id = $1 AND pending = 0 AND lease_until < now()`, [
      subjectId,
    ]);
    if (change > 0) await transaction.query('SELECT pg_notify($1, $2)', [wakeChannel, processorId]);
  }
}
