/** A staff account the configuration asks for. */
export interface ConfiguredStaff {
  readonly email: string;
  readonly password: string;
  readonly role: 'staff' | 'complianceOfficer';
}
export interface IdentityConfig {
  readonly staff: readonly ConfiguredStaff[];
}
type Environment = Readonly<Record<string, string | undefined>>;
/** @throws Error with the name of the variable that is wrong */
export declare const readIdentityConfig: (env?: Environment) => IdentityConfig;
/** `IdentityConfig` for Nest. */
export declare const IDENTITY_CONFIG: unique symbol;
export {};
//# sourceMappingURL=identity.config.d.ts.map
