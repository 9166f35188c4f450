import { UnauthorizedException } from '@nestjs/common';
import { jwtVerify, SignJWT } from 'jose';

/** Access tokens: signed at sign-in, verified at every request. */
export class Tokens {
  #key;

  /** @param {Uint8Array} key */
  constructor(key) {
    this.#key = key;
  }

  /** @param {string} customerId */
  sign(customerId) {
    return new SignJWT().setProtectedHeader({ alg: 'HS256' }).setSubject(customerId).setExpirationTime('1h').sign(this.#key); // prettier-ignore
  }

  /** @param {string | undefined} authorization @returns {Promise<string>} the customer's id @throws UnauthorizedException */
  async customerOf(authorization) {
    try {
      const { payload } = await jwtVerify(authorization?.replace(/^Bearer /, '') ?? '', this.#key);
      return payload.sub ?? '';
    } catch {
      throw new UnauthorizedException();
    }
  }
}
