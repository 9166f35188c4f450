import type { Locale } from '@dittoo/contracts';
import { money, type Writer } from './text-format.js';

export const customerServiceTexts = {
  supportReceived: ({ about, caseSubject }) => ({
    sv: {
      subject: `Vi har fått ditt ärende${caseSubject === null ? '' : `: ${caseSubject}`}`,
      paragraphs: ['Tack, vi har fått det du skrev och svarar så snart vi kan.', `Ärendenummer: ${about}`],
      because: 'Du får det här för att du skrev till oss.',
    },
    en: {
      subject: `We have received your message${caseSubject === null ? '' : `: ${caseSubject}`}`,
      paragraphs: ['Thank you, we have what you wrote and answer as soon as we can.', `Case number: ${about}`],
      because: 'You get this because you wrote to us.',
    },
  }),

  supportReply: ({ about, caseSubject, opened }) => ({
    sv: {
      subject: `Sv: ${caseSubject ?? 'ditt ärende'}`,
      paragraphs: [],
      quote: opened['body']!,
      because: `Du får det här för att du skrev till oss. Ärendenummer: ${about}`,
    },
    en: {
      subject: `Re: ${caseSubject ?? 'your message'}`,
      paragraphs: [],
      quote: opened['body']!,
      because: `You get this because you wrote to us. Case number: ${about}`,
    },
  }),

  orderConfirmation: ({ about, order }) => {
    const { givenName, placed } = order!;
    const { lines, total } = placed;
    const table = (language: Locale) =>
      [
        ...lines.map(({ name, quantity, unitPriceMinor }) => `${quantity} × ${name}  ${money(language, unitPriceMinor * quantity, total.currency)}`), // prettier-ignore
        `${language === 'sv' ? 'Summa' : 'Total'}  ${money(language, total.amountMinor, total.currency)}`,
      ].join('\n');
    return {
      sv: {
        subject: 'Tack för din beställning',
        paragraphs: [`Hej ${givenName}!`, 'Din beställning är betald och vi gör den klar.', `Ordernummer: ${about}`],
        quote: table('sv'),
        because: 'Du får det här för att du har beställt hos oss.',
      },
      en: {
        subject: 'Thank you for your order',
        paragraphs: [`Hello ${givenName},`, 'Your order is paid and we are getting it ready.', `Order number: ${about}`], // prettier-ignore
        quote: table('en'),
        because: 'You get this because you ordered from us.',
      },
    };
  },
} satisfies { readonly [name: string]: Writer };
