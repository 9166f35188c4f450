const account = (env, prefix, role) => {
  const email = env[`${prefix}_EMAIL`] || undefined;
  const password = env[`${prefix}_PASSWORD`] || undefined;
  if (email === undefined && password === undefined) return [];
  if (email === undefined || !/^[^@\s]+@[^@\s]+$/.test(email))
    throw new Error(`${prefix}_EMAIL must be an e-mail address`);
  if (password === undefined || password.length < 8)
    throw new Error(`${prefix}_PASSWORD must have at least 8 characters`);
  return [{ email, password, role }];
};
/** @throws Error with the name of the variable that is wrong */
export const readIdentityConfig = (env = process.env) => ({
  staff: [
    ...account(env, 'OFFICER', 'complianceOfficer'),
    ...account(env, 'OFFICER2', 'complianceOfficer'),
    ...account(env, 'STAFF', 'staff'),
  ],
});
/** `IdentityConfig` for Nest. */
export const IDENTITY_CONFIG = Symbol('IdentityConfig');
//# sourceMappingURL=identity.config.js.map
