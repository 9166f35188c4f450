import { personal, plain, secret, type EventOf, type Personal, type SchemaMapOf, type RequestId } from '@dittoo/kernel';
import type { ConsentPurpose, Locale, PersonnummerGround, PostalAddress } from './vocabulary.js';

/**
 * Stream `customer-<subject id>`: one person as a customer, account and profile. Decided by identity.
 *
 * A form is a `RegistrationReceived`; the customer begins with `CustomerRegistered`, once the owner of the address
 * confirmed it. No reader needs to ask whether a customer is confirmed.
 */
export interface CustomerEvents {
  /** The form, as it came. Any address can be typed: until it is confirmed nobody signs in, and at `expiresAt` it ends. */
  RegistrationReceived: {
    readonly givenName: Personal<string>;
    readonly familyName: Personal<string>;
    readonly email: Personal<string>;
    readonly phone: Personal<string | null>;
    readonly address: Personal<PostalAddress | null>;
    readonly passwordHash: Personal<string>;
    readonly locale: Locale;
    readonly personnummer: Personal<string | null>;
    readonly personnummerGround: PersonnummerGround | null;
    /** The unticked boxes of the form; `null` = the form had none. */
    readonly choices: readonly { readonly purpose: ConsentPurpose; readonly given: boolean }[] | null;
    readonly noticeVersion: string;
    readonly noticeDigest: string;
    /** Single use, what the mailed link carries. */
    readonly token: Personal<string>;
    /** Six digits, to type instead of following the link. */
    readonly code: Personal<string>;
    readonly expiresAt: string;
  };
  /** Never became a customer: nobody confirmed in time, or another registration of the address was confirmed. */
  RegistrationEnded: { readonly reason: 'notConfirmed' | 'addressTaken' };
  /** The address is confirmed: the person is a customer from here. */
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
  /** A registration with an e-mail already in use; its owner is told by mail. */
  RegistrationRepeated: { readonly noticeVersion: string };
  NameRectified: { readonly givenName: Personal<string>; readonly familyName: Personal<string> };
  PhoneRectified: { readonly phone: Personal<string | null> };
  AddressRectified: { readonly address: Personal<PostalAddress | null> };
  LocaleChosen: { readonly locale: Locale };
  EmailChangeRequested: {
    readonly email: Personal<string>;
    readonly token: Personal<string>;
    readonly code: Personal<string>;
    readonly expiresAt: string;
  };
  /** Another account confirmed the address while this change was waiting. */
  EmailChangeEnded: { readonly reason: 'addressTaken' };
  EmailRectified: { readonly email: Personal<string> };
  /** Each number and each reveal has its own key, so that a removed number is destroyed without the next one. */
  PersonnummerRecorded: { readonly number: Personal<string>; readonly ground: PersonnummerGround };
  PersonnummerRevealed: { readonly purpose: Personal<string> };
  PersonnummerRemoved: { readonly reason: 'customer' | 'consentWithdrawn' | 'groundEnded' };
  /** The mailed token or code came back: the owner of the mailbox owns the account. */
  EmailConfirmed: { readonly at: string };
  /**
   * Signed in, or stayed signed in, on this day (`YYYY-MM-DD`, Sweden): recorded once a day, because retention counts
   * days.
   */
  AccountUsed: { readonly on: string };
  /** The person is being erased (`ErasureRequested`): no personal data is recorded here any more. */
  AccountClosed: { readonly requestId: RequestId };
}
export type CustomerEvent = EventOf<CustomerEvents>;

const account = {
  stream: 'customer',
  schemaVersion: 1,
  purpose: 'customerAccount',
  legalBasis: 'contract',
} as const;
const identification = {
  stream: 'customer',
  schemaVersion: 1,
  purpose: 'invoiceIdentification',
  legalBasis: 'contract',
} as const;
const closing = {
  stream: 'customer',
  schemaVersion: 1,
  purpose: 'dataSubjectRights',
  legalBasis: 'legalObligation',
} as const;

