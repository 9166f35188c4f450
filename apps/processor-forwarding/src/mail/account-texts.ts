import { dateOf, withCode, type Writer } from './text-format.js';

export const accountTexts = {
  registrationRepeated: (messages) => ({
    subject: messages.format('registrationRepeated.subject'),
    paragraphs: [messages.format('registrationRepeated.attempt'), messages.format('registrationRepeated.whatToDo')],
    action: { label: messages.format('action.signIn'), path: '/sign-in' },
    because: messages.format('because.account'),
  }),

  emailConfirmation: (messages, { facts, opened }) => ({
    subject: messages.format('emailConfirmation.subject'),
    paragraphs: [
      messages.format('emailConfirmation.question'),
      messages.format('emailConfirmation.link', { expiresAt: dateOf(facts['expiresAt']) }),
    ],
    action: { label: messages.format('emailConfirmation.action'), path: withCode('/account/email', opened['token']!) },
    code: opened['token']!,
    because: messages.format('emailConfirmation.because'),
  }),

  emailChangeNotice: (messages) => ({
    subject: messages.format('emailChangeNotice.subject'),
    paragraphs: [messages.format('emailChangeNotice.change'), messages.format('emailChangeNotice.whatToDo')],
    because: messages.format('because.account'),
  }),

  inactivityNoticed: (messages, { facts }) => ({
    subject: messages.format('inactivityNoticed.subject'),
    paragraphs: [
      messages.format('inactivityNoticed.erasure', { erasesAt: dateOf(facts['erasesAt']) }),
      messages.format('inactivityNoticed.whatToDo'),
    ],
    action: { label: messages.format('action.signIn'), path: '/sign-in' },
    because: messages.format('because.account'),
  }),
} satisfies { readonly [name: string]: Writer };
