import { ROW_POOL } from '@dittoo/platform';
import type { ForwardingId, SubjectId, Uuid } from '@dittoo/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import type { EntityManager } from 'typeorm';
import type { MessageHead, MessagePlace } from './messages.js';

/** A person's mail as it is recorded here: no address, no subject line, no message id of other people. */
export interface KnownMail {
  /** Forwardings that were sent, or may have been: their message ids follow from these ids. */
  readonly sent: readonly Uuid[];
  readonly received: readonly MessagePlace[];
}

/** Records which mail in the mailbox belongs to which person: sent and received. */
@Injectable()
export class MailRecords {
  constructor(@Inject(ROW_POOL) private readonly pool: Pool) {}

  /**
   * Records that a mail is about to be sent. Runs in the transaction that marks the item, before bytes leave, so that
   * an erasure finds the mail even if the process dies.
   */
  async sending(client: PoolClient, forwardingId: ForwardingId, subjectId: SubjectId): Promise<void> {
    await client.query(
      'INSERT INTO forwarding.mailed (forwarding_id, subject_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [forwardingId, subjectId],
    );
  }

  /** Records that the subject's mail was deleted from the mailbox. Runs in the transaction that ends the erasure. */
  async forget(client: PoolClient, subjectId: SubjectId): Promise<void> {
    await client.query('DELETE FROM forwarding.mailed WHERE subject_id = $1', [subjectId]);
    await client.query('DELETE FROM forwarding.mail_received WHERE subject_id = $1', [subjectId]);
  }

  /** Records a received message of this person, in the transaction that stores what was made of it. Safe to repeat. */
  async received(transaction: EntityManager, subjectId: SubjectId, message: MessageHead): Promise<void> {
    const { folder, uidValidity, uid, receivedAt } = message;
    await transaction.query(
      `INSERT INTO forwarding.mail_received (folder, uid_validity, uid, subject_id, received_at)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [folder, uidValidity, uid, subjectId, receivedAt],
    );
  }

  /** Mail sent by the shop before that day. */
  async sentBefore(day: string): Promise<Uuid[]> {
    const { rows } = await this.pool.query<{ id: Uuid }>(
      `SELECT forwarding_id AS id FROM forwarding.mailed WHERE sent_at < ($1 || ' Europe/Stockholm')::timestamptz`,
      [day],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * @returns whether this worker may sweep; not if it was done today, or another worker began less than 15 minutes ago
   */
  async beginSweep(before: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `INSERT INTO forwarding.mailbox_sweep AS s (day) VALUES ($1)
       ON CONFLICT (day) DO UPDATE SET started_at = now()
       WHERE s.finished_at IS NULL AND s.started_at < now() - interval '15 min'`,
      [before],
    );
    return rowCount === 1;
  }

  /** Marks the sweep as done and deletes the records of deleted mail. */
  async endSweep(before: string, deleted: readonly MessagePlace[]): Promise<void> {
    const places = JSON.stringify(deleted.map(({ folder, uid, uidValidity }) => ({ folder, uid, uidValidity })));
    await this.pool.query(
      `WITH gone AS (
         DELETE FROM forwarding.mail_received r
         USING jsonb_to_recordset($2::jsonb) AS p(folder text, uid bigint, "uidValidity" numeric)
         WHERE r.folder = p.folder AND r.uid = p.uid AND r.uid_validity = p."uidValidity"),
       forgotten AS (
         DELETE FROM forwarding.mailed WHERE sent_at < ($1 || ' Europe/Stockholm')::timestamptz
         AND subject_id NOT IN (SELECT subject_id FROM forwarding.mail_hold WHERE in_force))
       UPDATE forwarding.mailbox_sweep SET finished_at = now(), deleted = $3 WHERE day = $1::date`,
      [before, places, deleted.length],
    );
  }

  /** Whether a legal hold keeps this person's mail. */
  async isHeld(subjectId: SubjectId): Promise<boolean> {
    const { rows } = await this.pool.query('SELECT FROM forwarding.mail_hold WHERE subject_id = $1 AND in_force', [
      subjectId,
    ]);
    return rows.length > 0;
  }

  /** All mail that a legal hold keeps. */
  async held(): Promise<KnownMail> {
    const { rows } = await this.pool.query<{ id: Uuid }>(
      'SELECT DISTINCT subject_id AS id FROM forwarding.mail_hold WHERE in_force',
    );
    const known = await Promise.all(rows.map(({ id }) => this.of(id)));
    return { sent: known.flatMap(({ sent }) => sent), received: known.flatMap(({ received }) => received) };
  }

  async of(subjectId: SubjectId): Promise<KnownMail> {
    const [sent, received] = await Promise.all([
      this.pool.query<{ id: Uuid }>('SELECT forwarding_id AS id FROM forwarding.mailed WHERE subject_id = $1', [
        subjectId,
      ]),
      this.pool.query<MessagePlace>(
        `SELECT folder, uid_validity::text AS "uidValidity", uid::int AS uid FROM forwarding.mail_received
         WHERE subject_id = $1`,
        [subjectId],
      ),
    ]);
    return { sent: sent.rows.map(({ id }) => id), received: received.rows };
  }
}