/** What needs the number then is an order: its own period ends it. */
const notConsent = ['purpose', 'secureIdentification', 'otherWeightyReason'] as const;

export const customerSchema: SchemaMapOf<CustomerEvents> = {
  RegistrationReceived: {
    ...account,
    fields: {
      givenName: personal('profile'),
      familyName: personal('profile'),
      email: personal('contact'),
      phone: personal('contact'),
      address: personal('contact'),
      passwordHash: secret('profile'),
      locale: plain,
      personnummer: personal('personnummer', { keyPer: 'event' }),
      personnummerGround: plain,
      choices: plain,
      noticeVersion: plain,
      noticeDigest: plain,
      token: secret('contact'),
      code: secret('contact'),
      expiresAt: plain,
    },
    retention: [
      { category: 'profile', keyPer: 'subject', extends: 'expiresAt' },
      { category: 'contact', keyPer: 'subject', extends: 'expiresAt' },
      { category: 'personnummer', keyPer: 'event', extends: 'expiresAt', when: { personnummerGround: 'given' } },
    ],
  },
  RegistrationEnded: {
    ...account,
    fields: { reason: plain },
    retention: [
      { category: 'profile', keyPer: 'subject', ends: 'recordedAt' },
      { category: 'contact', keyPer: 'subject', ends: 'recordedAt' },
      { category: 'personnummer', keyPer: 'every', ends: 'recordedAt' },
    ],
  },
  CustomerRegistered: {
    ...account,
    fields: {
      givenName: personal('profile'),
      familyName: personal('profile'),
      email: personal('contact'),
      phone: personal('contact'),
      address: personal('contact'),
      passwordHash: secret('profile'),
      locale: plain,
    },
    retention: [
      { account: 'opened', at: 'recordedAt' },
      // The number of the form: what is needed of it is recorded anew, under a key of its own.
      { category: 'personnummer', keyPer: 'every', ends: 'recordedAt' },
    ],
  },
  NoticeAcknowledged: { ...account, fields: { noticeVersion: plain, noticeDigest: plain, language: plain } },
  ConsentChoicesCollected: {
    ...account,
    fields: { choices: plain, noticeVersion: plain, noticeDigest: plain, language: plain },
  },
  RegistrationRepeated: { ...account, fields: { noticeVersion: plain } },
  NameRectified: { ...account, fields: { givenName: personal('profile'), familyName: personal('profile') } },
  PhoneRectified: { ...account, fields: { phone: personal('contact') } },
  AddressRectified: { ...account, fields: { address: personal('contact') } },
  LocaleChosen: { ...account, fields: { locale: plain } },
  EmailChangeRequested: {
    ...account,
    fields: { email: personal('contact'), token: secret('contact'), code: secret('contact'), expiresAt: plain },
  },
  EmailChangeEnded: { ...account, fields: { reason: plain } },
  EmailRectified: { ...account, fields: { email: personal('contact') } },
  PersonnummerRecorded: {
    ...identification,
    fields: { number: personal('personnummer', { keyPer: 'event' }), ground: plain },
    retention: [
      { category: 'personnummer', keyPer: 'subject', keeps: 'untilEnded', when: { ground: ['consent'] } },
      { category: 'personnummer', keyPer: 'subject', ends: 'recordedAt', when: { ground: notConsent } },
    ],
  },
  PersonnummerRevealed: { ...identification, fields: { purpose: personal('personnummer', { keyPer: 'event' }) } },
  PersonnummerRemoved: {
    ...identification,
    fields: { reason: plain },
    retention: [{ category: 'personnummer', keyPer: 'subject', ends: 'recordedAt' }],
  },
  EmailConfirmed: { ...account, fields: { at: plain } },
  AccountUsed: { ...account, fields: { on: plain }, retention: [{ account: 'used', at: 'on' }] },
  AccountClosed: { ...closing, fields: { requestId: plain } },
};
