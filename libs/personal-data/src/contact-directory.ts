import { ContactDirectory, newId } from '@dittoo/kernel';
import type { Pool } from 'pg';
import { normalizedEmail } from './email-address.js';
import type { KeyEncryption } from './key-encryption.js';

/** Beside the keys, because it goes and comes back with them: restoring rows alone cannot bring a person back. */
export class PostgresContactDirectory extends ContactDirectory {
  constructor(
    private readonly pool: Pool,
    private readonly encryption: KeyEncryption,
  ) {
    super();
  }

  override async find(email: string): Promise<string | null> {
    const { rows } = await this.pool.query<{ subject_id: string }>(
      'SELECT subject_id FROM keyring.contact WHERE address_mark = $1',
      [this.mark(email)],
    );
    return rows[0]?.subject_id ?? null;
  }

  override async findOrAdd(email: string): Promise<string> {
    for (;;) {
      const found = await this.find(email);
      if (found !== null) return found;
      await this.pool.query(
        'INSERT INTO keyring.contact (address_mark, subject_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [this.mark(email), newId()],
      );
    }
  }

  override async forget(subjectId: string): Promise<void> {
    await this.pool.query('DELETE FROM keyring.contact WHERE subject_id = $1', [subjectId]);
  }

  private mark(email: string): Buffer {
    return this.encryption.keyedHash('contact', normalizedEmail(email));
  }
}
