import {
  type CustomerEvent,
  type CustomerEvents,
  type Locale,
  type PersonnummerGround,
  type PostalAddress,
} from '@dittoo/contracts';
import { readable, type Personal, type RequestId } from '@dittoo/kernel';

export interface Personnummer {
  readonly number: Personal<string>;
  readonly ground: PersonnummerGround;
}

export interface EmailChange {
  readonly email: Personal<string>;
  readonly token: Personal<string>;
  readonly code: Personal<string>;
  readonly expiresAt: string;
}

/** A form that waits for the owner of its address. */
export type ReceivedRegistration = CustomerEvents['RegistrationReceived'];

/** A customer's profile. */
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
  readonly personnummer: Personnummer | null;
  /** The day a sign-in was last noted; `null` = not since the registration. */
  readonly lastUsedOn: string | null;
  /** How often the personnummer was removed: it tells which number a request to remove means. */
  readonly personnummerRemovals: number;
}

/** One person as a customer. Stream `customer-<id>`. */
export type Customer =
  | { readonly status: 'none' }
  /** Not a customer yet: an address that was typed, until its owner confirms it. */
  | { readonly status: 'unconfirmed'; readonly registration: ReceivedRegistration }
  /** Never confirmed, or another registration of the address was: no event may follow. */
  | { readonly status: 'ended' }
  | { readonly status: 'registered'; readonly profile: Profile }
  /** The person is erased or being erased: every write of personal data is refused. */
  | { readonly status: 'closed'; readonly requestId: RequestId };

export const initialCustomer: Customer = { status: 'none' };

/** The profile; `null` before the address is confirmed and after the account is closed. */
export const profileOf = (customer: Customer): Profile | null => ('profile' in customer ? customer.profile : null);

/** The address that waits for its owner's confirmation, of a registration or of a change. */
export const awaitedEmail = (customer: Customer): string | null => {
  if (customer.status === 'unconfirmed') return readable(customer.registration.email, null);
  return readable(profileOf(customer)?.emailChange?.email, null);
};

export const evolve = (customer: Customer, event: CustomerEvent): Customer => {
  switch (event.type) {
    case 'RegistrationReceived':
      return { status: 'unconfirmed', registration: event.data };
    case 'RegistrationEnded':
      return { status: 'ended' };
    case 'CustomerRegistered':
      return {
        status: 'registered',
        profile: {
          ...event.data,
          noticeVersion: null,
          emailChange: null,
          personnummer: null,
          personnummerRemovals: 0,
          lastUsedOn: null,
        },
      };
    case 'AccountClosed':
      return { status: 'closed', requestId: event.data.requestId };
    default:
      return customer.status === 'registered'
        ? { ...customer, profile: evolveProfile(customer.profile, event) }
        : customer;
  }
};

const evolveProfile = (profile: Profile, event: CustomerEvent): Profile => {
  switch (event.type) {
    case 'NoticeAcknowledged':
      return { ...profile, noticeVersion: event.data.noticeVersion };
    case 'NameRectified':
    case 'PhoneRectified':
    case 'AddressRectified':
    case 'LocaleChosen':
      return { ...profile, ...event.data };
    case 'EmailChangeRequested':
      return { ...profile, emailChange: event.data };
    case 'EmailRectified':
      return { ...profile, email: event.data.email, emailChange: null };
    case 'EmailConfirmed':
    case 'EmailChangeEnded':
      return { ...profile, emailChange: null };
    case 'AccountUsed':
      return { ...profile, lastUsedOn: event.data.on };
    case 'PersonnummerRecorded':
      return { ...profile, personnummer: event.data };
    case 'PersonnummerRemoved':
      return { ...profile, personnummer: null, personnummerRemovals: profile.personnummerRemovals + 1 };
    default:
      return profile;
  }
};
