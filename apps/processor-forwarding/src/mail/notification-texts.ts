import type { Locale } from '@dittoo/contracts';
import type { Letter, LetterName } from './notifications.js';

/** What a letter says, before it has a form. */
export interface LetterText {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Set apart: somebody's own words, or lines that keep their breaks. */
  readonly quote?: string;
  readonly action?: { readonly label: string; readonly path: string };
  /** For whoever cannot follow a link. */
  readonly code?: string;
  /** Why the addressee gets this. */
  readonly because: string;
}

type Writer = (letter: Letter) => { readonly [Language in Locale]: LetterText };

const when = (language: Locale, at: unknown): string =>
  new Intl.DateTimeFormat(language === 'sv' ? 'sv-SE' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'Europe/Stockholm',
  }).format(new Date(String(at)));
const day = (language: Locale, at: unknown): string =>
  new Intl.DateTimeFormat(language === 'sv' ? 'sv-SE' : 'en-GB', { dateStyle: 'long', timeZone: 'Europe/Stockholm' }).format(new Date(String(at))); // prettier-ignore
const money = (language: Locale, amountMinor: number, currency: string): string =>
  new Intl.NumberFormat(language === 'sv' ? 'sv-SE' : 'en-GB', { style: 'currency', currency }).format(amountMinor / 100); // prettier-ignore

/** In the fragment: browsers keep it to themselves, so the code stands in no log of any server. */
const withCode = (path: string, token: string): string => `${path}#token=${encodeURIComponent(token)}`;

/** Whoever has no account cannot sign in: the link itself is the key, it works once and the logs keep no query. */
const copyPath = (requestId: string, copyToken: string | null): string =>
  copyToken === null
    ? `/account/requests/${requestId}`
    : `/api/v1/privacy-requests/${requestId}/export?token=${encodeURIComponent(copyToken)}&format=html`;

const becauseAccount = {
  sv: 'Du får det här för att du har ett konto hos oss.',
  en: 'You get this because you have an account with us.',
};
const becauseRequest = {
  sv: 'Du får det här för att du har bett om något som rör dina uppgifter.',
  en: 'You get this because you asked for something about your data.',
};

const decision = (
  { said, about }: Letter,
  words: { readonly [Language in Locale]: { readonly subject: string; readonly first: string } },
  more: { readonly [Language in Locale]: readonly string[] } = { sv: [], en: [] },
): ReturnType<Writer> => ({
  sv: {
    subject: words.sv.subject,
    paragraphs: [words.sv.first, ...more.sv, `Begärans nummer: ${about}`, ...(said['reason'] === undefined ? [] : ['Skälet är:'])], // prettier-ignore
    ...(said['reason'] === undefined ? {} : { quote: said['reason'] }),
    because: becauseRequest.sv,
  },
  en: {
    subject: words.en.subject,
    paragraphs: [words.en.first, ...more.en, `Number of the request: ${about}`, ...(said['reason'] === undefined ? [] : ['The reason is:'])], // prettier-ignore
    ...(said['reason'] === undefined ? {} : { quote: said['reason'] }),
    because: becauseRequest.en,
  },
});

const complaint = {
  sv: 'Du kan klaga hos Integritetsskyddsmyndigheten (imy.se) och begära prövning i domstol.',
  en: 'You can complain to the Swedish Authority for Privacy Protection (imy.se) and take the matter to court.',
};

