import type { ForwardingIntent } from '@dittoo/contracts';
import type { Uuid } from '@dittoo/kernel';
import type { Pool, PoolClient } from 'pg';
import type { ItemPayload } from './queue-intake.js';
import type { TableSet } from './queue-tables.js';

/** What is about to leave, noted before it leaves: if the process dies, the ledger line can still be written. */
export interface SendingRecord {
  /** RFC 3339. */
  readonly at: string;
  /** The ledger lines without their outcome; empty where no personal data goes along. */
  readonly disclosures: readonly SendingDisclosure[];
}

export interface SendingDisclosure {
  readonly legalEntity: string;
  readonly fields: readonly string[];
  readonly purpose: string;
  readonly legalBasis:
    'consent' | 'contract' | 'legalObligation' | 'vitalInterests' | 'publicTask' | 'legitimateInterests';
  readonly consentRecordId: string | null;
  readonly consentRevision: string | null;
  readonly noticeVersion: string;
  readonly ciphertextDigest: string;
}

/** A lane this worker holds. `token` fences every write: a worker that lost its lease changes nothing. */
export interface Lane {
  readonly subjectId: Uuid;
  readonly token: string;
  /** Failures in a row of the item at its head. */
  readonly attempt: number;
}

export interface Item {
  readonly id: string;
  readonly intentId: Uuid;
  readonly forwardingId: Uuid;
  readonly subjectId: Uuid;
  readonly orderId: Uuid | null;
  readonly kind: ForwardingIntent;
  readonly state: 'queued' | 'sending';
  /** Sends so far. */
  readonly attempt: number;
  readonly payload: ItemPayload;
  /** Of the send whose outcome is not known. */
  readonly sending: SendingRecord | null;
  readonly queuedAt: Date;
}

/** What changes in the same transaction as the end of an attempt. */
export interface Alongside {
  /** Personal data of the subject may have reached the processor. */
  readonly disclosed?: boolean;
  /** Start (first look after so long) or stop asking for the state of the payment this item is about. */
  readonly watch?: { readonly startInMs: number } | 'stop';
  /** The subject's mail is gone from the mailbox: what was known of it is, too. */
  readonly mailDeleted?: boolean;
}

/** What the lanes of one processor look like, without anybody's data. */
export interface QueueFigures {
  readonly depth: number;
  readonly parked: number;
  readonly oldestDueAt: Date | null;
}

/** The lease was lost: somebody else has the lane, whatever was being written is not. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease of the lane is lost');
    this.name = 'LeaseLost';
  }
}

const columns = `id, intent_id AS "intentId", forwarding_id AS "forwardingId", subject_id AS "subjectId",
  order_id AS "orderId", kind, state, attempt, payload, sending, queued_at AS "queuedAt"`;

/**
 * The lanes of one processor: one for each data subject, there only while it is not empty, due at `next_at`, held by
 * one worker at a time under a lease and a token that never repeats. Times are the database's, so workers' clocks
 * need not agree.
 */
export class Lanes {
  private readonly anotherLease: string;

  constructor(
    private readonly pool: Pool,
    private readonly tables: TableSet,
    leaseSeconds: number,
  ) {
    this.anotherLease = `lease_until = now() + interval '${Math.trunc(leaseSeconds)} s'`;
  }

  /**
   * Claim and settle are separate statements, and the limit is written out: as a parameter of a cached plan the claim
   * is sixty times slower.
   */
  async claim(limit: number): Promise<Lane[]> {
    const { lane } = this.tables;
    const { rows } = await this.pool.query<{ subject_id: Uuid; lease_token: string; attempt: number }>(
      `UPDATE ${lane} l SET ${this.anotherLease}, lease_token = nextval('forwarding.lease')
       FROM (SELECT subject_id FROM ${lane} WHERE next_at <= now() AND lease_until < now()
             ORDER BY next_at LIMIT ${Math.trunc(limit)} FOR UPDATE SKIP LOCKED) c
       WHERE l.subject_id = c.subject_id RETURNING l.subject_id, l.lease_token, l.attempt`,
    );
    return rows.map((row) => ({ subjectId: row.subject_id, token: row.lease_token, attempt: row.attempt }));
  }

