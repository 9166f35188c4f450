import type { Locale, OrderEvents, schemaMap } from '@dittoo/contracts';
import type { Uuid } from '@dittoo/kernel';

type EventType = keyof typeof schemaMap;

/** Where the address of a letter is read, at the moment it is sent. */
export type Addressee =
  /** The event names it: nobody has shown yet that it is theirs. */
  | 'event'
  /** The customer's address as it stands. */
  | 'account'
  /** The one that answered the question whether it wants the newsletter. */
  | 'subscriber'
  /** The customer's, or the one that somebody without an account confirmed. */
  | 'requester'
  | 'supportCase'
  | 'order';

export interface LetterKind {
  /** What happened that somebody is told. */
  readonly event: EventType;
  readonly addressee: Addressee;
  /** The register's words for why, and for what goes along. */
  readonly purpose: string;
  readonly fields: readonly string[];
  /** Personal fields of the event that the letter says, by their names in the contract. */
  readonly opens: readonly string[];
  /**
   * Does it answer its addressee, or tell them what they must know of their own contract? What does not is withheld
   * from addresses on the suppression list, and so is what advertises.
   */
  readonly answers: boolean;
  /** It advertises, or opens mail that does: one click ends it (RFC 8058). */
  readonly oneClick?: true;
}

const rights = (event: EventType, more: Partial<LetterKind> = {}): LetterKind => ({
  event,
  addressee: 'requester',
  purpose: 'dataSubjectRights',
  fields: ['email', 'requestReference', 'messageReference', 'language'],
  opens: [],
  answers: true,
  ...more,
});
const withReason = {
  fields: ['email', 'requestReason', 'requestReference', 'messageReference', 'language'],
  opens: ['reason'],
};
const withLink = ['email', 'actionLink', 'deadline', 'messageReference', 'language'];

/** Every letter the shop writes. What is not here is not written. */
export const letterKinds = {
  /** Somebody, perhaps not the owner, typed the address of an account. */
  registrationRepeated: {
    event: 'RegistrationRepeated',
    addressee: 'account',
    purpose: 'customerAccount',
    fields: ['email', 'actionLink', 'messageReference', 'language'],
    opens: [],
    answers: false,
  },
  /** Rectification is a right (art. 16): it goes on while processing is restricted. */
  emailConfirmation: rights('EmailChangeRequested', {
    addressee: 'event',
    fields: withLink,
    opens: ['token'],
  }),
  emailChangeNotice: rights('EmailChangeRequested', {
    addressee: 'account',
    fields: ['email', 'messageReference', 'language'],
  }),
  /** Also to an address that once wanted no more: whoever owns it may have asked again, and says so or not. */
  newsletterConfirmation: {
    event: 'NewsletterSubscriptionRequested',
    addressee: 'event',
    purpose: 'newsletterConfirmation',
    fields: withLink,
    opens: ['token'],
    answers: true,
  },
  newsletterWelcome: {
    event: 'NewsletterSubscriptionConfirmed',
    addressee: 'subscriber',
    purpose: 'newsletter',
    fields: ['email', 'actionLink', 'messageReference', 'language'],
    opens: [],
    answers: true,
    oneClick: true,
  },
  requestConfirmation: rights('ConfirmationAsked', { addressee: 'event', fields: withLink, opens: ['token'] }),
  requestExtended: rights('RequestExtended', { ...withReason, fields: [...withReason.fields, 'deadline'] }),
  requestRefused: rights('RequestRefused', withReason),
  requestPartlyRefused: rights('RequestPartlyRefused', withReason),
  copyPrepared: rights('CopyPrepared', {
    fields: ['email', 'actionLink', 'deadline', 'requestReference', 'messageReference', 'language'],
  }),
  requestAnswered: rights('RequestAnswered'),
  restrictionLiftAnnounced: rights('RestrictionLiftAnnounced', {
    fields: ['email', 'deadline', 'requestReference', 'messageReference', 'language'],
  }),
  /** Promised by the policy, 30 days before an unused account ends: no address is spared it. */
  inactivityNoticed: {
    event: 'InactivityNoticed',
    addressee: 'account',
    purpose: 'customerAccount',
    fields: ['email', 'actionLink', 'deadline', 'messageReference', 'language'],
    opens: [],
    answers: true,
  },
  supportReceived: {
    event: 'SupportCaseOpened',
    addressee: 'supportCase',
    purpose: 'support',
    fields: ['email', 'supportSubject', 'caseReference', 'messageReference', 'language'],
    opens: [],
    answers: true,
  },
  supportReply: {
    event: 'SupportReplied',
    addressee: 'supportCase',
    purpose: 'support',
    fields: ['email', 'supportSubject', 'supportReply', 'caseReference', 'messageReference', 'language'],
    opens: ['body'],
    answers: true,
  },
  orderConfirmation: {
    event: 'PaymentApproved',
    addressee: 'order',
    purpose: 'order',
    fields: [
      'givenName',
      'email',
      'orderReference',
      'orderLines',
      'amount',
      'currency',
      'messageReference',
      'language',
    ],
    opens: [],
    answers: true,
  },
} as const satisfies Record<string, LetterKind>;

export type LetterName = keyof typeof letterKinds;

export const letterNames = Object.keys(letterKinds) as LetterName[];

/** What is written when this happens. */
export const lettersAbout = (event: string): LetterName[] =>
  letterNames.filter((name) => letterKinds[name].event === event);

/** A letter's contents in the clear. Lives in the function that sends it. */
export interface Letter {
  readonly email: string;
  readonly language: Locale;
  /** The request, the case or the order it is about. */
  readonly about: Uuid;
  /** What the event says that is not personal. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What was opened of it. */
  readonly said: Readonly<Record<string, string>>;
  readonly order: { readonly givenName: string; readonly placed: Omit<OrderEvents['OrderPlaced'], 'buyer' | 'recipient'> } | null; // prettier-ignore
  /** The subject line of the case it belongs to. */
  readonly caseSubject: string | null;
  /** What ends the mail it opens; `null` where nothing is to end. */
  readonly unsubscribeToken: string | null;
  /** Who asked is known by their address alone: nobody may sign in to read on. */
  readonly byEmailOnly: boolean;
  /** What opens the copy without signing in; `null` where nobody needs it. */
  readonly copyToken: string | null;
  /** The event that opened what this letter is about: its own letter is the one this answers. */
  readonly openedBy: Uuid | null;
  /** Hex SHA-256 over the ciphertexts the values came from. */
  readonly digest: string;
}
