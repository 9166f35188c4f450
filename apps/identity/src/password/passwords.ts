import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';

/** OWASP's first choice for argon2id (the library's default algorithm): 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/**
 * Hashes and verifies passwords with argon2id, on the thread pool. Different Unicode forms of a password are the same
 * password.
 */
@Injectable()
export class Passwords {
  private readonly nobody = hash('no account has this password', cost);

  hash(password: string): Promise<string> {
    return hash(password.normalize('NFKC'), cost);
  }

  /** `known` `null` = there is no such account: answers `false` after as long as a wrong password takes. */
  async verify(known: string | null, password: string): Promise<boolean> {
    const matches = await verify(known ?? (await this.nobody), password.normalize('NFKC'));
    return matches && known !== null;
  }
}
