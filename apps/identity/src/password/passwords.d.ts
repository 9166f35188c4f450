/**
 * Keeps passwords as hashes that take long to try: argon2id, computed on the thread pool. The same password in another
 * Unicode form is the same password.
 */
export declare class Passwords {
  private readonly nobody;
  hash(password: string): Promise<string>;
  /** `known` `null` = there is no such account: takes as long as a wrong password and says no. */
  verify(known: string | null, password: string): Promise<boolean>;
}
//# sourceMappingURL=passwords.d.ts.map
