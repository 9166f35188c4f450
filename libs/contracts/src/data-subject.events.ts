import { personal, plain, type EventOf, type Personal, type SchemaMapOf } from '@dittoo/kernel';
import type { ConsentPurpose, Locale, PersonnummerGround, PostalAddress, Retention } from './vocabulary.js';

/** Stream `dataSubject-<id>`: one person as a customer. Decided by identity. */
export interface DataSubjectEvents {
  CustomerRegistered: {
    readonly givenName: Personal<string>;
    readonly familyName: Personal<string>;
    readonly email: Personal<string>;
    readonly phone: Personal<string | null>;
    readonly address: Personal<PostalAddress | null>;
    readonly passwordHash: Personal<string>;
    readonly locale: Locale;
  };
  /** The person was shown this version of the policy. Never a consent. */
  NoticeAcknowledged: { readonly noticeVersion: string; readonly noticeDigest: string; readonly language: Locale };
  /** The unticked boxes of the form, as they came; consent decides what they mean. */
  ConsentChoicesCollected: {
    readonly choices: readonly { readonly purpose: ConsentPurpose; readonly given: boolean }[];
    readonly noticeVersion: string;
    readonly noticeDigest: string;
    readonly language: Locale;
  };
  /** Somebody tried to register an e-mail already in use; the owner is told by mail. */
  RegistrationRepeated: { readonly noticeVersion: string };
  /** An e-mail was reserved, its registration never came, and another one takes the e-mail over: this id stays empty. */
  RegistrationAbandoned: { readonly reason: 'neverCompleted' };
  NameRectified: { readonly givenName: Personal<string>; readonly familyName: Personal<string> };
  PhoneRectified: { readonly phone: Personal<string | null> };
  AddressRectified: { readonly address: Personal<PostalAddress | null> };
  LocaleChosen: { readonly locale: Locale };
  EmailChangeRequested: {
    readonly email: Personal<string>;
    readonly token: Personal<string>;
    readonly expiresAt: string;
  };
  EmailRectified: { readonly email: Personal<string> };
  PersonnummerRecorded: { readonly number: Personal<string>; readonly ground: PersonnummerGround };
  PersonnummerRevealed: { readonly purpose: Personal<string> };
  PersonnummerRemoved: { readonly reason: 'customer' | 'consentWithdrawn' | 'groundEnded' };
  /** The address answered its mailed token: whoever holds the mailbox holds the account. */
  EmailConfirmed: { readonly at: string };
  /** Art. 18: stored only. Nothing is forwarded or shown beyond storage while it holds. */
  ProcessingRestricted: { readonly requestId: string };
  /** Art. 18(3): the person is told before a restriction ends. `liftsAt`: RFC 3339. */
  RestrictionLiftAnnounced: { readonly requestId: string; readonly liftsAt: string };
  RestrictionLifted: { readonly requestId: string };
  /** Art. 21: absolute against marketing. A consent given later than this is a new word of the person. */
  ProcessingObjected: { readonly requestId: string; readonly purposes: readonly string[] };
  /** The account was not used for long; without a sign-in it is erased then. RFC 3339. */
  InactivityNoticed: { readonly erasesAt: string };
  ErasureRequested: { readonly requestId: string };
  /** The deed of an erasure: these keys are gone, these categories stay, why and until when. */
  SubjectKeysDestroyed: {
    readonly requestId: string | null;
    readonly keys: readonly { readonly kid: string; readonly category: string; readonly fingerprint: string | null }[];
    readonly retained: readonly Retention[];
  };
}
export type DataSubjectEvent = EventOf<DataSubjectEvents>;

const account = {
  stream: 'dataSubject',
  schemaVersion: 1,
  purpose: 'customerAccount',
  legalBasis: 'contract',
} as const;
const rights = {
  stream: 'dataSubject',
  schemaVersion: 1,
  purpose: 'dataSubjectRights',
  legalBasis: 'legalObligation',
} as const;
const number = {
  stream: 'dataSubject',
  schemaVersion: 1,
  purpose: 'invoiceIdentification',
  legalBasis: 'contract',
} as const;

export const dataSubjectSchema: SchemaMapOf<DataSubjectEvents> = {
  CustomerRegistered: {
    ...account,
    fields: {
      givenName: personal('profile'),
      familyName: personal('profile'),
      email: personal('contact'),
      phone: personal('contact'),
      address: personal('contact'),
      passwordHash: personal('profile'),
      locale: plain,
    },
  },
  NoticeAcknowledged: { ...account, fields: { noticeVersion: plain, noticeDigest: plain, language: plain } },
  ConsentChoicesCollected: {
    ...account,
    fields: { choices: plain, noticeVersion: plain, noticeDigest: plain, language: plain },
  },
  RegistrationRepeated: { ...account, fields: { noticeVersion: plain } },
  RegistrationAbandoned: { ...account, fields: { reason: plain } },
  NameRectified: { ...account, fields: { givenName: personal('profile'), familyName: personal('profile') } },
  PhoneRectified: { ...account, fields: { phone: personal('contact') } },
  AddressRectified: { ...account, fields: { address: personal('contact') } },
  LocaleChosen: { ...account, fields: { locale: plain } },
  EmailChangeRequested: {
    ...account,
    fields: { email: personal('contact'), token: personal('contact'), expiresAt: plain },
  },
  EmailRectified: { ...account, fields: { email: personal('contact') } },
  PersonnummerRecorded: { ...number, fields: { number: personal('personnummer'), ground: plain } },
  PersonnummerRevealed: { ...number, fields: { purpose: personal('personnummer') } },
  PersonnummerRemoved: { ...number, fields: { reason: plain } },
  EmailConfirmed: { ...account, fields: { at: plain } },
  ProcessingRestricted: { ...rights, fields: { requestId: plain } },
  RestrictionLiftAnnounced: { ...rights, fields: { requestId: plain, liftsAt: plain } },
  RestrictionLifted: { ...rights, fields: { requestId: plain } },
  ProcessingObjected: { ...rights, fields: { requestId: plain, purposes: plain } },
  InactivityNoticed: { ...account, fields: { erasesAt: plain } },
  ErasureRequested: { ...rights, fields: { requestId: plain } },
  SubjectKeysDestroyed: { ...rights, fields: { requestId: plain, keys: plain, retained: plain } },
};
