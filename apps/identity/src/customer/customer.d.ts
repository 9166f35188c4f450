import { type CustomerEvent, type Locale, type PersonnummerGround, type PostalAddress } from '@dittoo/contracts';
import type { Personal } from '@dittoo/kernel';
export interface Personnummer {
  readonly number: Personal<string>;
  readonly ground: PersonnummerGround;
}
export interface EmailChange {
  readonly email: Personal<string>;
  readonly token: Personal<string>;
  readonly expiresAt: string;
}
/** What the shop knows of a customer. */
export interface Profile {
  readonly givenName: Personal<string>;
  readonly familyName: Personal<string>;
  readonly email: Personal<string>;
  readonly phone: Personal<string | null>;
  readonly address: Personal<PostalAddress | null>;
  readonly passwordHash: Personal<string>;
  readonly locale: Locale;
  readonly noticeVersion: string | null;
  readonly emailChange: EmailChange | null;
  /** Has the address answered a mailed token? */
  readonly emailConfirmed: boolean;
  readonly personnummer: Personnummer | null;
  /** The day a sign-in was last noted; `null` = not since the registration. */
  readonly lastUsedOn: string | null;
  /** How often the personnummer was removed: whoever asks for its removal says which number is meant. */
  readonly personnummerRemovals: number;
}
/** One person as a customer. Stream `customer-<id>`. */
export type Customer =
  | {
      readonly status: 'none';
    }
  /** The registration never came and its e-mail went to another: nothing may come here any more. */
  | {
      readonly status: 'abandoned';
    }
  | {
      readonly status: 'registered';
      readonly profile: Profile;
    }
  /** The person is being erased, or is: every personal write is refused. */
  | {
      readonly status: 'closed';
      readonly requestId: string;
    };
export declare const initialCustomer: Customer;
/** The profile while there is one. */
export declare const profileOf: (customer: Customer) => Profile | null;
export declare const evolve: (customer: Customer, event: CustomerEvent) => Customer;
//# sourceMappingURL=customer.d.ts.map
