import type { Clock, SubjectId, Uuid } from '@dittoo/kernel';
import type { Pool } from 'pg';
import { normalizedEmail } from './email-address.js';
import type { KeyEncryption } from './key-encryption.js';

/** The owner of an address: a customer, or a member of staff with a role. */
export type EmailOwnerKind = 'customer' | 'staff' | 'complianceOfficer';

export interface IndexedEmail {
  readonly subjectId: SubjectId;
  readonly kind: EmailOwnerKind;
  readonly reservedAt: string;
}

interface Row {
  readonly subject_id: string;
  readonly kind: EmailOwnerKind;
  readonly reserved_at: Date;
}

/** How many mails with a link or a code go to one address in an hour: a form must not flood another's mailbox. */
const questionsPerHour = 5;

/**
 * Finds an account by e-mail without storing the e-mail: by a keyed hash in the key ring's database, whose pepper is in
 * the key file. An entry is made when the owner confirms the address, just before the event is appended. The stream is
 * authoritative, so readers compare an entry with it.
 */
export class EmailIndex {
  constructor(
    private readonly pool: Pool,
    private readonly encryption: KeyEncryption,
    private readonly clock: Clock,
  ) {}

  /** The lookup hash of an address, which does not reveal it. Case and Unicode forms do not matter. */
  keyOf(email: string): string {
    return this.bidx(email).toString('hex');
  }

  async find(email: string): Promise<IndexedEmail | null> {
    const { rows } = await this.pool.query<Row>(
      'SELECT subject_id, kind, reserved_at FROM keyring.email_index WHERE bidx = $1',
      [this.bidx(email)],
    );
    const row = rows[0];
    if (row === undefined) return null;
    return { subjectId: row.subject_id, kind: row.kind, reservedAt: row.reserved_at.toISOString() };
  }

  /** Reserves the address unless it is in use. @returns its owner */
  async reserve(email: string, subjectId: SubjectId, kind: EmailOwnerKind): Promise<IndexedEmail> {
    for (;;) {
      await this.pool.query(
        `INSERT INTO keyring.email_index (bidx, subject_id, kind, reserved_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING`,
        [this.bidx(email), subjectId, kind, this.clock.now()],
      );
      const found = await this.find(email);
      if (found !== null) return found;
    }
  }

  /**
   * Notes that a mailed question to this address is about to be recorded for this person. It reserves nothing: any
   * number of people may wait for the same address, and the first to confirm gets it.
   *
   * @returns `false` = the address was asked often enough in this hour, so that it is not asked again
   */
  async awaits(email: string, subjectId: SubjectId, expiresAt: string): Promise<boolean> {
    const [bidx, now] = [this.bidx(email), this.clock.now()];
    await this.pool.query('DELETE FROM keyring.awaited_email WHERE expires_at <= $1', [now]);
    const { rows } = await this.pool.query<{ asked: number }>(
      `SELECT count(*)::int AS asked FROM keyring.awaited_email
       WHERE bidx = $1 AND asked_at > $2::timestamptz - interval '1 hour'`,
      [bidx, now],
    );
    if (rows[0]!.asked >= questionsPerHour) return false;
    await this.pool.query(
      `INSERT INTO keyring.awaited_email (bidx, subject_id, asked_at, expires_at) VALUES ($1, $2, $3, $4)`,
      [bidx, subjectId, now, expiresAt],
    );
    return true;
  }

  /** Who waits for a confirmation of this address; the streams say whether and for what. */
  async awaiting(email: string): Promise<SubjectId[]> {
    const { rows } = await this.pool.query<{ subject_id: string }>(
      'SELECT DISTINCT subject_id FROM keyring.awaited_email WHERE bidx = $1 AND expires_at > $2',
      [this.bidx(email), this.clock.now()],
    );
    return rows.map((row) => row.subject_id);
  }

  /**
   * Transfers the address from the abandoned reservation of `from` to `to`. @returns `false` = another registration
   * took it first
   */
  async takeOver(email: string, from: Uuid, to: Uuid): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE keyring.email_index SET subject_id = $3, kind = 'customer', reserved_at = $4
       WHERE bidx = $1 AND subject_id = $2`,
      [this.bidx(email), from, to, this.clock.now()],
    );
    return rowCount === 1;
  }

  /** Removes every other address of this person, and their wait for this one. */
  async keepOnly(subjectId: SubjectId, email: string): Promise<void> {
    await this.pool.query('DELETE FROM keyring.email_index WHERE subject_id = $1 AND bidx <> $2', [
      subjectId,
      this.bidx(email),
    ]);
    await this.pool.query('DELETE FROM keyring.awaited_email WHERE subject_id = $1 AND bidx = $2', [
      subjectId,
      this.bidx(email),
    ]);
  }

  /** Removes the person. */
  async forget(subjectId: SubjectId): Promise<void> {
    await this.pool.query('DELETE FROM keyring.email_index WHERE subject_id = $1', [subjectId]);
    await this.pool.query('DELETE FROM keyring.awaited_email WHERE subject_id = $1', [subjectId]);
  }

  async holds(kind: EmailOwnerKind): Promise<boolean> {
    const { rowCount } = await this.pool.query('SELECT 1 FROM keyring.email_index WHERE kind = $1 LIMIT 1', [kind]);
    return (rowCount ?? 0) > 0;
  }

  private bidx(email: string): Buffer {
    return this.encryption.keyedHash('email', normalizedEmail(email));
  }
}
