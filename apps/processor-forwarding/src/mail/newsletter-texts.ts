import { when, withCode, type Writer } from './text-format.js';

export const newsletterTexts = {
  newsletterConfirmation: ({ facts, opened }) => ({
    sv: {
      subject: 'Vill du ha vårt nyhetsbrev?',
      paragraphs: [
        'Någon, förmodligen du, skrev in den här adressen för vårt nyhetsbrev. Du får det bara om du säger ja här.',
        `Länken fungerar en gång, till och med ${when('sv', facts['expiresAt'])}. Gör du inget händer inget, och vi glömmer adressen.`,
      ],
      action: { label: 'Ja, skicka nyhetsbrevet', path: withCode('/newsletter/confirmation', opened['token']!) },
      code: opened['token']!,
      because: 'Du får det här för att adressen skrevs in på vår webbplats.',
    },
    en: {
      subject: 'Would you like our newsletter?',
      paragraphs: [
        'Somebody, probably you, typed this address for our newsletter. You get it only if you say yes here.',
        `The link works once, until ${when('en', facts['expiresAt'])}. If you do nothing, nothing happens, and we forget the address.`,
      ],
      action: { label: 'Yes, send me the newsletter', path: withCode('/newsletter/confirmation', opened['token']!) },
      code: opened['token']!,
      because: 'You get this because the address was typed on our web site.',
    },
  }),

  newsletterWelcome: ({ unsubscribeToken }) => ({
    sv: {
      subject: 'Du får nu vårt nyhetsbrev',
      paragraphs: [
        'Tack, din adress är bekräftad.',
        'Vill du inte ha det längre räcker ett klick, nu och i varje utskick.',
      ],
      action: { label: 'Avsluta nyhetsbrevet', path: withCode('/newsletter/unsubscription', unsubscribeToken!) },
      because: 'Du får det här för att du bekräftade att du vill ha nyhetsbrevet.',
    },
    en: {
      subject: 'You now get our newsletter',
      paragraphs: [
        'Thank you, your address is confirmed.',
        'If you no longer want it, one click is enough, now and in every issue.',
      ],
      action: { label: 'End the newsletter', path: withCode('/newsletter/unsubscription', unsubscribeToken!) },
      because: 'You get this because you confirmed that you want the newsletter.',
    },
  }),
} satisfies { readonly [name: string]: Writer };
