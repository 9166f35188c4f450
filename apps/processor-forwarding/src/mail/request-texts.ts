import type { RequestId } from '@dittoo/kernel';
import type { Locale } from '@dittoo/contracts';
import type { Notification } from './notification.js';
import { day, when, withCode, type Writer } from './text-format.js';

/** A requester without an account cannot sign in: the link itself is the key, it works once, and queries are not logged. */
const copyPath = (requestId: RequestId, copyToken: string | null): string =>
  copyToken === null
    ? `/account/requests/${requestId}`
    : `/api/v1/privacy-requests/${requestId}/export?token=${encodeURIComponent(copyToken)}&format=html`;

const becauseRequest = {
  sv: 'Du får det här för att du har bett om något som rör dina uppgifter.',
  en: 'You get this because you asked for something about your data.',
};

const decision = (
  { opened, about }: Notification,
  words: { readonly [Language in Locale]: { readonly subject: string; readonly first: string } },
  more: { readonly [Language in Locale]: readonly string[] } = { sv: [], en: [] },
): ReturnType<Writer> => ({
  sv: {
    subject: words.sv.subject,
    paragraphs: [words.sv.first, ...more.sv, `Begärans nummer: ${about}`, ...(opened['reason'] === undefined ? [] : ['Skälet är:'])], // prettier-ignore
    ...(opened['reason'] === undefined ? {} : { quote: opened['reason'] }),
    because: becauseRequest.sv,
  },
  en: {
    subject: words.en.subject,
    paragraphs: [words.en.first, ...more.en, `Number of the request: ${about}`, ...(opened['reason'] === undefined ? [] : ['The reason is:'])], // prettier-ignore
    ...(opened['reason'] === undefined ? {} : { quote: opened['reason'] }),
    because: becauseRequest.en,
  },
});

const complaint = {
  sv: 'Du kan klaga hos Integritetsskyddsmyndigheten (imy.se) och begära prövning i domstol.',
  en: 'You can complain to the Swedish Authority for Privacy Protection (imy.se) and take the matter to court.',
};

export const requestTexts = {
  requestConfirmation: ({ facts, opened }) => ({
    sv: {
      subject: 'Bekräfta din begäran',
      paragraphs: [
        'Någon, förmodligen du, har bett oss om något som rör uppgifter om den här adressen. Vi börjar när du har bekräftat att det var du.',
        `Länken fungerar en gång, till och med ${when('sv', facts['expiresAt'])}. Var det inte du behöver du inte göra något.`,
      ],
      action: { label: 'Ja, det var jag', path: withCode('/privacy-requests/confirmation', opened['token']!) },
      code: opened['token']!,
      because: 'Du får det här för att adressen angavs i en begäran till oss.',
    },
    en: {
      subject: 'Confirm your request',
      paragraphs: [
        'Somebody, probably you, asked us for something about the data of this address. We begin when you have confirmed that it was you.',
        `The link works once, until ${when('en', facts['expiresAt'])}. If it was not you, there is nothing you need to do.`,
      ],
      action: { label: 'Yes, it was me', path: withCode('/privacy-requests/confirmation', opened['token']!) },
      code: opened['token']!,
      because: 'You get this because the address was given in a request to us.',
    },
  }),

  requestExtended: (notification) =>
    decision(
      notification,
      {
        sv: { subject: 'Din begäran tar längre tid', first: `Vi behöver mer tid och svarar senast ${day('sv', notification.facts['dueAt'])}.` }, // prettier-ignore
        en: { subject: 'Your request takes longer', first: `We need more time and answer by ${day('en', notification.facts['dueAt'])} at the latest.` }, // prettier-ignore
      },
      { sv: [complaint.sv], en: [complaint.en] },
    ),

  requestRefused: (notification) =>
    decision(
      notification,
      {
        sv: { subject: 'Svar på din begäran', first: 'Vi kan inte göra det du bad om.' },
        en: { subject: 'The answer to your request', first: 'We cannot do what you asked for.' },
      },
      { sv: [complaint.sv], en: [complaint.en] },
    ),

  requestPartlyRefused: (notification) =>
    decision(
      notification,
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

  requestAnswered: (notification) =>
    notification.facts['outcome'] === 'partlyDone'
      ? decision(notification, {
          sv: { subject: 'Din begäran är besvarad', first: 'Vi har gjort det vi kunde av det du bad om.' },
          en: { subject: 'Your request is answered', first: 'We have done what we could of what you asked for.' },
        })
      : decision(notification, {
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
} satisfies { readonly [name: string]: Writer };
