import type { AccountEvent, AccountEvents } from '@dittoo/contracts';
import type { Decider, Personal } from '@dittoo/kernel';
/** A member of staff. Stream `account-<id>`. */
export type StaffAccount =
  | {
      readonly status: 'none';
    }
  | {
      readonly status: 'open';
      readonly email: Personal<string>;
      readonly passwordHash: Personal<string>;
    };
export type StaffAccountCommand = {
  readonly type: 'OpenStaffAccount';
  readonly account: AccountEvents['StaffAccountOpened'];
};
export declare const staffAccountDecider: Decider<StaffAccountCommand, StaffAccount, AccountEvent>;
//# sourceMappingURL=staff-account.decider.d.ts.map
