import { createHash } from 'node:crypto';
import { PLATFORM_CONFIG, type PlatformConfig } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import { DocumentKeys } from '../signing/document-keys.js';
import canonicalizeModule from 'canonicalize';
import { FlattenedSign } from 'jose';

const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

export interface SignedCopy {
  /** The file: `{ "copy": …, "signature": … }`. */
  readonly content: Buffer;
  /** SHA-256 of what was signed, hex. */
  readonly digest: string;
}

/**
 * Signs a copy: a detached JWS (RFC 7515 appendix F) with an unencoded payload (RFC 7797), the payload being the RFC
 * 8785 form of `copy`. Its `typ` keeps it from passing for a certificate, whose keys it shares.
 */
@Injectable()
export class CopySignature {
  constructor(
    private readonly keys: DocumentKeys,
    @Inject(PLATFORM_CONFIG) private readonly config: PlatformConfig,
  ) {}

  async sign(copy: object): Promise<SignedCopy> {
    const text = canonicalize(copy)!;
    const payload = Buffer.from(text, 'utf8');
    const { kid, privateKey } = await this.keys.current();
    const header = { alg: 'EdDSA', kid, typ: 'subject-copy+jws', b64: false, crit: ['b64'] };
    const jws = await new FlattenedSign(payload).setProtectedHeader(header).sign(privateKey);
    const digest = createHash('sha256').update(payload).digest('hex');
    const signature = {
      jws: `${jws.protected}..${jws.signature}`,
      sha256: digest,
      keys: `${this.config.publicUrl}/.well-known/document-keys.json`,
    };
    return { content: Buffer.from(`{"copy":${text},"signature":${JSON.stringify(signature)}}\n`, 'utf8'), digest };
  }
}
