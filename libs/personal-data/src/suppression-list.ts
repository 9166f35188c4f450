import type { Pool } from 'pg';
import { normalizedEmail } from './email-address.js';
import type { KeyEncryption } from './key-encryption.js';

/**
 * Addresses nothing but answers may be mailed to. Outlives an erasure on purpose: it is how "never again" is remembered
 * without the address. Not answering is an error, and an error is a no.
 *
 * Addresses are marked under a pepper of their own: they match no other look-up of the shop.
 */
export class SuppressionList {
  constructor(
    private readonly pool: Pool,
    private readonly encryption: KeyEncryption,
  ) {}

  async suppress(email: string): Promise<void> {
    await this.pool.query('INSERT INTO keyring.suppression (address_mark) VALUES ($1) ON CONFLICT DO NOTHING', [
      this.mark(email),
    ]);
  }

  async isSuppressed(email: string): Promise<boolean> {
    const { rows } = await this.pool.query('SELECT FROM keyring.suppression WHERE address_mark = $1', [
      this.mark(email),
    ]);
    return rows.length > 0;
  }

  /** The owner of the address asked for mail again. */
  async lift(email: string): Promise<void> {
    await this.pool.query('DELETE FROM keyring.suppression WHERE address_mark = $1', [this.mark(email)]);
  }

  private mark(email: string): Buffer {
    return this.encryption.keyedHash('suppression', normalizedEmail(email));
  }
}
