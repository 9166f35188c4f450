import { describe, expect, it } from '@jest/globals';
import { readIdentityConfig } from './identity.config.js';

describe('the configuration of identity', () => {
  it('names no staff by default', () => expect(readIdentityConfig({})).toEqual({ staff: [], firstOfficerFile: null }));

  it('names officers and staff', () =>
    expect(
      readIdentityConfig({
        OFFICER_EMAIL: 'one@example.org',
        OFFICER_PASSWORD: 'a long pass phrase',
        OFFICER2_EMAIL: 'two@example.org',
        OFFICER2_PASSWORD: 'another pass phrase',
        STAFF_EMAIL: 'staff@example.org',
        STAFF_PASSWORD: 'a third pass phrase',
      }).staff.map(({ email, role }) => `${role} ${email}`),
    ).toEqual(['complianceOfficer one@example.org', 'complianceOfficer two@example.org', 'staff staff@example.org']));

  it.each([
    ['OFFICER_PASSWORD must be set with OFFICER_EMAIL', { OFFICER_EMAIL: 'one@example.org' }],
    ['OFFICER_EMAIL must be set with OFFICER_PASSWORD', { OFFICER_PASSWORD: 'a long pass phrase' }],
    ['OFFICER2_EMAIL must be an e-mail address', { OFFICER2_EMAIL: 'two', OFFICER2_PASSWORD: 'a long pass phrase' }],
    ['STAFF_PASSWORD must have at least 8 characters', { STAFF_EMAIL: 'one@example.org', STAFF_PASSWORD: 'short' }],
  ])('is refused with "%s"', (message, env) => expect(() => readIdentityConfig(env)).toThrow(message));
});
