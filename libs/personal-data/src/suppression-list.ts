import { SuppressionList } from '@dittoo/kernel';
import type { Pool } from 'pg';
import { normalizedEmail } from './email-address.js';
import type { KeyEncryption } from './key-encryption.js';

/** Marks under a pepper of their own: they match no other look-up of the house. */
export class PostgresSuppressionList extends SuppressionList {
  constructor(
    private readonly pool: Pool,
    private readonly encryption: KeyEncryption,
  ) {
    super();
  }

  override async suppress(email: string): Promise<void> {
    await this.pool.query('INSERT INTO keyring.suppression (address_mark) VALUES ($1) ON CONFLICT DO NOTHING', [
      this.mark(email),
    ]);
  }

  override async isSuppressed(email: string): Promise<boolean> {
    const { rows } = await this.pool.query('SELECT FROM keyring.suppression WHERE address_mark = $1', [
      this.mark(email),
    ]);
    return rows.length > 0;
  }

  override async lift(email: string): Promise<void> {
    await this.pool.query('DELETE FROM keyring.suppression WHERE address_mark = $1', [this.mark(email)]);
  }

  private mark(email: string): Buffer {
    return this.encryption.keyedHash('suppression', normalizedEmail(email));
  }
}
