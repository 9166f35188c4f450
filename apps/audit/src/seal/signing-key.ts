import { randomBytes, type KeyObject } from 'node:crypto';
import { Clock } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AUDIT_CONFIG, type AuditConfig } from '../audit.config.js';
import {
  isKeyName,
  openNote,
  parseTreeHead,
  privateKeyOf,
  publicBytesOf,
  signNote,
  treeHeadText,
  verifierKeyOf,
  type TreeHead,
} from '../merkle/signed-note.js';

interface KeyRow {
  readonly public_key: Buffer;
  readonly wrapped: Buffer;
  readonly kek_version: number;
}

/** The stored key was replaced: it does not unwrap, or its public key does not match. */
export class SigningKeyRejected extends Error {
  constructor(origin: string) {
    super(`the signing key of ${origin} was changed in the database`);
    this.name = 'SigningKeyRejected';
  }
}

/**
 * The log's Ed25519 key, created at the first start and wrapped at rest by the key-encryption key, which is not in the
 * database: an attacker who can write every row still cannot sign, and cannot substitute another key.
 */
@Injectable()
export class SigningKey {
  private key: KeyObject | undefined;

  /** @throws Error with the name of the variable that is wrong */
  constructor(
    @Inject(ROW_POOL) private readonly pool: Pool,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    private readonly encryption: KeyEncryption,
    private readonly clock: Clock,
  ) {
    if (isKeyName(config.origin)) return;
    throw new Error('AUDIT_ORIGIN must be a name like shop.example/audit-log: no spaces, no +');
  }

  /** @throws SigningKeyRejected stop: the stored key was tampered with */
  async sign(head: Omit<TreeHead, 'origin'>): Promise<string> {
    const { origin } = this.config;
    return signNote(treeHeadText({ ...head, origin }), origin, await this.load());
  }

  /** The tree head of a note that this key signed for this origin, or `null`. */
  async open(note: string): Promise<TreeHead | null> {
    const text = openNote(note, await this.verifierKey());
    const head = text === null ? null : parseTreeHead(text);
    return head?.origin === this.config.origin ? head : null;
  }

  /** C2SP vkey: publish it outside the reach of anyone who can change the database. */
  async verifierKey(): Promise<string> {
    return verifierKeyOf(this.config.origin, publicBytesOf(await this.load()));
  }

  /** Whether the row still holds the key that this process has in memory. */
  async isUnchanged(): Promise<boolean> {
    const known = publicBytesOf(await this.load());
    const row = await this.row();
    try {
      return row !== undefined && publicBytesOf(this.unwrap(row)).equals(known);
    } catch {
      return false;
    }
  }

  private async load(): Promise<KeyObject> {
    if (this.key !== undefined) return this.key;
    const row = (await this.row()) ?? (await this.create());
    return (this.key = this.unwrap(row));
  }

  private async row(): Promise<KeyRow | undefined> {
    const { rows } = await this.pool.query<KeyRow>(
      'SELECT public_key, wrapped, kek_version FROM audit.signing_key WHERE origin = $1',
      [this.config.origin],
    );
    return rows[0];
  }

  private async create(): Promise<KeyRow> {
    const seed = randomBytes(32);
    const { wrapped, kekVersion } = this.encryption.wrap(seed, this.context);
    await this.pool.query(
      `INSERT INTO audit.signing_key (origin, public_key, wrapped, kek_version, created_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [this.config.origin, publicBytesOf(privateKeyOf(seed)), wrapped, kekVersion, this.clock.now()],
    );
    seed.fill(0);
    return (await this.row())!;
  }

  private unwrap({ wrapped, kek_version: kekVersion, public_key: publicKey }: KeyRow): KeyObject {
    let key: KeyObject;
    try {
      const seed = this.encryption.unwrap({ wrapped, kekVersion }, this.context);
      key = privateKeyOf(seed);
      seed.fill(0);
    } catch {
      throw new SigningKeyRejected(this.config.origin);
    }
    if (!publicBytesOf(key).equals(publicKey)) throw new SigningKeyRejected(this.config.origin);
    return key;
  }

  private get context(): string {
    return contextOf(this.config.origin);
  }
}

const contextOf = (origin: string): string => `audit-signing-key/${origin}`;

/** For the rotation of the key-encryption key. */
export const signingKeyWrapped = {
  table: 'audit.signing_key',
  key: ['origin'],
  context: (row: Readonly<Record<string, unknown>>): string => contextOf(String(row['origin'])),
};
