import { dateOf, withCode, type Writer } from './text-format.js';

export const newsletterTexts = {
  newsletterConfirmation: (messages, { facts, opened }) => ({
    subject: messages.format('newsletterConfirmation.subject'),
    paragraphs: [
      messages.format('newsletterConfirmation.question'),
      messages.format('newsletterConfirmation.link', { expiresAt: dateOf(facts['expiresAt']) }),
    ],
    action: {
      label: messages.format('newsletterConfirmation.action'),
      path: withCode('/newsletter/confirmation', opened['token']!),
    },
    code: opened['token']!,
    because: messages.format('newsletterConfirmation.because'),
  }),

  newsletterWelcome: (messages, { unsubscribeToken }) => ({
    subject: messages.format('newsletterWelcome.subject'),
    paragraphs: [messages.format('newsletterWelcome.thanks'), messages.format('newsletterWelcome.unsubscription')],
    action: {
      label: messages.format('newsletterWelcome.action'),
      path: withCode('/newsletter/unsubscription', unsubscribeToken!),
    },
    because: messages.format('newsletterWelcome.because'),
  }),
} satisfies { readonly [name: string]: Writer };