  /** The item at the head, with a whole lease ahead; `null` = the lane is empty. @throws LeaseLost */
  async begin(lane: Lane): Promise<Item | null> {
    return this.fenced(lane, this.anotherLease, [], async (client) => {
      // A statement of its own: it sees what the lane's lock waited for.
      const { rows } = await client.query<Item>(
        `SELECT ${columns} FROM ${this.tables.item}
         WHERE subject_id = $1 AND state IN ('queued', 'sending') ORDER BY id LIMIT 1`,
        [lane.subjectId],
      );
      return rows[0] ?? null;
    });
  }

  /** Is an earlier command of the same chain parked? Then this one may not overtake it. */
  async chainStopped(item: Item): Promise<boolean> {
    const { rows } = await this.pool.query(
      `SELECT 1 FROM ${this.tables.item} WHERE subject_id = $1 AND order_id = $2 AND state = 'parked' AND id < $3
       AND kind IN ('capturePayment', 'cancelPayment', 'refundPayment') LIMIT 1`,
      [item.subjectId, item.orderId, item.id],
    );
    return rows.length > 0;
  }

  /** The last act before bytes leave. @returns `false` = the item was taken out of the queue meanwhile. @throws LeaseLost */
  async markSending(lane: Lane, item: Item, record: SendingRecord): Promise<boolean> {
    return this.fenced(lane, this.anotherLease, [], async (client) => {
      const { rowCount } = await client.query(
        `UPDATE ${this.tables.item} SET state = 'sending', attempt = attempt + 1, sending = $2
         WHERE id = $1 AND state = 'queued'`,
        [item.id, JSON.stringify(record)],
      );
      // Known before it leaves: whatever becomes of this process, an erasure looks for it.
      if (rowCount === 1 && item.kind === 'sendMail') {
        await client.query(
          'INSERT INTO forwarding.mailed (forwarding_id, subject_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
          [item.forwardingId, item.subjectId],
        );
      }
      return rowCount === 1;
    });
  }

  /** It is known that nothing happened: the item may be sent again. @throws LeaseLost */
  async markQueued(lane: Lane, item: Item, alongside: Alongside): Promise<void> {
    await this.fenced(lane, this.anotherLease, [], async (client) => {
      await client.query(`UPDATE ${this.tables.item} SET state = 'queued', sending = NULL WHERE id = $1`, [item.id]);
      await this.alongside(client, item, alongside);
    });
  }

