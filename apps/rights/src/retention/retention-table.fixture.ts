/* eslint max-lines: off -- one table, a row for each period */
import { newId, streamName, type DataCategory } from '@dittoo/kernel';
import { loadRegister } from '@dittoo/processor-register';
import { wholeCategory, type RetentionEvent, type RetentionRules } from './retention-rules.js';

const dayMs = 86_400_000;
export const rules: RetentionRules = { register: loadRegister(), copyLifetimeMs: 7 * dayMs };
export const subjectId = '0f1c0000-0000-4000-8000-00000000000a';
export const thing = '0f1c0000-0000-4000-8000-00000000000b';
export const message = '0f1c0000-0000-4000-8000-00000000000c';

export const on = (
  day: string,
  type: string,
  fields: RetentionEvent['fields'] = {},
  stream = streamName('order', thing),
  eventId: string = newId(),
): RetentionEvent => ({ type, fields, stream, eventId, recordedAt: `${day}T11:00:00.000Z` });
export const placed = (day: string, personnummerGround: string | null = null, stream?: string) =>
  on(day, 'OrderPlaced', { personnummerGround }, stream);
const consent = (day: string, type: string, purpose: string) => on(day, type, { purpose }, `consent-${subjectId}`);
const registration = (day: string) => {
  const data = { ...until('2026-11-24'), personnummerGround: 'secureIdentification' };
  return on(day, 'RegistrationReceived', data, `customer-${subjectId}`, message);
};
const taken = () => [registration('2026-11-22'), on('2026-11-23', 'RegistrationEnded')];
const confirmed = () => [registration('2026-11-22'), on('2026-11-23', 'CustomerRegistered')];
const until = (day: string) => ({ expiresAt: `${day}T11:00:00.000Z` });

type Row = readonly [what: string, events: readonly RetentionEvent[], DataCategory, scope: string, day: string | null];

