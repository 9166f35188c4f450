import { isKeyName } from './merkle/signed-note.js';

export interface AuditConfig {
  /**
   * First line of every signed tree head and name of the key. A new origin is a new key and a new line of heads over
   * the same log; verifiers take it for another log.
   */
  readonly origin: string;
}

export const AUDIT_CONFIG = Symbol('AuditConfig');

/** @throws Error with the name of the variable that is wrong */
export const readAuditConfig = (env: Readonly<Record<string, string | undefined>> = process.env): AuditConfig => {
  const origin = env['AUDIT_ORIGIN'] ?? 'dittoo.example.org/audit-log';
  if (!isKeyName(origin)) throw new Error('AUDIT_ORIGIN must be a name like shop.example/audit-log: no spaces, no +');
  return { origin };
};
