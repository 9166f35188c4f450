import { messageCatalogue } from '@dittoo/kernel';
import en from './en.json' with { type: 'json' };
import sv from './sv.json' with { type: 'json' };

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
    'requestExtended.dueAt': { dueAt: 'date' },
    'copyPrepared.expiry': { expiresAt: 'date' },
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
