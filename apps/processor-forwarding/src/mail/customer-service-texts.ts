import { orderNumberOf, type Money } from '@dittoo/contracts';
import type { NotificationMessages } from '../messages/messages.js';
import type { Notification } from './notification.js';
import { money, type NotificationText, type Writer } from './text-format.js';

/** What happened to an order, and its number to say on the phone. */
const aboutOrder = (
  messages: NotificationMessages,
  name: 'orderShipped' | 'orderCancelled' | 'refundPaid' | 'chargeReduced',
  { about, order }: Notification,
  more: readonly string[],
): NotificationText => ({
  subject: messages.format(`${name}.subject`),
  paragraphs: [
    messages.format('orderConfirmation.greeting', { givenName: order!.givenName }),
    messages.format(`${name}.what`),
    ...more,
    messages.format('orderConfirmation.number', { number: orderNumberOf(about) }),
  ],
  because: messages.format('orderConfirmation.because'),
});

/** The amount among the facts of the event. */
const amountOf = ({ facts, language }: Notification): string => {
  const { amountMinor, currency } = facts['amount'] as Money;
  return money(language, amountMinor, currency);
};

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

  orderShipped: (messages, notification) => aboutOrder(messages, 'orderShipped', notification, []),
  orderCancelled: (messages, notification) =>
    aboutOrder(messages, 'orderCancelled', notification, [messages.format('orderCancelled.money')]),
  refundPaid: (messages, notification) =>
    aboutOrder(messages, 'refundPaid', notification, [
      messages.format('refundPaid.amount', { price: amountOf(notification) }),
      messages.format('refundPaid.wait'),
    ]),
  chargeReduced: (messages, notification) =>
    aboutOrder(messages, 'chargeReduced', notification, [
      messages.format('refundPaid.amount', { price: amountOf(notification) }),
    ]),

  orderConfirmation: (messages, { about, language, order }) => {
    const { givenName, placed } = order!;
    const { lines, total } = placed;
    const price = (amountMinor: number): string => money(language, amountMinor, total.currency);
    return {
      subject: messages.format('orderConfirmation.subject'),
      paragraphs: [
        messages.format('orderConfirmation.greeting', { givenName }),
        messages.format('orderConfirmation.paid'),
        messages.format('orderConfirmation.number', { number: orderNumberOf(about) }),
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
