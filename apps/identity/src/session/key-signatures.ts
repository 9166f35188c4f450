import { Injectable } from '@nestjs/common';
import { CompactSign } from 'jose';
import { Signatures } from './signatures.port.js';
import { SigningKeys } from './signing-keys.js';

@Injectable()
export class KeySignatures extends Signatures {
  constructor(private readonly keys: SigningKeys) {
    super();
  }

  override async sign(type: string, document: object): Promise<string> {
    const { kid, privateKey } = await this.keys.current();
    return new CompactSign(new TextEncoder().encode(JSON.stringify(document)))
      .setProtectedHeader({ alg: 'EdDSA', kid, typ: type })
      .sign(privateKey);
  }
}
