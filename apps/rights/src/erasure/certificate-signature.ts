import { Injectable } from '@nestjs/common';
import { CompactSign } from 'jose';
import { DocumentKeys } from '../signing/document-keys.js';

/** Signs documents for a person; the keys at `/.well-known/document-keys.json` verify them. */
@Injectable()
export class CertificateSignature {
  constructor(private readonly keys: DocumentKeys) {}

  /**
   * @param type `typ` of the protected header, which distinguishes the kinds of documents
   * @returns compact JWS (RFC 7515), EdDSA
   */
  async sign(type: string, document: object): Promise<string> {
    const { kid, privateKey } = await this.keys.current();
    return new CompactSign(new TextEncoder().encode(JSON.stringify(document)))
      .setProtectedHeader({ alg: 'EdDSA', kid, typ: type })
      .sign(privateKey);
  }
}
