/** Whether the password of a staff account is known at this start. */
export type PasswordStanding =
  /** The account was opened just now, with a password made for it. */
  | { readonly kind: 'made'; readonly password: string; readonly file: string }
  /** Created at an earlier start; the password in the file is still right. */
  | { readonly kind: 'inFile'; readonly file: string }
  /** Created at an earlier start; the password was changed since. */
  | { readonly kind: 'changed' }
  /** The configured password is right. */
  | { readonly kind: 'configured'; readonly variable: string }
  /** The account was opened earlier with another password and is not changed. */
  | { readonly kind: 'ignored'; readonly variable: string };

export interface StaffStanding {
  readonly email: string;
  readonly role: 'staff' | 'complianceOfficer';
  readonly password: PasswordStanding;
}

/** The staff accounts and where their passwords are, for the operator who starts the shop. */
export class FirstOfficer {
  private readonly known: StaffStanding[] = [];

  note(standing: StaffStanding): void {
    this.known.push(standing);
  }

  get standings(): readonly StaffStanding[] {
    return this.known;
  }

  /** One line per account. A password is shown at the start that created it, never again. */
  announce(say: (text: string) => void): void {
    for (const { email, password, role } of this.known) {
      say(`${(role === 'staff' ? 'staff' : 'officer').padEnd(15)} ${email}  ${told(password)}`);
    }
    if (!this.known.some(({ role }) => role === 'complianceOfficer')) {
      say('officer         as at an earlier start; no password is kept here');
    }
  }
}

const told = (password: PasswordStanding): string => {
  switch (password.kind) {
    case 'made':
      return `password ${password.password}  (shown this once; also in ${password.file})`;
    case 'inFile':
      return `password in ${password.file}`;
    case 'changed':
      return 'password changed since the first start';
    case 'configured':
      return `password as in ${password.variable}`;
    case 'ignored':
      return `${password.variable} is ignored: the account was opened with another password, which stays`;
  }
};
