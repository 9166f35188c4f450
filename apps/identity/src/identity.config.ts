import {
  path,
  readSettings,
  SettingGroup,
  text,
  type Environment,
  type Rule,
  type Setting,
} from '@dittoo/kernel/settings';

/** A staff account the configuration asks for. */
export interface ConfiguredStaff {
  readonly email: string;
  readonly password: string;
  readonly role: 'staff' | 'complianceOfficer';
  /** What the password was set by. */
  readonly variable: string;
}

export interface IdentityConfig {
  readonly staff: readonly ConfiguredStaff[];
  /** Keeps the login of an officer nobody configured, and the second one's beside it; `null` = in DATA_DIR. */
  readonly firstOfficerFile: string | null;
}

const email = (prefix: string, who: string): Setting<string | null> =>
  text(`${prefix}_EMAIL`, {
    means: `E-mail address ${who} signs in with; the account is opened at the first start that names it.`,
    otherwise: 'no such account is opened',
    example: 'name@example.org',
    pattern: /^[^@\s]+@[^@\s]+$/,
    must: 'be an e-mail address',
  });

const password = (prefix: string): Setting<string | null> =>
  text(`${prefix}_PASSWORD`, {
    means: `Password of \`${prefix}_EMAIL\`, of 8 characters or more.`,
    otherwise: 'no such account is opened',
    example: 'a long pass phrase',
    pattern: /^.{8,}$/s,
    must: 'have at least 8 characters',
    isSecret: true,
  });

export const identityVariables = new SettingGroup({
  title: 'Accounts of staff',
  remark:
    'Where none of them is set, two officers are made at the first start. Set later they open one more account; for an account that exists they are ignored, and that is said.',
  readBy: ['identity', 'standalone'],
  settings: {
    officerEmail: email('OFFICER', 'the compliance officer'),
    officerPassword: password('OFFICER'),
    officer2Email: email('OFFICER2', 'the second compliance officer'),
    officer2Password: password('OFFICER2'),
    staffEmail: email('STAFF', 'a member of staff'),
    staffPassword: password('STAFF'),
    firstOfficerFile: path('FIRST_OFFICER_FILE', {
      means: 'File that keeps the login of an officer who was made.',
      otherwise: '`first-officer.json` in `DATA_DIR`',
      example: '/keys/first-officer.json',
    }),
  },
});

const { settings } = identityVariables;

const accounts = [
  { email: 'officerEmail', password: 'officerPassword', role: 'complianceOfficer' },
  { email: 'officer2Email', password: 'officer2Password', role: 'complianceOfficer' },
  { email: 'staffEmail', password: 'staffPassword', role: 'staff' },
] as const;

const completeAccounts = accounts.map(
  ({ email: address, password: secret }): Rule<{ readonly [K in keyof typeof settings]: string | null }> =>
    (values) => {
      if ((values[address] === null) === (values[secret] === null)) return [];
      const [absent, present] = values[address] === null ? [address, secret] : [secret, address];
      return [`${settings[absent].variable} must be set with ${settings[present].variable}`];
    },
);

/** @throws SettingsError with the names of the variables that are wrong */
export const readIdentityConfig = (env: Environment): IdentityConfig => {
  const values = readSettings(env, settings, completeAccounts);
  const staff = accounts.flatMap((account): ConfiguredStaff[] => {
    const [address, secret] = [values[account.email], values[account.password]];
    if (address === null || secret === null) return [];
    return [{ email: address, password: secret, role: account.role, variable: settings[account.password].variable }];
  });
  return { staff, firstOfficerFile: values.firstOfficerFile };
};

/** `IdentityConfig` for Nest. */
export const IDENTITY_CONFIG = Symbol('IdentityConfig');
