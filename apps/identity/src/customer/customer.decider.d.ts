import type {
  ConsentPurpose,
  CustomerEvent,
  CustomerEvents,
  PersonnummerGround,
  ProfileChanges,
} from '@dittoo/contracts';
import { type Decider } from '@dittoo/kernel';
import { type Customer } from './customer.js';
export interface Registration {
  readonly type: 'Register';
  readonly person: CustomerEvents['CustomerRegistered'];
  readonly notice: {
    readonly version: string;
    readonly digest: string;
  };
  /** `null` = the form sent no choices. */
  readonly choices:
    | readonly {
        readonly purpose: ConsentPurpose;
        readonly given: boolean;
      }[]
    | null;
  readonly personnummer: {
    readonly number: string;
    readonly ground: PersonnummerGround;
  } | null;
}
export type CustomerCommand =
  | Registration
  | {
      readonly type: 'AbandonRegistration';
    }
  | {
      readonly type: 'RepeatRegistration';
      readonly noticeVersion: string;
    }
  | {
      readonly type: 'RectifyProfile';
      readonly changes: ProfileChanges;
    }
  | {
      readonly type: 'RequestEmailChange';
      readonly email: string;
      readonly token: string;
      readonly expiresAt: string;
    }
  | {
      readonly type: 'ConfirmEmail';
      readonly token: string;
      readonly now: string;
    }
  | {
      readonly type: 'RecordPersonnummer';
      readonly number: string;
      readonly ground: PersonnummerGround;
      readonly consentGiven: boolean;
    }
  /** `consentStands`: of the consent it may have been recorded on. */
  | {
      readonly type: 'RevealPersonnummer';
      readonly purpose: string;
      readonly consentStands: boolean;
    }
  | {
      readonly type: 'RemovePersonnummer';
    }
  /** Nothing needs the number any more. `afterRemovals`: a number recorded after another removal is not meant. */
  | {
      readonly type: 'EndPersonnummer';
      readonly reason: Exclude<CustomerEvents['PersonnummerRemoved']['reason'], 'customer'>;
      readonly afterRemovals: number;
      readonly consentStands: boolean;
    }
  /** At most once a day. */
  | {
      readonly type: 'RecordUse';
      readonly on: string;
    }
  | {
      readonly type: 'CloseAccount';
      readonly requestId: string;
    };
export declare const customerDecider: Decider<CustomerCommand, Customer, CustomerEvent>;
//# sourceMappingURL=customer.decider.d.ts.map