/** Swedish and English, word for word. A letter never tells more than its kind's fields. */
export const letterTexts: { readonly [Name in LetterName]: Writer } = {
  registrationRepeated: () => ({
    sv: {
      subject: 'Du har redan ett konto',
      paragraphs: [
        'Någon försökte registrera ett konto med din e-postadress. Du har redan ett, så inget nytt skapades och inget ändrades.',
        'Var det du? Logga in med det konto du har. Var det inte du behöver du inte göra något.',
      ],
      action: { label: 'Logga in', path: '/sign-in' },
      because: becauseAccount.sv,
    },
    en: {
      subject: 'You already have an account',
      paragraphs: [
        'Somebody tried to register an account with your e-mail address. You already have one, so none was made and nothing was changed.',
        'Was it you? Sign in to the account you have. If it was not you, there is nothing you need to do.',
      ],
      action: { label: 'Sign in', path: '/sign-in' },
      because: becauseAccount.en,
    },
  }),

  emailConfirmation: ({ facts, said }) => ({
    sv: {
      subject: 'Bekräfta din nya e-postadress',
      paragraphs: [
        'Någon, förmodligen du, vill använda den här adressen för sitt konto. Den börjar gälla när du bekräftar.',
        `Länken fungerar en gång, till och med ${when('sv', facts['expiresAt'])}. Var det inte du behöver du inte göra något.`,
      ],
      action: { label: 'Bekräfta adressen', path: withCode('/account/email', said['token']!) },
      code: said['token']!,
      because: 'Du får det här för att adressen angavs i ett konto hos oss.',
    },
    en: {
      subject: 'Confirm your new e-mail address',
      paragraphs: [
        'Somebody, probably you, wants to use this address for their account. It takes effect when you confirm it.',
        `The link works once, until ${when('en', facts['expiresAt'])}. If it was not you, there is nothing you need to do.`,
      ],
      action: { label: 'Confirm the address', path: withCode('/account/email', said['token']!) },
      code: said['token']!,
      because: 'You get this because the address was entered in an account with us.',
    },
  }),

  emailChangeNotice: () => ({
    sv: {
      subject: 'Din e-postadress är på väg att ändras',
      paragraphs: [
        'I ditt konto angavs en ny e-postadress. Den börjar gälla när den har bekräftats, och då skriver vi inte mer hit.',
        'Var det inte du? Byt lösenord och hör av dig till oss.',
      ],
      because: becauseAccount.sv,
    },
    en: {
      subject: 'Your e-mail address is about to change',
      paragraphs: [
        'A new e-mail address was entered in your account. It takes effect once it is confirmed; after that we no longer write here.',
        'Was it not you? Change your password and contact us.',
      ],
      because: becauseAccount.en,
    },
  }),

  newsletterConfirmation: ({ facts, said }) => ({
    sv: {
      subject: 'Vill du ha vårt nyhetsbrev?',
      paragraphs: [
        'Någon, förmodligen du, skrev in den här adressen för vårt nyhetsbrev. Du får det bara om du säger ja här.',
        `Länken fungerar en gång, till och med ${when('sv', facts['expiresAt'])}. Gör du inget händer inget, och vi glömmer adressen.`,
      ],
      action: { label: 'Ja, skicka nyhetsbrevet', path: withCode('/newsletter/confirmation', said['token']!) },
      code: said['token']!,
      because: 'Du får det här för att adressen skrevs in på vår webbplats.',
    },
    en: {
      subject: 'Would you like our newsletter?',
      paragraphs: [
        'Somebody, probably you, typed this address for our newsletter. You get it only if you say yes here.',
        `The link works once, until ${when('en', facts['expiresAt'])}. If you do nothing, nothing happens, and we forget the address.`,
      ],
      action: { label: 'Yes, send me the newsletter', path: withCode('/newsletter/confirmation', said['token']!) },
      code: said['token']!,
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

  requestConfirmation: ({ facts, said }) => ({
    sv: {
      subject: 'Bekräfta din begäran',
      paragraphs: [
        'Någon, förmodligen du, har bett oss om något som rör uppgifter om den här adressen. Vi börjar när du har bekräftat att det var du.',
        `Länken fungerar en gång, till och med ${when('sv', facts['expiresAt'])}. Var det inte du behöver du inte göra något.`,
      ],
      action: { label: 'Ja, det var jag', path: withCode('/privacy-requests/confirmation', said['token']!) },
      code: said['token']!,
      because: 'Du får det här för att adressen angavs i en begäran till oss.',
    },
    en: {
      subject: 'Confirm your request',
      paragraphs: [
        'Somebody, probably you, asked us for something about the data of this address. We begin when you have confirmed that it was you.',
        `The link works once, until ${when('en', facts['expiresAt'])}. If it was not you, there is nothing you need to do.`,
      ],
      action: { label: 'Yes, it was me', path: withCode('/privacy-requests/confirmation', said['token']!) },
      code: said['token']!,
      because: 'You get this because the address was given in a request to us.',
    },
  }),

  requestExtended: (letter) =>
    decision(
      letter,
      {
        sv: { subject: 'Din begäran tar längre tid', first: `Vi behöver mer tid och svarar senast ${day('sv', letter.facts['dueAt'])}.` }, // prettier-ignore
        en: { subject: 'Your request takes longer', first: `We need more time and answer by ${day('en', letter.facts['dueAt'])} at the latest.` }, // prettier-ignore
      },
      { sv: [complaint.sv], en: [complaint.en] },
    ),

  requestRefused: (letter) =>
    decision(
      letter,
      {
        sv: { subject: 'Svar på din begäran', first: 'Vi kan inte göra det du bad om.' },
        en: { subject: 'The answer to your request', first: 'We cannot do what you asked for.' },
      },
      { sv: [complaint.sv], en: [complaint.en] },
    ),

  requestPartlyRefused: (letter) =>
    decision(
      letter,
      {
        sv: { subject: 'Svar på din begäran', first: 'Vi gör en del av det du bad om, men inte allt.' },
        en: { subject: 'The answer to your request', first: 'We do some of what you asked for, but not all.' },
      },
      { sv: [complaint.sv], en: [complaint.en] },
    ),

  copyPrepared: ({ about, copyToken, facts }) => ({
    sv: {
      subject: 'Kopian av dina uppgifter är klar',
      paragraphs: [
        `Kopian kan hämtas en gång, till och med ${when('sv', facts['expiresAt'])}. Därefter tas den bort.`,
        'Vi skickar den aldrig i e-post.',
        `Begärans nummer: ${about}`,
      ],
      action: { label: 'Hämta kopian', path: copyPath(about, copyToken) },
      because: becauseRequest.sv,
    },
    en: {
      subject: 'The copy of your data is ready',
      paragraphs: [
        `The copy can be fetched once, until ${when('en', facts['expiresAt'])}. After that it is removed.`,
        'We never send it by mail.',
        `Number of the request: ${about}`,
      ],
      action: { label: 'Fetch the copy', path: copyPath(about, copyToken) },
      because: becauseRequest.en,
    },
  }),

  requestAnswered: (letter) =>
    letter.facts['outcome'] === 'partlyDone'
      ? decision(letter, {
          sv: { subject: 'Din begäran är besvarad', first: 'Vi har gjort det vi kunde av det du bad om.' },
          en: { subject: 'Your request is answered', first: 'We have done what we could of what you asked for.' },
        })
      : decision(letter, {
          sv: { subject: 'Din begäran är besvarad', first: 'Vi har gjort det du bad om.' },
          en: { subject: 'Your request is answered', first: 'We have done what you asked for.' },
        }),

  restrictionLiftAnnounced: ({ about, facts }) => ({
    sv: {
      subject: 'Begränsningen av dina uppgifter upphör',
      paragraphs: [
        `Användningen av dina uppgifter har varit begränsad på din begäran. Begränsningen upphör ${when('sv', facts['liftsAt'])}.`,
        'Hör av dig före dess om du har något att invända.',
        `Begärans nummer: ${about}`,
      ],
      because: becauseRequest.sv,
    },
    en: {
      subject: 'The restriction of your data ends',
      paragraphs: [
        `The use of your data has been restricted at your request. The restriction ends on ${when('en', facts['liftsAt'])}.`,
        'Contact us before then if you have anything against it.',
        `Number of the request: ${about}`,
      ],
      because: becauseRequest.en,
    },
  }),

  inactivityNoticed: ({ facts }) => ({
    sv: {
      subject: 'Ditt konto har inte använts på länge',
      paragraphs: [
        `Loggar du inte in före ${day('sv', facts['erasesAt'])} tar vi bort kontot och uppgifterna i det.`,
        'Vill du ha det kvar räcker det att du loggar in. Vill du inte det behöver du inte göra något.',
      ],
      action: { label: 'Logga in', path: '/sign-in' },
      because: becauseAccount.sv,
    },
    en: {
      subject: 'Your account has not been used for long',
      paragraphs: [
        `If you do not sign in before ${day('en', facts['erasesAt'])}, we remove the account and the data in it.`,
        'If you want to keep it, signing in is enough. If you do not, there is nothing you need to do.',
      ],
      action: { label: 'Sign in', path: '/sign-in' },
      because: becauseAccount.en,
    },
  }),

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

  supportReply: ({ about, caseSubject, said }) => ({
    sv: {
      subject: `Sv: ${caseSubject ?? 'ditt ärende'}`,
      paragraphs: [],
      quote: said['body']!,
      because: `Du får det här för att du skrev till oss. Ärendenummer: ${about}`,
    },
    en: {
      subject: `Re: ${caseSubject ?? 'your message'}`,
      paragraphs: [],
      quote: said['body']!,
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
};
