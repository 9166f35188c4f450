import { dateOf, page, type Writer } from './text-format.js';

export const newsletterTexts = {
  newsletterConfirmation: (messages, { facts, language, opened }) => ({
    subject: messages.format('newsletterConfirmation.subject'),
    paragraphs: [
      messages.format('newsletterConfirmation.question'),
      messages.format('newsletterConfirmation.link', { expiresAt: dateOf(facts['expiresAt']) }),
    ],
    action: {
      label: messages.format('newsletterConfirmation.action'),
      path: page('newsletter', language, { token: opened['token']! }),
    },
    because: messages.format('newsletterConfirmation.because'),
  }),

  newsletterWelcome: (messages, { language, unsubscribeToken }) => ({
    subject: messages.format('newsletterWelcome.subject'),
    paragraphs: [messages.format('newsletterWelcome.thanks'), messages.format('newsletterWelcome.unsubscription')],
    action: {
      label: messages.format('newsletterWelcome.action'),
      path: page('unsubscribe', language, { token: unsubscribeToken! }),
    },
    because: messages.format('newsletterWelcome.because'),
  }),
} satisfies { readonly [name: string]: Writer };
