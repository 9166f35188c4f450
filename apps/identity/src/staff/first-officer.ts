/** An officer nobody configured: the host prints the credentials once, they are kept nowhere else. */
export class FirstOfficer {
  private credentials: { readonly email: string; readonly password: string } | null = null;

  generated(email: string, password: string): void {
    this.credentials = { email, password };
  }

  /** @returns what to print, the first time it is asked after the account was made; else `null` */
  credentialsToPrint(): { readonly email: string; readonly password: string } | null {
    const { credentials } = this;
    this.credentials = null;
    return credentials;
  }
}
