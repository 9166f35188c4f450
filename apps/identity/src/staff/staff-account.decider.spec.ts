import type { AccountEvents } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { it } from '@jest/globals';
import { staffAccountDecider } from './staff-account.decider.js';

const given = deciderSpec(staffAccountDecider);
const account: AccountEvents['StaffAccountOpened'] = {
  email: 'officer@example.org',
  passwordHash: '$argon2id$…',
  role: 'complianceOfficer',
};

it('opens an account once, whatever the configuration says later', () => {
  given().when({ type: 'OpenStaffAccount', account }).then({ type: 'StaffAccountOpened', data: account });
  given({ type: 'StaffAccountOpened', data: account })
    .when({ type: 'OpenStaffAccount', account: { ...account, passwordHash: 'another' } })
    .then();
});
