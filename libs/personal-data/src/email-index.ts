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

/**
 * Finds an account by e-mail without storing the e-mail: by a keyed hash in the key ring's database, whose pepper is in
 * the key file. An entry is reserved before its event is appended. The stream is authoritative, so readers compare an
 * entry with it.
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

  /** Removes every other address of this person. */
  async keepOnly(subjectId: SubjectId, email: string): Promise<void> {
    await this.pool.query('DELETE FROM keyring.email_index WHERE subject_id = $1 AND bidx <> $2', [
      subjectId,
      this.bidx(email),
    ]);
  }

  /** Removes the person. */
  async forget(subjectId: SubjectId): Promise<void> {
    await this.pool.query('DELETE FROM keyring.email_index WHERE subject_id = $1', [subjectId]);
  }

  async holds(kind: EmailOwnerKind): Promise<boolean> {
    const { rowCount } = await this.pool.query('SELECT 1 FROM keyring.email_index WHERE kind = $1 LIMIT 1', [kind]);
    return (rowCount ?? 0) > 0;
  }

  private bidx(email: string): Buffer {
    return this.encryption.keyedHash('email', normalizedEmail(email));
  }
}
