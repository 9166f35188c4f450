import {
  evolveStanding,
  unrestricted,
  type DataSubjectEvent,
  type Locale,
  type PersonnummerGround,
  type PostalAddress,
  type ProcessingStanding,
} from '@dittoo/contracts';
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
  /** When the account will be erased unless it is used; `null` = nothing is announced. */
  readonly erasesAt: string | null;
  /** How often the personnummer was removed: each removal ends a key's life, the next number needs the next key. */
  readonly personnummerRemovals: number;
}

interface Known {
  readonly standing: ProcessingStanding;
}

/** One person as a customer, or one known by an address alone who used a right. Stream `dataSubject-<id>`. */
export type Customer =
  | { readonly status: 'none' }
  /** The registration never came and its e-mail went to another: nothing may come here any more. */
  | { readonly status: 'abandoned' }
  /** Never registered; has said something about the processing of what other streams hold of them. */
  | (Known & { readonly status: 'contact' })
  | (Known & { readonly status: 'registered'; readonly profile: Profile })
  /** The fence: from here on every personal write is refused; what is known is still readable. */
  | (Known & { readonly status: 'erasing'; readonly requestId: string; readonly profile: Profile | null })
  | { readonly status: 'erased'; readonly requestId: string };

export const initialCustomer: Customer = { status: 'none' };

/** The profile while there is one. */
export const profileOf = (customer: Customer): Profile | null => ('profile' in customer ? customer.profile : null);

/** What they said about the processing of their data. */
export const standingOf = (customer: Customer): ProcessingStanding =>
  'standing' in customer ? customer.standing : unrestricted;

export const evolve = (customer: Customer, event: DataSubjectEvent): Customer => {
  switch (event.type) {
    case 'CustomerRegistered':
      return {
        status: 'registered',
        standing: standingOf(customer),
        profile: {
          ...event.data,
          noticeVersion: null,
          emailChange: null,
          emailConfirmed: false,
          personnummer: null,
          personnummerRemovals: 0,
          lastUsedOn: null,
          erasesAt: null,
        },
      };
    case 'RegistrationAbandoned':
      return { status: 'abandoned' };
    case 'ErasureRequested':
      return {
        status: 'erasing',
        requestId: event.data.requestId,
        profile: profileOf(customer),
        standing: standingOf(customer),
      };
    case 'SubjectKeysDestroyed':
      // Without a request a retention period ended: the person is still a customer.
      return event.data.requestId === null ? customer : { status: 'erased', requestId: event.data.requestId };
    case 'ProcessingRestricted':
    case 'RestrictionLiftAnnounced':
    case 'RestrictionLifted':
    case 'ProcessingObjected': {
      const standing = evolveStanding(standingOf(customer), event);
      if (customer.status === 'none') return { status: 'contact', standing };
      return 'standing' in customer ? { ...customer, standing } : customer;
    }
    default:
      return 'profile' in customer && customer.profile !== null
        ? { ...customer, profile: evolveProfile(customer.profile, event) }
        : customer;
  }
};

const evolveProfile = (profile: Profile, event: DataSubjectEvent): Profile => {
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
      return { ...profile, email: event.data.email, emailChange: null, emailConfirmed: true };
    case 'EmailConfirmed':
      return { ...profile, emailChange: null, emailConfirmed: true };
    case 'AccountUsed':
      return { ...profile, lastUsedOn: event.data.on, erasesAt: null };
    case 'InactivityNoticed':
      return { ...profile, erasesAt: event.data.erasesAt };
    case 'PersonnummerRecorded':
      return { ...profile, personnummer: event.data };
    case 'PersonnummerRemoved':
      return { ...profile, personnummer: null, personnummerRemovals: profile.personnummerRemovals + 1 };
    default:
      return profile;
  }
};
