import { existsSync, writeFileSync } from 'node:fs';
/** An officer nobody configured: said once, at the start that made the account. */
export class FirstOfficer {
  credentials = null;
  generated(email, password) {
    this.credentials = { email, password };
  }
  /** @returns what to print, the first time it is asked after the account was made; else `null` */
  credentialsToPrint() {
    const { credentials } = this;
    this.credentials = null;
    return credentials;
  }
  /**
   * Says who the officer is, on the first start with the password.
   *
   * @param file keeps a generated login for `npm run demo`, readable by the owner alone; may be removed. `null` = nowhere
   */
  announce(say, file) {
    const credentials = this.credentialsToPrint();
    if (credentials === null) {
      const made = file !== null && existsSync(file);
      say(`officer         ${made ? `as printed at the first start (${file})` : 'as configured'}`);
      return;
    }
    if (file !== null) writeFileSync(file, `${JSON.stringify(credentials)}\n`, { mode: 0o600 });
    const kept = file === null ? '' : `; also in ${file}`;
    say(`officer         ${credentials.email}  password ${credentials.password}  (shown this once${kept})`);
  }
}
//# sourceMappingURL=first-officer.js.map
