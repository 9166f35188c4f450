import type { AccountEvent, AccountEvents } from '@dittoo/contracts';
import type { Decider, Personal } from '@dittoo/kernel';

/** A member of staff. Stream `account-<id>`. */
export type StaffAccount =
  | { readonly status: 'none' }
  | { readonly status: 'open'; readonly email: Personal<string>; readonly passwordHash: Personal<string> };

export type StaffAccountCommand = {
  readonly type: 'OpenStaffAccount';
  readonly account: AccountEvents['StaffAccountOpened'];
};

export const staffAccountDecider: Decider<StaffAccountCommand, StaffAccount, AccountEvent> = {
  category: 'account',
  initialState: { status: 'none' },
  // An open account is not changed: another password in the configuration does not replace the old one.
  decide: ({ account }, { status }) => (status === 'none' ? [{ type: 'StaffAccountOpened', data: account }] : []),
  evolve: (_account, { data: { email, passwordHash } }) => ({ status: 'open', email, passwordHash }),
};