  /** A call takes longer than usual. @returns `false` = lost */
  async renew(lane: Lane): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE ${this.tables.lane} SET ${this.anotherLease} WHERE subject_id = $1 AND lease_token = $2`,
      [lane.subjectId, lane.token],
    );
    return rowCount === 1;
  }

  /**
   * The item is done. The counter, not a search for other items, says whether the lane may go: a search could look past
   * an item that is being inserted, and strand it.
   *
   * @returns is something left in the lane? It stays leased then.
   * @throws LeaseLost nothing was changed
   */
  async settle(lane: Lane, item: Item, alongside: Alongside = {}): Promise<boolean> {
    return this.fenced(lane, `pending = pending - 1, attempt = 0, ${this.anotherLease}`, [], async (client) => {
      await client.query(`DELETE FROM ${this.tables.item} WHERE id = $1`, [item.id]);
      await this.alongside(client, item, alongside);
      return !(await this.dropEmpty(client, lane));
    });
  }

  /**
   * After a failure: the lane waits.
   *
   * @param after `unknown`: the outcome is, so the next act is to look; `counted`: it uses up one of the attempts
   * @throws LeaseLost
   */
  async retry(
    lane: Lane,
    item: Item,
    delayMs: number,
    { unknown, counted, ...alongside }: Alongside & { readonly unknown: boolean; readonly counted: boolean },
  ): Promise<void> {
    const later = `attempt = attempt + ${counted ? 1 : 0}, next_at = now() + $3 * interval '1 ms', lease_until = '-infinity'`;
    await this.fenced(lane, later, [delayMs], async (client) => {
      if (!unknown) {
        await client.query(`UPDATE ${this.tables.item} SET state = 'queued', sending = NULL WHERE id = $1`, [item.id]);
      }
      await this.alongside(client, item, alongside);
    });
  }

  /** No further attempt; the lane goes on. @throws LeaseLost */
  async park(
    lane: Lane,
    item: Item,
    { unknown, ...alongside }: Alongside & { readonly unknown: boolean },
  ): Promise<boolean> {
    return this.fenced(lane, 'pending = pending - 1, attempt = 0', [], async (client) => {
      await client.query(
        `UPDATE ${this.tables.item} SET state = 'parked', sending = CASE WHEN $2 THEN sending END WHERE id = $1`,
        [item.id, unknown],
      );
      await this.alongside(client, item, alongside);
      return !(await this.dropEmpty(client, lane));
    });
  }

  /** Gives the lane back; it goes to the end of the queue, or waits. A lost lease needs no giving back. */
  async release(lane: Lane, delayMs = 0): Promise<void> {
    await this.pool.query(
      `UPDATE ${this.tables.lane} SET next_at = now() + $3 * interval '1 ms', lease_until = '-infinity'
       WHERE subject_id = $1 AND lease_token = $2`,
      [lane.subjectId, lane.token, delayMs],
    );
    await this.pool.query(
      `DELETE FROM ${this.tables.lane} WHERE subject_id = $1 AND lease_token = $2 AND pending = 0`,
      [lane.subjectId, lane.token],
    );
  }

  /** Did anything personal of the subject ever leave for this processor? */
  async received(subjectId: Uuid): Promise<boolean> {
    const { rows } = await this.pool.query(
      'SELECT 1 FROM forwarding.recipient WHERE processor_id = $1 AND subject_id = $2',
      [this.tables.processorId, subjectId],
    );
    return rows.length > 0;
  }

  async figures(): Promise<QueueFigures> {
    const { rows } = await this.pool.query<{ depth: string; parked: string; oldest: Date | null }>(
      `SELECT (SELECT coalesce(sum(pending), 0) FROM ${this.tables.lane}) AS depth,
              (SELECT count(*) FROM ${this.tables.item} WHERE state = 'parked') AS parked,
              (SELECT min(next_at) FROM ${this.tables.lane} WHERE next_at <= now()) AS oldest`,
    );
    const row = rows[0]!;
    return { depth: Number(row.depth), parked: Number(row.parked), oldestDueAt: row.oldest };
  }

  /** One transaction that begins by taking the lane under its token, or ends right there. */
  private async fenced<T>(
    lane: Lane,
    change: string,
    parameters: readonly unknown[],
    work: (client: PoolClient) => Promise<T>,
  ): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const { rowCount } = await client.query(
        `UPDATE ${this.tables.lane} SET ${change} WHERE subject_id = $1 AND lease_token = $2`,
        [lane.subjectId, lane.token, ...parameters],
      );
      if (rowCount === 0) throw new LeaseLost();
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failed: Error) => (broken = failed));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  private async dropEmpty(client: PoolClient, lane: Lane): Promise<boolean> {
    const { rowCount } = await client.query(
      `DELETE FROM ${this.tables.lane} WHERE subject_id = $1 AND lease_token = $2 AND pending = 0`,
      [lane.subjectId, lane.token],
    );
    return rowCount === 1;
  }

  private async alongside(client: PoolClient, item: Item, { disclosed, watch, mailDeleted }: Alongside): Promise<void> {
    if (disclosed === true) {
      await client.query(
        'INSERT INTO forwarding.recipient (processor_id, subject_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [this.tables.processorId, item.subjectId],
      );
    }
    if (mailDeleted === true) {
      await client.query('DELETE FROM forwarding.mailed WHERE subject_id = $1', [item.subjectId]);
      await client.query('DELETE FROM forwarding.mail_received WHERE subject_id = $1', [item.subjectId]);
    }
    if (watch === 'stop') {
      await client.query('DELETE FROM forwarding.payment_watch WHERE forwarding_id = $1', [item.forwardingId]);
    } else if (watch !== undefined) {
      await client.query(
        `INSERT INTO forwarding.payment_watch (forwarding_id, processor_id, subject_id, order_id, next_at)
         VALUES ($1, $2, $3, $4, now() + $5 * interval '1 ms') ON CONFLICT DO NOTHING`,
        [item.forwardingId, this.tables.processorId, item.subjectId, item.orderId, watch.startInMs],
      );
    }
  }
}
