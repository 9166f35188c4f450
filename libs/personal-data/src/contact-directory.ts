import { newId, type SubjectId, type Uuid } from '@dittoo/kernel';
import type { Pool } from 'pg';
import { normalizedEmail } from './email-address.js';
import type { KeyEncryption } from './key-encryption.js';

/**
 * People known by an e-mail address alone: subscribers, correspondents, entrants of a campaign. Customers are not in it,
 * because an address entered at registration is not confirmed yet. Addresses are compared in their normal form and
 * stored as keyed hashes only.
 *
 * Stored beside the keys and restored with them: restoring rows alone cannot bring a person back.
 */
export class ContactDirectory {
  constructor(
    private readonly pool: Pool,
    private readonly encryption: KeyEncryption,
  ) {}

  /** @returns the person with the address; `null` = an unknown or erased address */
  async find(email: string): Promise<Uuid | null> {
    const { rows } = await this.pool.query<{ subject_id: string }>(
      'SELECT subject_id FROM keyring.contact WHERE address_mark = $1',
      [this.mark(email)],
    );
    return rows[0]?.subject_id ?? null;
  }

  /** The same, but adds an unknown address. Concurrent calls get the same person. */
  async findOrAdd(email: string): Promise<Uuid> {
    for (;;) {
      const found = await this.find(email);
      if (found !== null) return found;
      await this.pool.query(
        'INSERT INTO keyring.contact (address_mark, subject_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [this.mark(email), newId()],
      );
    }
  }

  /** Removes a person's addresses for an erasure: the same address is later a new person. Safe to repeat. */
  async forget(subjectId: SubjectId): Promise<void> {
    await this.pool.query('DELETE FROM keyring.contact WHERE subject_id = $1', [subjectId]);
  }

  private mark(email: string): Buffer {
    return this.encryption.keyedHash('contact', normalizedEmail(email));
  }
}
