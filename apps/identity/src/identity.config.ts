import { durationMs } from '@dittoo/platform';

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
  /** How long an approved erasure waits before it is executed. */
  readonly coolingOffMs: number;
  /** How long a recipient has to answer an erasure before it counts as failed. */
  readonly recipientDeadlineMs: number;
  /** How long before a restriction of processing ends the person is told (art. 18(3)). */
  readonly liftNoticeMs: number;
  /** How long a copy of somebody's data waits to be fetched. */
  readonly copyLifetimeMs: number;
  /** `MM-DD`; `null` = the register's. */
  readonly fiscalYearEnd: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const account = (env: Environment, prefix: string, role: ConfiguredStaff['role']): ConfiguredStaff[] => {
  const email = env[`${prefix}_EMAIL`] || undefined;
  const password = env[`${prefix}_PASSWORD`] || undefined;
  if (email === undefined && password === undefined) return [];
  if (email === undefined || !/^[^@\s]+@[^@\s]+$/.test(email))
    throw new Error(`${prefix}_EMAIL must be an e-mail address`);
  if (password === undefined || password.length < 8)
    throw new Error(`${prefix}_PASSWORD must have at least 8 characters`);
  return [{ email, password, role, variable: `${prefix}_PASSWORD` }];
};

const positiveMs = (env: Environment, name: string, fallback: string): number => {
  const ms = durationMs(env[name] || fallback, name);
  if (ms < 0) throw new Error(`${name} must not be negative`);
  return ms;
};

const dayOfYear = (env: Environment, name: string): string | null => {
  const text = env[name] || undefined;
  if (text === undefined) return null;
  const date = /^\d\d-\d\d$/.test(text) ? new Date(`2024-${text}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(5, 10) !== text) {
    throw new Error(`${name} must be a day like 12-31 (MM-DD)`);
  }
  return text;
};

/** @throws Error with the name of the variable that is wrong */
export const readIdentityConfig = (env: Environment = process.env): IdentityConfig => ({
  staff: [
    ...account(env, 'OFFICER', 'complianceOfficer'),
    ...account(env, 'OFFICER2', 'complianceOfficer'),
    ...account(env, 'STAFF', 'staff'),
  ],
  firstOfficerFile: env['FIRST_OFFICER_FILE'] || null,
  coolingOffMs: positiveMs(env, 'ERASURE_COOLING_OFF', 'PT0S'),
  recipientDeadlineMs: positiveMs(env, 'ERASURE_RECIPIENT_DEADLINE', 'P3D'),
  liftNoticeMs: positiveMs(env, 'RESTRICTION_LIFT_NOTICE', 'P3D'),
  copyLifetimeMs: positiveMs(env, 'SUBJECT_COPY_LIFETIME', 'P7D'),
  fiscalYearEnd: dayOfYear(env, 'FISCAL_YEAR_END'),
});

/** `IdentityConfig` for Nest. */
export const IDENTITY_CONFIG = Symbol('IdentityConfig');
