import { createHash } from 'node:crypto';
import { PLATFORM_CONFIG, type PlatformConfig } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import { CompactSign } from 'jose';
import { DocumentKeys } from '../signing/document-keys.js';
import { canonicalText, textOf, type CopyContents, type CopyParts } from './copy-contents.js';

export interface SignedCopy {
  /** The file: `{ "copy": …, "signature": … }`. */
  readonly contents: CopyContents;
  /** SHA-256 of the copy, hex. */
  readonly digest: string;
}

/** What is signed. */
export interface CopyStatement {
  readonly requestId: string;
  /** Of the RFC 8785 form of `copy`, hex: its bytes as they are in the file. */
  readonly sha256: string;
}

/**
 * Signs a copy of any length. Ed25519 needs a whole message at once, so what is signed is a short statement that names the
 * copy's SHA-256, as a JWS with its payload inside (RFC 7515). Whoever checks it verifies the JWS, takes `sha256` from its
 * payload and compares it with that of the copy. Its `typ` keeps it from passing for a certificate, whose keys it shares.
 */
@Injectable()
export class CopySignature {
  constructor(
    private readonly keys: DocumentKeys,
    @Inject(PLATFORM_CONFIG) private readonly config: PlatformConfig,
  ) {}

  /** @param contents of the copy alone */
  async sign(requestId: string, contents: CopyContents, parts: CopyParts): Promise<SignedCopy> {
    const hash = createHash('sha256');
    for await (const text of textOf(contents, parts)) hash.update(text);
    const digest = hash.digest('hex');
    const { kid, privateKey } = await this.keys.current();
    const statement: CopyStatement = { requestId, sha256: digest };
    const jws = await new CompactSign(Buffer.from(canonicalText(statement), 'utf8'))
      .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'subject-copy+jws' })
      .sign(privateKey);
    const keys = `${this.config.publicUrl}/.well-known/document-keys.json`;
    const after = `,"signature":${JSON.stringify({ jws, sha256: digest, keys })}}\n`;
    const last = contents.texts.length - 1;
    const texts = contents.texts.map(
      (text, index) => `${index === 0 ? '{"copy":' : ''}${text}${index === last ? after : ''}`,
    );
    return { contents: { ...contents, texts }, digest };
  }
}
