import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { SubjectId, Uuid } from '@dittoo/kernel';
import type { KeyEncryption } from './key-encryption.js';

/** Nonce and tag; the id in between is 16 bytes. */
const [nonceBytes, idBytes, tagBytes] = [12, 16, 16];

/**
 * A subject id sealed under a key that only this `use` has: opaque in a URL, verified without a row, the same for the
 * same person. The nonce is derived from the id, so that no nonce ever meets two plaintexts.
 */
export class SealedSubjectTokens {
  private readonly key: Buffer;

  constructor(
    encryption: KeyEncryption,
    private readonly use: string,
  ) {
    this.key = encryption.keyedHash('link', use);
  }

  /** Visible ASCII, fit for a URL. */
  issue(subjectId: SubjectId): string {
    const id = Buffer.from(subjectId.replaceAll('-', ''), 'hex');
    if (id.length !== idBytes) throw new TypeError('a subject id is a UUID');
    const nonce = this.nonceOf(id);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(this.use));
    return Buffer.concat([nonce, cipher.update(id), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** @returns `null` = not one of ours */
  subjectOf(token: string): Uuid | null {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== nonceBytes + idBytes + tagBytes || bytes.toString('base64url') !== token) return null;
    const [nonce, ct] = [bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes, -tagBytes)];
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.key, nonce, { authTagLength: tagBytes })
        .setAAD(Buffer.from(this.use))
        .setAuthTag(bytes.subarray(-tagBytes));
      const hex = Buffer.concat([decipher.update(ct), decipher.final()]).toString('hex');
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    } catch {
      return null;
    }
  }

  private nonceOf(id: Buffer): Buffer {
    return createHmac('sha256', this.key).update('nonce').update(id).digest().subarray(0, nonceBytes);
  }
}

/**
 * What the unsubscribe link of a mail carries (RFC 8058): made when the mail is, kept nowhere, valid for ever. It names
 * the person to nobody but us.
 */
export class UnsubscribeTokens extends SealedSubjectTokens {
  constructor(encryption: KeyEncryption) {
    super(encryption, 'unsubscribe');
  }
}
