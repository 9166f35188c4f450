/** An officer nobody configured: said once, at the start that made the account. */
export declare class FirstOfficer {
  private credentials;
  generated(email: string, password: string): void;
  /** @returns what to print, the first time it is asked after the account was made; else `null` */
  credentialsToPrint(): {
    readonly email: string;
    readonly password: string;
  } | null;
  /**
   * Says who the officer is, on the first start with the password.
   *
   * @param file keeps a generated login for `npm run demo`, readable by the owner alone; may be removed. `null` = nowhere
   */
  announce(say: (text: string) => void, file: string | null): void;
}
//# sourceMappingURL=first-officer.d.ts.map
