import type { Purpose, schemaMap } from '@dittoo/contracts';

type EventType = keyof typeof schemaMap;

/** Where the address of a notification is read, at the moment it is sent. */
export type Addressee =
  /** In the event: not confirmed yet by its owner. */
  | 'event'
  /** The customer's current address. */
  | 'account'
  /** The address that asked for the newsletter and confirmed it. */
  | 'subscriber'
  /** The customer's, or the address that a requester without an account confirmed. */
  | 'requester'
  | 'supportCase'
  | 'order';

export interface NotificationKind {
  /** What the person is notified of. */
  readonly event: EventType;
  readonly addressee: Addressee;
  /** Purpose and fields by the register's names. */
  readonly purpose: Purpose;
  readonly fields: readonly string[];
  /** Personal fields of the event that the text repeats, by their names in the contract. */
  readonly opens: readonly string[];
  /**
   * Does it answer its addressee, or tell them what they must know about their own contract? Other notifications, and
   * advertising, are withheld from addresses on the suppression list.
   */
  readonly answers: boolean;
  /** The event's fields for which nothing is sent. */
  readonly unless?: { readonly field: string; readonly values: readonly string[] };
  /** Advertising, or the first mail of a subscription to it: one click ends it (RFC 8058). */
  readonly oneClick?: true;
}

const requestFields = ['email', 'requestReference', 'requestOutcome', 'deadline', 'messageReference', 'language'];
const rights = (event: EventType, more: Partial<NotificationKind> = {}): NotificationKind => ({
  event,
  addressee: 'requester',
  purpose: 'dataSubjectRights',
  fields: requestFields,
  opens: [],
  answers: true,
  ...more,
});
const withReason = { fields: ['requestReason', ...requestFields], opens: ['reason'] };
const ofOrder = (event: EventType, more: readonly string[] = []): NotificationKind => ({
  event,
  addressee: 'order',
  purpose: 'order',
  fields: ['givenName', 'email', 'orderReference', ...more, 'messageReference', 'language'],
  opens: [],
  answers: true,
});
const withLink = ['email', 'actionLink', 'deadline', 'messageReference', 'language'];

/** Every notification the shop sends. What is not listed here is not sent. */
export const notificationKinds = {
  /** Also to a suppressed address: its owner may be the one who registers. */
  registrationConfirmation: {
    event: 'RegistrationReceived',
    addressee: 'event',
    purpose: 'customerAccount',
    fields: withLink,
    opens: ['token', 'code'],
    answers: true,
  },
  /** A visitor, perhaps not the owner, registered with the address of an existing account. */
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
    opens: ['token', 'code'],
  }),
  emailChangeNotice: rights('EmailChangeRequested', {
    addressee: 'account',
    fields: ['email', 'messageReference', 'language'],
  }),
  /** Also to a suppressed address: its owner may have subscribed again, and confirms it or does not. */
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
  requestConfirmation: rights('ConfirmationAsked', {
    addressee: 'event',
    fields: ['requestOutcome', ...withLink],
    opens: ['token'],
  }),
  /** Not where nobody asked: the owner of an unused account was written to before. */
  requestReceived: rights('RequesterIdentified', { unless: { field: 'method', values: ['retentionPeriod'] } }),
  requestReferred: rights('RequestReferredToOfficer'),
  requestExtended: rights('RequestExtended', withReason),
  requestRefused: rights('RequestRefused', withReason),
  requestPartlyRefused: rights('RequestPartlyRefused', withReason),
  requestAnswered: rights('RequestAnswered', { fields: ['actionLink', ...requestFields] }),
  restrictionLiftAnnounced: rights('RestrictionLiftAnnounced'),
  /** Promised by the policy, 30 days before an unused account is erased: sent to suppressed addresses too. */
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
  /** Nothing is told that did not happen: a refund when it is paid back, not when it is decided. */
  orderShipped: ofOrder('OrderShipped'),
  orderCancelled: ofOrder('OrderCancelled'),
  refundPaid: ofOrder('RefundPaid', ['amount', 'currency']),
  /** A refund decided before the money was taken. */
  chargeReduced: ofOrder('ChargeReduced', ['amount', 'currency']),
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
} as const satisfies Record<string, NotificationKind>;

export type NotificationName = keyof typeof notificationKinds;

export const notificationNames = Object.keys(notificationKinds) as NotificationName[];

/** The notifications of an event type; with `data`, those that are sent for this event. */
export const notificationsAbout = (event: string, data: object = {}): NotificationName[] =>
  notificationNames.filter((name) => {
    const { event: type, unless }: NotificationKind = notificationKinds[name];
    return (
      type === event &&
      (unless === undefined || !unless.values.includes(String(new Map(Object.entries(data)).get(unless.field))))
    );
  });

/** The notifications that answer a request: they go to an address of the request's own, also after an erasure. */
export const requestNotifications: readonly NotificationName[] = notificationNames.filter(
  (name) => notificationKinds[name].addressee === 'requester',
);

export const isNotificationName = (name: string): name is NotificationName => Object.hasOwn(notificationKinds, name);

/** The event types that lead to a notification. */
export const notificationEvents: readonly EventType[] = [
  ...new Set(notificationNames.map((name) => notificationKinds[name].event)),
];
