import { durationMs } from '@dittoo/platform';

export interface RightsConfig {
  /** How long an approved erasure waits before it is executed. */
  readonly coolingOffMs: number;
  /** How long a recipient has to answer an erasure before it counts as failed. */
  readonly recipientDeadlineMs: number;
  /** How long before a restriction of processing ends the person is told (art. 18(3)). */
  readonly liftNoticeMs: number;
  /** How long a copy of a person's data waits to be fetched. */
  readonly copyLifetimeMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const durationOf = (env: Environment, name: string, fallback: string): number => {
  const ms = durationMs(env[name] || fallback, name);
  if (ms < 0) throw new Error(`${name} must not be negative`);
  return ms;
};

/** @throws Error with the name of the variable that is wrong */
export const readRightsConfig = (env: Environment = process.env): RightsConfig => ({
  coolingOffMs: durationOf(env, 'ERASURE_COOLING_OFF', 'PT0S'),
  recipientDeadlineMs: durationOf(env, 'ERASURE_RECIPIENT_DEADLINE', 'P3D'),
  liftNoticeMs: durationOf(env, 'RESTRICTION_LIFT_NOTICE', 'P3D'),
  copyLifetimeMs: durationOf(env, 'SUBJECT_COPY_LIFETIME', 'P7D'),
});

/** `RightsConfig` for Nest. */
export const RIGHTS_CONFIG = Symbol('RightsConfig');
