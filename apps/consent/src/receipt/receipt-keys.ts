import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Clock, newId } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import { DataSource } from 'typeorm';

interface Row {
  readonly kid: string;
  readonly public_jwk: JWK;
  readonly wrapped: Buffer;
  readonly kek_version: number;
}

export interface ReceiptKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/**
 * The key consent receipts are signed with: made at the first need, wrapped at rest, opened in memory only. Not the one
 * of access tokens: a receipt must never pass for one.
 */
@Injectable()
export class ReceiptKeys {
  private opened: Promise<ReceiptKey> | undefined;

  constructor(
    private readonly rows: DataSource,
    private readonly keys: KeyEncryption,
    private readonly clock: Clock,
  ) {}

  current(): Promise<ReceiptKey> {
    this.opened ??= this.open().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  /** Every public key a receipt was ever signed with: receipts are kept for years. */
  async published(): Promise<JWK[]> {
    await this.current();
    const rows = await this.rows.query<Row[]>('SELECT public_jwk FROM consent.receipt_key ORDER BY created_at DESC');
    return rows.map((row) => row.public_jwk);
  }

  private async open(): Promise<ReceiptKey> {
    const row = (await this.newest()) ?? (await this.create());
    const der = this.keys.unwrap({ wrapped: row.wrapped, kekVersion: row.kek_version }, contextOf(row.kid));
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    der.fill(0);
    return { kid: row.kid, privateKey };
  }

  private async newest(): Promise<Row | undefined> {
    const rows = await this.rows.query<Row[]>(
      'SELECT kid, public_jwk, wrapped, kek_version FROM consent.receipt_key ORDER BY created_at DESC, kid LIMIT 1',
    );
    return rows[0];
  }

  /** Two processes at their first start: one makes it, the other waits for the lock and reads it. */
  private create(): Promise<Row> {
    return this.rows.transaction(async (transaction) => {
      await transaction.query(`LOCK TABLE consent.receipt_key IN SHARE ROW EXCLUSIVE MODE`);
      const made = await this.newest();
      if (made !== undefined) return made;
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const kid = newId();
      const der = privateKey.export({ format: 'der', type: 'pkcs8' });
      const { wrapped, kekVersion } = this.keys.wrap(der, contextOf(kid));
      der.fill(0);
      const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' } as JWK;
      await transaction.query(
        `INSERT INTO consent.receipt_key (kid, public_jwk, wrapped, kek_version, created_at) VALUES ($1, $2, $3, $4, $5)`,
        [kid, JSON.stringify(jwk), wrapped, kekVersion, this.clock.now()],
      );
      return { kid, public_jwk: jwk, wrapped, kek_version: kekVersion };
    });
  }
}

const contextOf = (kid: string): string => `receipt-key/${kid}`;

/** For the rotation of the key-encryption key. */
export const receiptKeysWrapped = {
  table: 'consent.receipt_key',
  key: ['kid'],
  context: (row: Readonly<Record<string, unknown>>): string => contextOf(String(row['kid'])),
};
