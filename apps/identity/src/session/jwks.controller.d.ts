import type { JWK } from 'jose';
import { SigningKeys } from './signing-keys.js';
/** The public keys, where every service and anybody else finds them. */
export declare class JwksController {
  private readonly keys;
  constructor(keys: SigningKeys);
  published(): Promise<{
    keys: JWK[];
  }>;
}
//# sourceMappingURL=jwks.controller.d.ts.map
