import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import type { Uuid } from '@dittoo/kernel';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import type { Item, Lane, QueueFigures, SendingRecord } from './item.js';
import { LaneTransaction } from './lane-transaction.js';
import type { QueueTables } from './queue-tables.js';

/** Statements of other folders that belong to the end of an attempt; they run in its transaction. */
export type Also = (client: PoolClient) => Promise<void>;

const nothingElse: Also = async () => undefined;

const columns = `id, intent_id AS "intentId", forwarding_id AS "forwardingId", subject_id AS "subjectId",
  order_id AS "orderId", kind, state, attempt, payload, sending, queued_at AS "queuedAt"`;

/**
 * The lanes of a processor: one per data subject, present only while it is not empty, due at `next_at`, held by one
 * worker at a time under a lease and a token that never repeats. Times are the database's, so workers' clocks need not
 * agree.
 */
@Injectable()
export class Lanes {
  private readonly anotherLease: string;
  private readonly transaction: LaneTransaction;

  constructor(
    @Inject(ROW_POOL) private readonly pool: Pool,
    @Inject(FORWARDING_CONFIG) config: ForwardingConfig,
  ) {
    this.anotherLease = `lease_until = now() + interval '${Math.trunc(config.leaseSeconds)} s'`;
    this.transaction = new LaneTransaction(pool);
  }

  /**
   * Leases due lanes. Claim and settle are separate statements, and the limit is written out: as a parameter of a cached
   * plan the claim is sixty times slower.
   */
  async claim(tables: QueueTables, limit: number): Promise<Lane[]> {
    const { lane } = tables;
    const { rows } = await this.pool.query<{ subject_id: Uuid; lease_token: string; attempt: number }>(
      `UPDATE ${lane} l SET ${this.anotherLease}, lease_token = nextval('forwarding.lease')
       FROM (SELECT subject_id FROM ${lane} WHERE next_at <= now() AND lease_until < now()
             ORDER BY next_at LIMIT ${Math.trunc(limit)} FOR UPDATE SKIP LOCKED) c
       WHERE l.subject_id = c.subject_id RETURNING l.subject_id, l.lease_token, l.attempt`,
    );
    return rows.map((row) => ({ tables, subjectId: row.subject_id, token: row.lease_token, attempt: row.attempt }));
  }

  /** The item at the head, with a whole lease ahead; `null` = the lane is empty. @throws LeaseLost */
  async begin(lane: Lane): Promise<Item | null> {
    return this.transaction.run(lane, this.anotherLease, [], async (client) => {
      // A statement of its own: it sees what was committed while it waited for the lane's lock.
      const { rows } = await client.query<Item>(
        `SELECT ${columns} FROM ${lane.tables.item}
         WHERE subject_id = $1 AND state IN ('queued', 'sending') ORDER BY id LIMIT 1`,
        [lane.subjectId],
      );
      return rows[0] ?? null;
    });
  }

  /** Is an earlier command about the same payment parked? Then this one must not overtake it. */
  async hasParkedPredecessor({ tables }: Lane, item: Item): Promise<boolean> {
    const { rows } = await this.pool.query(
      `SELECT 1 FROM ${tables.item} WHERE subject_id = $1 AND order_id = $2 AND state = 'parked' AND id < $3
       AND kind IN ('capturePayment', 'cancelPayment', 'refundPayment') LIMIT 1`,
      [item.subjectId, item.orderId, item.id],
    );
    return rows.length > 0;
  }

  /** The last act before bytes leave. @returns `false` = the item was cancelled meanwhile. @throws LeaseLost */
  async markSending(lane: Lane, item: Item, record: SendingRecord, also: Also = nothingElse): Promise<boolean> {
    return this.transaction.run(lane, this.anotherLease, [], async (client) => {
      const { rowCount } = await client.query(
        `UPDATE ${lane.tables.item} SET state = 'sending', attempt = attempt + 1, sending = $2
         WHERE id = $1 AND state = 'queued'`,
        [item.id, JSON.stringify(record)],
      );
      if (rowCount === 1) await also(client);
      return rowCount === 1;
    });
  }

  /** It is known that nothing happened: the item may be sent again. @throws LeaseLost */
  async markQueued(lane: Lane, item: Item, also: Also = nothingElse): Promise<void> {
    await this.transaction.run(lane, this.anotherLease, [], async (client) => {
      await this.queueAgain(client, lane, item);
      await also(client);
    });
  }

