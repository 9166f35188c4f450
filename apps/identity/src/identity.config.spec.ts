import { describe, expect, it } from '@jest/globals';
import { readIdentityConfig } from './identity.config.js';

describe('the configuration of identity', () => {
  it('asks for nobody and waits for nothing by default', () =>
    expect(readIdentityConfig({})).toEqual({
      staff: [],
      firstOfficerFile: null,
      coolingOffMs: 0,
      recipientDeadlineMs: 3 * 86_400_000,
      copyLifetimeMs: 7 * 86_400_000,
      liftNoticeMs: 3 * 86_400_000,
      fiscalYearEnd: null,
    }));

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
    ['OFFICER_PASSWORD', { OFFICER_EMAIL: 'one@example.org' }],
    ['OFFICER_EMAIL', { OFFICER_PASSWORD: 'a long pass phrase' }],
    ['STAFF_PASSWORD', { STAFF_EMAIL: 'one@example.org', STAFF_PASSWORD: 'short' }],
    ['ERASURE_COOLING_OFF', { ERASURE_COOLING_OFF: 'two days' }],
    ['ERASURE_COOLING_OFF', { ERASURE_COOLING_OFF: '-P1D' }],
    ['ERASURE_RECIPIENT_DEADLINE', { ERASURE_RECIPIENT_DEADLINE: '3' }],
    ['SUBJECT_COPY_LIFETIME', { SUBJECT_COPY_LIFETIME: '-P1D' }],
    ['RESTRICTION_LIFT_NOTICE', { RESTRICTION_LIFT_NOTICE: 'soon' }],
    ['FISCAL_YEAR_END', { FISCAL_YEAR_END: '02-30' }],
  ])('says that %s is wrong', (name, env) => expect(() => readIdentityConfig(env)).toThrow(name));
});
