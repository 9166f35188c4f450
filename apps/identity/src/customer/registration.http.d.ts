import { type ConsentPurpose, type Locale, type PersonnummerGround } from '@dittoo/contracts';
/** Complete, or not there at all. */
export declare class AddressBody {
  street: string;
  postalCode: string;
  city: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
}
export declare class PersonnummerBody {
  /** 10 or 12 digits. */
  number: string;
  /** Lag (2018:218) 3 kap. 10 §. */
  ground: PersonnummerGround;
}
export declare class ConsentChoiceBody {
  purpose: ConsentPurpose;
  given: boolean;
}
export declare const phoneShape: RegExp;
export declare class RegisterCustomerBody {
  email: string;
  password: string;
  givenName: string;
  familyName: string;
  phone?: string | null;
  address?: AddressBody | null;
  personnummer?: PersonnummerBody | null;
  /** Default `sv`. */
  locale?: Locale;
  /** The version of the policy the person was shown: the one in force. */
  noticeVersion: string;
  /** The optional choices of the form, each one its own; registering needs none of them. */
  consents?: ConsentChoiceBody[];
}
export declare class RegisteredCustomer {
  customerId: string;
}
//# sourceMappingURL=registration.http.d.ts.map
