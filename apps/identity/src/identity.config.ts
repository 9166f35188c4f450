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

type Environment = Readonly<Record<string, string | undefined>>;

const account = (env: Environment, prefix: string, role: ConfiguredStaff['role']): ConfiguredStaff[] => {
  const email = env[`${prefix}_EMAIL`] || undefined;
  const password = env[`${prefix}_PASSWORD`] || undefined;
  if (email === undefined && password === undefined) return [];
  if (email === undefined) throw new Error(`${prefix}_EMAIL must be set with ${prefix}_PASSWORD`);
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw new Error(`${prefix}_EMAIL must be an e-mail address`);
  if (password === undefined) throw new Error(`${prefix}_PASSWORD must be set with ${prefix}_EMAIL`);
  if (password.length < 8) throw new Error(`${prefix}_PASSWORD must have at least 8 characters`);
  return [{ email, password, role, variable: `${prefix}_PASSWORD` }];
};

/** @throws Error with the name of the variable that is wrong */
export const readIdentityConfig = (env: Environment = process.env): IdentityConfig => ({
  staff: [
    ...account(env, 'OFFICER', 'complianceOfficer'),
    ...account(env, 'OFFICER2', 'complianceOfficer'),
    ...account(env, 'STAFF', 'staff'),
  ],
  firstOfficerFile: env['FIRST_OFFICER_FILE'] || null,
});

/** `IdentityConfig` for Nest. */
export const IDENTITY_CONFIG = Symbol('IdentityConfig');
