import { duration, readSettings, SettingGroup, type ConfigOf, type Environment } from '@dittoo/kernel/settings';

export const rightsVariables = new SettingGroup({
  title: 'Rights of a person',
  readBy: ['rights', 'standalone'],
  settings: {
    coolingOffMs: duration('ERASURE_COOLING_OFF', {
      means: 'How long an approved erasure waits before it is executed.',
      default: 'PT0S',
      example: 'P14D',
      least: 'PT0S',
    }),
    recipientDeadlineMs: duration('ERASURE_RECIPIENT_DEADLINE', {
      means: 'How long a recipient has to answer an erasure before it counts as failed.',
      default: 'P3D',
      example: 'P7D',
      least: 'PT0S',
    }),
    liftNoticeMs: duration('RESTRICTION_LIFT_NOTICE', {
      means: 'How long before the end of a restriction of processing the person is informed (art. 18(3)).',
      default: 'P3D',
      example: 'P7D',
      least: 'PT0S',
    }),
    copyLifetimeMs: duration('SUBJECT_COPY_LIFETIME', {
      means: "How long a copy of a person's data can be fetched.",
      default: 'P7D',
      example: 'P14D',
      least: 'PT0S',
    }),
  },
});

export type RightsConfig = ConfigOf<typeof rightsVariables.settings>;

/** @throws SettingsError names the wrong variables */
export const readRightsConfig = (env: Environment): RightsConfig => readSettings(env, rightsVariables.settings);

/** `RightsConfig` for Nest. */
export const RIGHTS_CONFIG = Symbol('RightsConfig');