  /** A call takes longer than usual. @returns `false` = the lease is lost */
  async renew({ tables, subjectId, token }: Lane): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE ${tables.lane} SET ${this.anotherLease} WHERE subject_id = $1 AND lease_token = $2`,
      [subjectId, token],
    );
    return rowCount === 1;
  }

  /**
   * The item is done; a reading that was asked for anew meanwhile stays. The counter, not a search for other items, says whether the lane can be deleted: a search could
   * miss an item that is being inserted, and strand it.
   *
   * @returns are there more items in the lane? It stays leased then.
   * @throws LeaseLost nothing was changed
   */
  async settle(lane: Lane, item: Item, also: Also = nothingElse): Promise<boolean> {
    const change = `pending = pending - 1, attempt = 0, ${this.anotherLease}`;
    return this.transaction.run(lane, change, [], async (client) => {
      const { rowCount } = await client.query(
        `DELETE FROM ${lane.tables.item} WHERE id = $1 AND (kind <> 'readPayment' OR intent_id = $2)`,
        [item.id, item.intentId],
      );
      if (rowCount === 0 && item.kind === 'readPayment')
        await client.query(`UPDATE ${lane.tables.lane} SET pending = pending + 1 WHERE subject_id = $1`, [
          lane.subjectId,
        ]);
      await also(client);
      return !(await this.transaction.deleteEmpty(client, lane));
    });
  }

  /**
   * After a failure: the lane waits.
   *
   * @param after `unknown`: the outcome is, so the next act is to reconcile it; `counted`: it is one of the attempts
   * @throws LeaseLost
   */
  async retry(
    lane: Lane,
    item: Item,
    delayMs: number,
    { unknown, counted }: { readonly unknown: boolean; readonly counted: boolean },
    also: Also = nothingElse,
  ): Promise<void> {
    const later = `attempt = attempt + ${counted ? 1 : 0}, next_at = now() + $3 * interval '1 ms', lease_until = '-infinity'`;
    await this.transaction.run(lane, later, [delayMs], async (client) => {
      if (!unknown) await this.queueAgain(client, lane, item);
      await also(client);
    });
  }

  /** No further attempt; the lane goes on. @returns as `settle` @throws LeaseLost */
  async park(lane: Lane, item: Item, { unknown }: { readonly unknown: boolean }, also = nothingElse): Promise<boolean> {
    return this.transaction.run(lane, 'pending = pending - 1, attempt = 0', [], async (client) => {
      await client.query(
        `UPDATE ${lane.tables.item} SET state = 'parked', sending = CASE WHEN $2 THEN sending END WHERE id = $1`,
        [item.id, unknown],
      );
      await also(client);
      return !(await this.transaction.deleteEmpty(client, lane));
    });
  }

  /** Gives the lane back; it goes to the end of the queue, or waits. Without effect where the lease was lost. */
  async release(lane: Lane, delayMs = 0): Promise<void> {
    await this.pool.query(
      `UPDATE ${lane.tables.lane} SET next_at = now() + $3 * interval '1 ms', lease_until = '-infinity'
       WHERE subject_id = $1 AND lease_token = $2`,
      [lane.subjectId, lane.token, delayMs],
    );
    await this.transaction.deleteEmpty(this.pool, lane);
  }

  async figures(tables: QueueTables): Promise<QueueFigures> {
    const { rows } = await this.pool.query<{ depth: string; parked: string; oldest: Date | null }>(
      `SELECT (SELECT coalesce(sum(pending), 0) FROM ${tables.lane}) AS depth,
              (SELECT count(*) FROM ${tables.item} WHERE state = 'parked') AS parked,
              (SELECT min(next_at) FROM ${tables.lane} WHERE next_at <= now()) AS oldest`,
    );
    const row = rows[0]!;
    return { depth: Number(row.depth), parked: Number(row.parked), oldestDueAt: row.oldest };
  }

  private async queueAgain(client: PoolClient, { tables }: Lane, item: Item): Promise<void> {
    await client.query(`UPDATE ${tables.item} SET state = 'queued', sending = NULL WHERE id = $1`, [item.id]);
  }
}
