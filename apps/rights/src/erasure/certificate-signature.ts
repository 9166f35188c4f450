import { Injectable } from '@nestjs/common';
import { CompactSign } from 'jose';
import { DocumentKeys } from '../signing/document-keys.js';

/** Signs what a person takes home; verified by the keys of `/.well-known/document-keys.json`. */
@Injectable()
export class CertificateSignature {
  constructor(private readonly keys: DocumentKeys) {}

  /**
   * @param type `typ` of the protected header: what keeps one kind of document from passing for another
   * @returns compact JWS (RFC 7515), EdDSA
   */
  async sign(type: string, document: object): Promise<string> {
    const { kid, privateKey } = await this.keys.current();
    return new CompactSign(new TextEncoder().encode(JSON.stringify(document)))
      .setProtectedHeader({ alg: 'EdDSA', kid, typ: type })
      .sign(privateKey);
  }
}
