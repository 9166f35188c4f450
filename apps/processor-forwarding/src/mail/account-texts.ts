import { dateOf, page, type Writer } from './text-format.js';

export const accountTexts = {
  registrationConfirmation: (messages, { facts, language, opened }) => ({
    subject: messages.format('registrationConfirmation.subject'),
    paragraphs: [
      messages.format('registrationConfirmation.question'),
      ...(wantsNewsletter(facts['choices']) ? [messages.format('registrationConfirmation.newsletter')] : []),
      messages.format('registrationConfirmation.link', { expiresAt: dateOf(facts['expiresAt']) }),
      messages.format('registrationConfirmation.notYou'),
    ],
    action: {
      label: messages.format('registrationConfirmation.action'),
      path: page('email', language, { token: opened['token']! }),
    },
    code: opened['code']!,
    because: messages.format('registrationConfirmation.because'),
  }),

  registrationRepeated: (messages, { language }) => ({
    subject: messages.format('registrationRepeated.subject'),
    paragraphs: [messages.format('registrationRepeated.attempt'), messages.format('registrationRepeated.whatToDo')],
    action: { label: messages.format('action.signIn'), path: page('sign-in', language) },
    because: messages.format('because.account'),
  }),

  emailConfirmation: (messages, { facts, language, opened }) => ({
    subject: messages.format('emailConfirmation.subject'),
    paragraphs: [
      messages.format('emailConfirmation.question'),
      messages.format('emailConfirmation.link', { expiresAt: dateOf(facts['expiresAt']) }),
    ],
    action: {
      label: messages.format('emailConfirmation.action'),
      path: page('email', language, { token: opened['token']! }),
    },
    code: opened['code']!,
    because: messages.format('emailConfirmation.because'),
  }),

  emailChangeNotice: (messages) => ({
    subject: messages.format('emailChangeNotice.subject'),
    paragraphs: [messages.format('emailChangeNotice.change'), messages.format('emailChangeNotice.whatToDo')],
    because: messages.format('because.account'),
  }),

  inactivityNoticed: (messages, { facts, language }) => ({
    subject: messages.format('inactivityNoticed.subject'),
    paragraphs: [
      messages.format('inactivityNoticed.erasure', { erasesAt: dateOf(facts['erasesAt']) }),
      messages.format('inactivityNoticed.whatToDo'),
    ],
    action: { label: messages.format('action.signIn'), path: page('sign-in', language) },
    because: messages.format('because.account'),
  }),
} satisfies { readonly [name: string]: Writer };

/** The boxes of the form. */
const wantsNewsletter = (choices: unknown): boolean =>
  Array.isArray(choices) &&
  choices.some(
    (choice: { purpose?: unknown; given?: unknown }) => choice.purpose === 'newsletter' && choice.given === true,
  );
