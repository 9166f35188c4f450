import { messageCatalogue } from '@dittoo/kernel';
import en from './en.json' with { type: 'json' };
import sv from './sv.json' with { type: 'json' };

const requestKinds = ['access', 'portability', 'erasure', 'restriction', 'objection', 'rectification'] as const;
const refusedInPart = ['erasure', 'objection', 'rectification'] as const;
const carriedOut = ['restriction', 'objection', 'rectification'] as const;
const referrals = [
  'enteredByOfficer',
  'identifiedByEmailOnly',
  'openOrder',
  'unpaidInvoice',
  'ownGrounds',
  'decidedByOfficer',
] as const;
const retentionReasons = ['bookkeeping', 'legalClaims', 'openOrder'] as const;

/** The texts of every notification. */
export const messages = messageCatalogue(
  { sv, en },
  {
    'registrationConfirmation.link': { expiresAt: 'date' },
    'emailConfirmation.link': { expiresAt: 'date' },
    'inactivityNoticed.erasure': { erasesAt: 'date' },
    'newsletterConfirmation.link': { expiresAt: 'date' },
    'request.number': { about: 'text' },
    'requestConfirmation.link': { expiresAt: 'date' },
    'request.asked': { kind: requestKinds },
    'request.dueAt': { dueAt: 'date' },
    'requestReferred.why': { why: referrals },
    'requestExtended.dueAt': { dueAt: 'date' },
    'requestPartlyRefused.answer': { kind: refusedInPart },
    'requestAnswered.subject': { kind: requestKinds },
    'requestAnswered.copy': { expiresAt: 'date' },
    'requestAnswered.carriedOut': { kind: carriedOut, part: ['partly'] },
    'requestAnswered.retainedPart': { label: 'text', reason: retentionReasons, until: 'date' },
    'requestAnswered.confirmed': { names: 'text' },
    'requestAnswered.unconfirmed': { names: 'text' },
    'restrictionLiftAnnounced.liftsAt': { liftsAt: 'date' },
    'supportReceived.subjectOfCase': { caseSubject: 'text' },
    'supportReceived.number': { about: 'text' },
    'supportReply.subjectOfCase': { caseSubject: 'text' },
    'supportReply.because': { about: 'text' },
    'orderConfirmation.greeting': { givenName: 'text' },
    'orderConfirmation.number': { number: 'text' },
    'refundPaid.amount': { price: 'text' },
    'orderConfirmation.line': { quantity: 'text', name: 'text', price: 'text' },
    'orderConfirmation.total': { price: 'text' },
  },
);

export type NotificationMessages = ReturnType<typeof messages>;
