export interface AuditConfig {
  /**
   * First line of every signed tree head and name of the key. A new origin is a new key and a new line of heads over
   * the same log; verifiers take it for another log.
   */
  readonly origin: string;
}

export const AUDIT_CONFIG = Symbol('AuditConfig');

/** What a name of a key may be is said by the signing key, which refuses another at start. */
export const readAuditConfig = (env: Readonly<Record<string, string | undefined>> = process.env): AuditConfig => ({
  origin: env['AUDIT_ORIGIN'] ?? 'dittoo.example.org/audit-log',
});
