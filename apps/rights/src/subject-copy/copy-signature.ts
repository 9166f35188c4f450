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

/** The signed statement. */
export interface CopyStatement {
  readonly requestId: string;
  /** SHA-256 of the RFC 8785 form of `copy`, hex: of its bytes in the file. */
  readonly sha256: string;
}

/**
 * Signs a copy of any length. Ed25519 needs a whole message in memory, so the signature covers a short statement with
 * the copy's SHA-256, as a JWS with its payload inside (RFC 7515). To check it, verify the JWS and compare `sha256` in
 * its payload with that of the copy. Its `typ` distinguishes it from a certificate, which is signed by the same keys.
 */
@Injectable()
export class CopySignature {
  constructor(
    private readonly keys: DocumentKeys,
    @Inject(PLATFORM_CONFIG) private readonly config: PlatformConfig,
  ) {}

  /** @param contents of the copy without the signature */
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