/** For each row of the table of retention periods: events, a key, and its last day. */
export const rows: readonly Row[] = [
  ['books', [placed('2026-11-22')], 'orderAccounting', thing, '2033-12-31'],
  [
    'books of a later year',
    [placed('2026-11-22'), on('2027-01-02', 'RefundDecided')],
    'orderAccounting',
    thing,
    '2034-12-31',
  ],
  [
    'books with a payment opened later',
    [placed('2026-12-31'), on('2027-01-01', 'PaymentOpened')],
    'orderAccounting',
    thing,
    '2034-12-31',
  ],
  ...[
    'PaymentCaptured',
    'PaymentReleased',
    'ChargeReduced',
    'RefundMadeAtProcessor',
    'PaymentDiscrepancyFound',
    'PaymentDiscrepancyResolved',
  ].map((type): Row => [
    `books with ${type} later`,
    [placed('2026-12-31'), on('2027-01-01', type)],
    'orderAccounting',
    thing,
    '2034-12-31',
  ]),
  ['delivery data without a delivery', [placed('2026-11-22')], 'orderDelivery', thing, '2029-11-22'],
  [
    'delivery data',
    [placed('2026-11-22'), on('2026-12-03', 'OrderShipped', { shippedAt: '2026-12-01T11:00:00.000Z' })],
    'orderDelivery',
    thing,
    '2029-12-01',
  ],
  [
    'delivery data of a cancelled order',
    [placed('2026-11-22'), on('2026-12-01', 'OrderCancelled')],
    'orderDelivery',
    thing,
    '2029-12-01',
  ],
  [
    'a message',
    [on('2026-01-10', 'SupportMessageReceived', {}, `supportCase-${thing}`, message)],
    'support',
    message,
    '2029-01-10',
  ],
  [
    "an officer's words about a look",
    [on('2026-01-10', 'SubjectHistoryViewed', {}, `officerAccess-${thing}`, message)],
    'support',
    message,
    '2029-01-10',
  ],
  [
    "an officer's words about a search for people",
    [on('2026-01-10', 'SubjectsSearched', {}, `officerAccess-${thing}`, message)],
    'support',
    message,
    '2029-01-10',
  ],
  [
    'why staff closed an attention item by hand',
    [on('2026-01-10', 'AttentionDismissed', {}, `attention-${thing}`, message)],
    'support',
    message,
    '2029-01-10',
  ],
  [
    'words about a hold',
    [on('2026-01-10', 'LegalHoldRequested', until('2031-06-01'), `legalHold-${thing}`)],
    'contact',
    thing,
    '2034-06-01',
  ],
  ['a comment', [on('2026-01-10', 'CommentPosted', {}, `comment-${thing}`)], 'engagement', thing, null],
  [
    'a deleted comment',
    [
      on('2026-01-10', 'CommentPosted', {}, `comment-${thing}`),
      on('2026-02-10', 'CommentDeleted', {}, `comment-${thing}`),
    ],
    'engagement',
    thing,
    '2026-02-09',
  ],
  [
    'a campaign entry',
    [on('2026-11-22', 'CampaignEntered', {}, `campaignEntry-${thing}`)],
    'advertising',
    thing,
    '2028-11-22',
  ],
  [
    'a campaign entry whose consent ended',
    [
      on('2026-11-22', 'CampaignEntered', {}, `campaignEntry-${thing}`),
      consent('2026-11-25', 'ConsentExpired', 'adMeasurement'),
    ],
    'advertising',
    thing,
    '2026-11-24',
  ],
  [
    'a campaign entry after another consent ended',
    [
      on('2026-11-22', 'CampaignEntered', {}, `campaignEntry-${thing}`),
      consent('2026-11-25', 'ConsentWithdrawn', 'marketing'),
    ],
    'advertising',
    thing,
    '2028-11-22',
  ],
  ['a personnummer an order needs', [placed('2026-11-22', 'secureIdentification')], 'personnummer', thing, null],
  [
    'a personnummer after the invoice was settled',
    [
      placed('2026-11-22', 'secureIdentification'),
      on('2026-11-23', 'OrderShipped', { shippedAt: '2026-11-23T11:00:00.000Z' }),
    ],
    'personnummer',
    thing,
    '2027-01-22',
  ],
  [
    'a personnummer after a refund',
    [placed('2026-11-22', 'secureIdentification'), on('2026-11-23', 'RefundPaid')],
    'personnummer',
    thing,
    '2027-01-22',
  ],
  [
    'a personnummer after a denial',
    [placed('2026-11-22', 'secureIdentification'), on('2026-11-23', 'PaymentDenied')],
    'personnummer',
    thing,
    '2026-11-22',
  ],
  [
    'a personnummer under a consent',
    [on('2026-11-22', 'PersonnummerRecorded', { ground: 'consent' })],
    'personnummer',
    wholeCategory,
    null,
  ],
  [
    'a personnummer whose consent ended',
    [
      on('2026-11-22', 'PersonnummerRecorded', { ground: 'consent' }),
      consent('2026-11-25', 'ConsentWithdrawn', 'personnummer'),
    ],
    'personnummer',
    wholeCategory,
    '2026-11-24',
  ],
  [
    'a personnummer that was removed',
    [on('2026-11-22', 'PersonnummerRecorded', { ground: 'consent' }), on('2026-11-25', 'PersonnummerRemoved')],
    'personnummer',
    wholeCategory,
    '2026-11-24',
  ],
  [
    'evidence of a consent',
    [consent('2026-11-22', 'ConsentGiven', 'marketing')],
    'consentEvidence',
    wholeCategory,
    null,
  ],
  [
    'evidence of a refusal',
    [consent('2026-11-22', 'ConsentRefused', 'marketing')],
    'consentEvidence',
    wholeCategory,
    '2029-11-22',
  ],
  [
    'evidence while one of two is relied on',
    [
      consent('2026-11-22', 'ConsentGiven', 'marketing'),
      consent('2026-11-22', 'ConsentGiven', 'newsletter'),
      consent('2026-12-01', 'ConsentWithdrawn', 'marketing'),
    ],
    'consentEvidence',
    wholeCategory,
    null,
  ],
  [
    'evidence after the last ended',
    [
      consent('2026-11-22', 'ConsentGiven', 'marketing'),
      consent('2026-11-22', 'ConsentGiven', 'newsletter'),
      consent('2027-01-15', 'ConsentExpired', 'newsletter'),
      consent('2026-12-01', 'ConsentWithdrawn', 'marketing'),
    ],
    'consentEvidence',
    wholeCategory,
    '2030-01-15',
  ],
  [
    'evidence given anew',
    [consent('2026-11-22', 'ConsentRefused', 'marketing'), consent('2026-12-01', 'ConsentReconfirmed', 'newsletter')],
    'consentEvidence',
    wholeCategory,
    null,
  ],
  [
    'evidence after an erasure',
    [
      consent('2026-11-22', 'ConsentGiven', 'marketing'),
      consent('2026-11-22', 'ConsentRefused', 'newsletter'),
      on('2027-02-01', 'ConsentsInvalidated'),
    ],
    'consentEvidence',
    wholeCategory,
    '2030-02-01',
  ],
  [
    'an address that is asked',
    [on('2026-11-22', 'NewsletterSubscriptionRequested', until('2026-11-24'))],
    'contact',
    wholeCategory,
    '2026-11-24',
  ],
  [
    'an address asked twice',
    [
      on('2026-11-22', 'ConfirmationAsked', until('2026-11-26')),
      on('2026-11-23', 'NewsletterSubscriptionRequested', until('2026-11-25')),
    ],
    'contact',
    wholeCategory,
    '2026-11-26',
  ],
  [
    'an address that is subscribed',
    [on('2026-11-22', 'NewsletterSubscriptionConfirmed'), on('2026-11-23', 'ConfirmationAsked', until('2026-11-24'))],
    'contact',
    wholeCategory,
    null,
  ],
  [
    'an address that unsubscribed',
    [on('2026-11-22', 'NewsletterSubscriptionConfirmed'), on('2028-11-25', 'NewsletterUnsubscribed')],
    'contact',
    wholeCategory,
    '2028-11-24',
  ],
  [
    'an address whose consent ended',
    [on('2026-11-22', 'NewsletterSubscriptionConfirmed'), consent('2028-11-25', 'ConsentWithdrawn', 'newsletter')],
    'contact',
    wholeCategory,
    '2028-11-24',
  ],
  [
    'an address of a request, until its answer is delivered',
    [on('2026-11-22', 'RequesterAddressNoted', {}, `rightsRequest-${thing}`), on('2026-12-21', 'RequestAnswered')],
    'contact',
    thing,
    null,
  ],
  [
    'an address until the answer was read',
    [on('2026-11-22', 'ConfirmationAsked', until('2026-11-23')), on('2026-12-21', 'RequestRefused')],
    'contact',
    wholeCategory,
    '2026-12-28',
  ],
  [
    'an address that was erased before the answer',
    [on('2026-12-21', 'RequestAnswered')],
    'contact',
    wholeCategory,
    null,
  ],
  ['a registration', [registration('2026-11-22')], 'profile', wholeCategory, '2026-11-24'],
  ['an address of a registration', [registration('2026-11-22')], 'contact', wholeCategory, '2026-11-24'],
  ['a personnummer of a registration', [registration('2026-11-22')], 'personnummer', message, '2026-11-24'],
  ['a registration that another one ended', taken(), 'contact', wholeCategory, '2026-11-22'],
  ['the personnummer of a form that was confirmed', confirmed(), 'personnummer', message, '2026-11-22'],
  ['a registration that was confirmed', confirmed(), 'profile', wholeCategory, '2028-11-23'],
  ['an account', [on('2026-11-22', 'CustomerRegistered')], 'profile', wholeCategory, '2028-11-22'],
  [
    'an account that is used',
    [on('2026-11-22', 'CustomerRegistered'), on('2027-01-10', 'AccountUsed', { on: '2027-01-10' })],
    'profile',
    wholeCategory,
    '2029-01-10',
  ],
  [
    'an account that orders',
    [on('2026-11-22', 'CustomerRegistered'), placed('2027-01-10')],
    'profile',
    wholeCategory,
    '2029-01-10',
  ],
  [
    'an account whose erasure is announced',
    [
      on('2026-11-22', 'CustomerRegistered'),
      on('2028-11-20', 'InactivityNoticed', { erasesAt: '2028-12-19T23:00:00.000Z' }),
    ],
    'profile',
    wholeCategory,
    '2028-12-19',
  ],
  [
    'an account used after the announcement',
    [
      on('2026-11-22', 'CustomerRegistered'),
      on('2028-11-20', 'InactivityNoticed', { erasesAt: '2028-12-19T23:00:00.000Z' }),
      on('2028-11-21', 'AccountUsed', { on: '2028-11-21' }),
    ],
    'profile',
    wholeCategory,
    '2030-11-21',
  ],
  [
    "an account's address",
    [
      on('2026-11-22', 'NewsletterSubscriptionConfirmed'),
      on('2026-11-23', 'CustomerRegistered'),
      on('2026-11-24', 'NewsletterUnsubscribed'),
    ],
    'contact',
    wholeCategory,
    '2028-11-23',
  ],
  [
    'a comment of an account',
    [on('2026-11-22', 'CustomerRegistered'), on('2026-11-22', 'CommentPosted', {}, `comment-${thing}`)],
    'engagement',
    thing,
    '2028-11-22',
  ],
];
