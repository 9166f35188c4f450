var __decorate =
  (this && this.__decorate) ||
  function (decorators, target, key, desc) {
    var c = arguments.length,
      r = c < 3 ? target : desc === null ? (desc = Object.getOwnPropertyDescriptor(target, key)) : desc,
      d;
    if (typeof Reflect === 'object' && typeof Reflect.decorate === 'function')
      r = Reflect.decorate(decorators, target, key, desc);
    else
      for (var i = decorators.length - 1; i >= 0; i--)
        if ((d = decorators[i])) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return (c > 3 && r && Object.defineProperty(target, key, r), r);
  };
import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
/** OWASP's first choice for argon2id (the library's default algorithm): 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };
/**
 * Keeps passwords as hashes that take long to try: argon2id, computed on the thread pool. The same password in another
 * Unicode form is the same password.
 */
let Passwords = class Passwords {
  nobody = hash('no account has this password', cost);
  hash(password) {
    return hash(password.normalize('NFKC'), cost);
  }
  /** `known` `null` = there is no such account: takes as long as a wrong password and says no. */
  async verify(known, password) {
    const matches = await verify(known ?? (await this.nobody), password.normalize('NFKC'));
    return matches && known !== null;
  }
};
Passwords = __decorate([Injectable()], Passwords);
export { Passwords };
//# sourceMappingURL=passwords.js.map
