import { readSettings, SettingGroup, text, type ConfigOf, type Environment } from '@dittoo/kernel/settings';

export const auditVariables = new SettingGroup({
  title: 'Audit',
  readBy: ['audit', 'standalone'],
  settings: {
    /** What a name of a key may be is said by the signing key, which refuses another at start. */
    origin: text('AUDIT_ORIGIN', {
      means:
        'Name of the log and of its key, the first line of every signed tree head; a new name begins a new line of heads over the same log, which verifiers take for another log.',
      default: 'dittoo.example.org/audit-log',
      example: 'shop.example.org/audit-log',
    }),
  },
});

export type AuditConfig = ConfigOf<typeof auditVariables.settings>;

export const AUDIT_CONFIG = Symbol('AuditConfig');

/** @throws SettingsError with the names of the variables that are wrong */
export const readAuditConfig = (env: Environment): AuditConfig => readSettings(env, auditVariables.settings);
