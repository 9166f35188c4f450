import { money, type Writer } from './text-format.js';

export const customerServiceTexts = {
  supportReceived: (messages, { about, caseSubject }) => ({
    subject:
      caseSubject === null
        ? messages.format('supportReceived.subject')
        : messages.format('supportReceived.subjectOfCase', { caseSubject }),
    paragraphs: [messages.format('supportReceived.thanks'), messages.format('supportReceived.number', { about })],
    because: messages.format('supportReceived.because'),
  }),

  supportReply: (messages, { about, caseSubject, opened }) => ({
    subject:
      caseSubject === null
        ? messages.format('supportReply.subject')
        : messages.format('supportReply.subjectOfCase', { caseSubject }),
    paragraphs: [],
    quote: opened['body']!,
    because: messages.format('supportReply.because', { about }),
  }),

  orderConfirmation: (messages, { about, language, order }) => {
    const { givenName, placed } = order!;
    const { lines, total } = placed;
    const price = (amountMinor: number): string => money(language, amountMinor, total.currency);
    return {
      subject: messages.format('orderConfirmation.subject'),
      paragraphs: [
        messages.format('orderConfirmation.greeting', { givenName }),
        messages.format('orderConfirmation.paid'),
        messages.format('orderConfirmation.number', { about }),
      ],
      quote: [
        ...lines.map(({ name, quantity, unitPriceMinor }) =>
          messages.format('orderConfirmation.line', { quantity, name, price: price(unitPriceMinor * quantity) }),
        ),
        messages.format('orderConfirmation.total', { price: price(total.amountMinor) }),
      ].join('\n'),
      because: messages.format('orderConfirmation.because'),
    };
  },
} satisfies { readonly [name: string]: Writer };
