import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { newId, type Clock } from '@dittoo/kernel';
import type { KeyEncryption, WrappedKeys } from '@dittoo/personal-data';
import type { JWK } from 'jose';
import type { DataSource } from 'typeorm';

interface Row {
  readonly kid: string;
  readonly public_jwk: JWK;
  readonly wrapped: Buffer;
  readonly kek_version: number;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** The table of a service's signing keys for one kind of document. */
export interface SigningKeyTable {
  /** With the columns kid, public_jwk, wrapped, kek_version, created_at. */
  readonly table: `${string}.${string}`;
  /** Bound to the wrapping, so that a key of one kind cannot replace one of another kind. */
  readonly use: string;
}

/**
 * The Ed25519 keys for one kind of document: created at the first use, wrapped at rest, opened in memory only. Each
 * kind has its own keys, so that a receipt is never accepted as an access token.
 */
export class SigningKeySet {
  private opened: Promise<SigningKey> | undefined;

  constructor(
    private readonly rows: DataSource,
    private readonly keys: KeyEncryption,
    private readonly clock: Clock,
    private readonly where: SigningKeyTable,
  ) {}

  /** The newest key. */
  current(): Promise<SigningKey> {
    this.opened ??= this.open().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  /** The public keys of all signatures that may still have to be verified. */
  async published(): Promise<JWK[]> {
    await this.current();
    const rows = await this.rows.query<Row[]>(`SELECT public_jwk FROM ${this.where.table} ORDER BY created_at DESC`);
    return rows.map((row) => row.public_jwk);
  }

  private async open(): Promise<SigningKey> {
    const { kid, wrapped, kek_version: kekVersion } = (await this.newest()) ?? (await this.create());
    const der = this.keys.unwrap({ wrapped, kekVersion }, contextOf(this.where, kid));
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    der.fill(0);
    return { kid, privateKey };
  }

  private async newest(rowsOf: Pick<DataSource, 'query'> = this.rows): Promise<Row | undefined> {
    const rows = await rowsOf.query<Row[]>(
      `SELECT kid, public_jwk, wrapped, kek_version FROM ${this.where.table} ORDER BY created_at DESC, kid LIMIT 1`,
    );
    return rows[0];
  }

  /** Two processes at their first start: one creates it, the other waits for the lock and reads it. */
  private create(): Promise<Row> {
    return this.rows.transaction(async (transaction) => {
      await transaction.query(`LOCK TABLE ${this.where.table} IN SHARE ROW EXCLUSIVE MODE`);
      const made = await this.newest(transaction);
      if (made !== undefined) return made;
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const kid = newId();
      const der = privateKey.export({ format: 'der', type: 'pkcs8' });
      const { wrapped, kekVersion } = this.keys.wrap(der, contextOf(this.where, kid));
      der.fill(0);
      const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' } as JWK;
      await transaction.query(
        `INSERT INTO ${this.where.table} (kid, public_jwk, wrapped, kek_version, created_at) VALUES ($1, $2, $3, $4, $5)`,
        [kid, JSON.stringify(jwk), wrapped, kekVersion, this.clock.now()],
      );
      return { kid, public_jwk: jwk, wrapped, kek_version: kekVersion };
    });
  }
}

const contextOf = ({ use }: SigningKeyTable, kid: string): string => `${use}/${kid}`;

/** For the rotation of the key-encryption key. */
export const wrappedSigningKeys = (where: SigningKeyTable): WrappedKeys => ({
  table: where.table,
  key: ['kid'],
  context: (row) => contextOf(where, String(row['kid'])),
});

/** OpenAPI schema of `published`. */
export const jsonWebKeySet = {
  description: 'JSON Web Key Set, RFC 7517',
  schema: {
    type: 'object',
    required: ['keys'],
    properties: { keys: { type: 'array', items: { type: 'object', additionalProperties: true } } },
  },
};
