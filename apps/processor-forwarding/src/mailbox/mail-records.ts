import { ROW_POOL } from '@dittoo/platform';
import type { SubjectId, Uuid } from '@dittoo/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { EntityManager } from 'typeorm';
import type { MessageHead, MessagePlace } from './messages.js';

/** A person's mail as it is recorded here: no address, no subject line, no message id of other people. */
export interface KnownMail {
  /** Forwardings that were sent, or may have been: their message ids follow from these ids. */
  readonly sent: readonly Uuid[];
  readonly received: readonly MessagePlace[];
}

/**
 * A mail is about to be sent. Written with the mark, before bytes leave, so that an erasure finds the mail even if the
 * process dies.
 */
export const mailSending = {
  name: 'mailed',
  columns: { forwarding_id: 'uuid', subject_id: 'uuid' },
  statement: (rows: string): string => `
  INSERT INTO forwarding.mailed (forwarding_id, subject_id) SELECT forwarding_id, subject_id FROM ${rows}
  ORDER BY forwarding_id ON CONFLICT DO NOTHING`,
};

const forgetting = (table: string, name: string) => ({
  name,
  columns: { subject_id: 'uuid' },
  statement: (rows: string): string =>
    `DELETE FROM ${table} WHERE subject_id = ANY (ARRAY(SELECT subject_id FROM ${rows}))`,
});

/** The subject's mail was deleted from the mailbox. Written with the end of the erasure. */
export const mailForgotten = [
  forgetting('forwarding.mailed', 'unmailed'),
  forgetting('forwarding.mail_received', 'unreceived'),
] as const;

/** Records which mail in the mailbox belongs to which person: sent and received. */
@Injectable()
export class MailRecords {
  constructor(@Inject(ROW_POOL) private readonly pool: Pool) {}

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

  /** The sweep begun last; `null` = none was. `runsForMs`: since this attempt at it began. */
  async lastSweep(): Promise<{ readonly day: string; readonly finished: boolean; readonly runsForMs: number } | null> {
    const { rows } = await this.pool.query<{ day: string; finished: boolean; runsForMs: number }>(
      `SELECT day::text, finished_at IS NOT NULL AS finished,
              (extract(epoch FROM now() - started_at) * 1000)::float8 AS "runsForMs"
       FROM forwarding.mailbox_sweep ORDER BY day DESC LIMIT 1`,
    );
    return rows[0] ?? null;
  }

  /** Marks the sweep as done and deletes the records of deleted mail. @param kept people whose mail was not deleted */
  async endSweep(before: string, deleted: readonly MessagePlace[], kept: readonly SubjectId[]): Promise<void> {
    const places = JSON.stringify(deleted.map(({ folder, uid, uidValidity }) => ({ folder, uid, uidValidity })));
    await this.pool.query(
      `WITH gone AS (
         DELETE FROM forwarding.mail_received r
         USING jsonb_to_recordset($2::jsonb) AS p(folder text, uid bigint, "uidValidity" numeric)
         WHERE r.folder = p.folder AND r.uid = p.uid AND r.uid_validity = p."uidValidity"),
       forgotten AS (
         DELETE FROM forwarding.mailed WHERE sent_at < ($1 || ' Europe/Stockholm')::timestamptz
         AND subject_id <> ALL ($4::uuid[]))
       UPDATE forwarding.mailbox_sweep SET finished_at = now(), deleted = $3 WHERE day = $1::date`,
      [before, places, deleted.length, kept],
    );
  }

  /** Of all these people. */
  async ofAll(subjectIds: readonly SubjectId[]): Promise<KnownMail> {
    const known = await Promise.all(subjectIds.map((id) => this.of(id)));
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
