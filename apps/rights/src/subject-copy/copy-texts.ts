import type { Language } from '@dittoo/processor-register';

/** The sentences of the copy and of its page. What the register says is taken from there. */
export interface CopyTexts {
  readonly title: { readonly access: string; readonly portability: string };
  readonly prepared: (at: string) => string;
  readonly contents: string;
  readonly skip: string;
  readonly who: string;
  readonly controller: string;
  readonly email: string;
  readonly website: string;
  readonly authority: string;
  readonly number: string;
  readonly data: string;
  readonly noData: string;
  readonly purposes: string;
  readonly why: readonly [string, string];
  readonly kept: string;
  readonly until: (day: string) => string;
  readonly notBegun: string;
  readonly retained: (reason: string) => string;
  readonly value: readonly [string, string, string, string];
  readonly now: string;
  readonly erased: (at: string, requestId: string | null) => string;
  readonly withheld: string;
  readonly sources: Readonly<Record<'dataSubject' | 'staff' | 'processor' | 'system', string>>;
  readonly recipients: string;
  readonly noRecipients: string;
  readonly recipientColumns: readonly [string, string, string, string, string];
  readonly outcomes: Readonly<Record<'delivered' | 'rejected' | 'unknown' | 'refused', string>>;
  readonly consent: (recordId: string) => string;
  readonly looks: string;
  readonly look: (at: string) => string;
  readonly records: string;
  readonly history: string;
  readonly historyColumns: readonly [string, string, string, string];
  readonly rows: string;
  readonly rightsHeading: string;
  readonly signed: string;
  readonly file: string;
  readonly reasons: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  readonly rights: readonly { readonly article: string; readonly text: string }[];
}

export const copyTexts: Readonly<Record<Language, CopyTexts>> = {
  sv: {
    title: { access: 'Dina uppgifter hos oss', portability: 'Dina uppgifter att ta med' },
    prepared: (at) => `Sammanställt ${at}. Visa sidan bara för den du litar på: här står allt.`,
    contents: 'Innehåll',
    skip: 'Till innehållet',
    who: 'Vem som ansvarar',
    controller: 'Personuppgiftsansvarig',
    email: 'E-post',
    website: 'Webbplats',
    authority: 'Tillsynsmyndighet',
    number: 'Ditt nummer hos oss',
    data: 'Uppgifterna',
    noData: 'Vi har inga uppgifter om dig.',
    purposes: 'Varför vi har dem',
    why: ['Ändamål', 'Rättslig grund'],
    kept: 'Hur länge',
    until: (day) => `Till och med ${day}, som det ser ut i dag.`,
    notBegun: 'Tiden har inte börjat räknas.',
    retained: (reason) => `Finns kvar efter raderingen: ${reason}.`,
    value: ['Uppgift', 'Värde', 'Gäller', 'Källa'],
    now: 'nu',
    erased: (at, requestId) => `raderad ${at}${requestId === null ? '' : `, begäran ${requestId}`}`,
    withheld: 'finns, men lämnas inte ut: den bevisar vem du är',
    sources: {
      dataSubject: 'du',
      staff: 'vår personal',
      processor: 'ett personuppgiftsbiträde',
      system: 'vårt system',
    },
    recipients: 'Vilka som har fått uppgifter',
    noRecipients: 'Ingen har fått några uppgifter om dig.',
    recipientColumns: ['Mottagare', 'Fält', 'Ändamål och grund', 'När', 'Utfall'],
    outcomes: {
      delivered: 'mottaget',
      rejected: 'avvisat av mottagaren',
      unknown: 'skickat, utfallet okänt',
      refused: 'skickades inte',
    },
    consent: (recordId) => `samtycke ${recordId}`,
    looks: 'När personal har sett din historik',
    look: (at) => `Personal såg din historik ${at}.`,
    records: 'Val, beställningar och ärenden',
    history: 'Allt som hänt, i ordning',
    historyColumns: ['När', 'Händelse', 'Vem', 'Vad som skrevs'],
    rows: 'Inloggningar och annat som inte är händelser',
    rightsHeading: 'Dina rättigheter',
    signed: 'Filen är signerad. Kontrollera signaturen med nycklarna på',
    file: 'Ladda ner samma sak som fil (JSON)',
    reasons: {
      bookkeeping: 'bokföringslagen kräver det',
      legalClaims: 'för att kunna visa vad som gällde vid en tvist',
      openOrder: 'en beställning var inte klar',
      legalHold: 'en myndighet eller ett rättsligt anspråk kräver det för tillfället',
    },
    fields: {
      address: 'adress',
      buyer: 'köpare',
      recipient: 'mottagare av leveransen',
      number: 'personnummer',
      detail: 'det du skrev i begäran',
      reason: 'skäl',
      text: 'din kommentar',
      subject: 'ärenderubrik',
      body: 'meddelande',
      token: 'engångskod',
      purpose: 'varför numret visades',
      auditPurpose: 'det syfte personalen angav',
    },
    rights: [
      { article: '16', text: 'Rätta det som är fel. Det mesta ändrar du själv under Mina sidor.' },
      { article: '17', text: 'Få uppgifterna raderade. Det som måste finnas kvar säger vi, med skäl och slutdag.' },
      { article: '18', text: 'Begränsa behandlingen: uppgifterna bara lagras så länge.' },
      { article: '20', text: 'Ta med dig det du själv har lämnat, i ett format som program kan läsa.' },
      { article: '21', text: 'Invända. Mot marknadsföring gäller invändningen alltid.' },
      { article: '7.3', text: 'Ta tillbaka ett samtycke när du vill, lika lätt som du gav det.' },
      { article: '77', text: 'Klaga hos tillsynsmyndigheten.' },
    ],
  },
  en: {
    title: { access: 'Your data at our shop', portability: 'Your data to take along' },
    prepared: (at) => `Prepared ${at}. Show this page only to those you trust: everything is on it.`,
    contents: 'Contents',
    skip: 'To the content',
    who: 'Who is responsible',
    controller: 'Data controller',
    email: 'E-mail',
    website: 'Web site',
    authority: 'Supervisory authority',
    number: 'Your number with us',
    data: 'The data',
    noData: 'We hold no data about you.',
    purposes: 'Why we have them',
    why: ['Purpose', 'Legal basis'],
    kept: 'For how long',
    until: (day) => `Until ${day}, as things stand today.`,
    notBegun: 'The period has not begun.',
    retained: (reason) => `Kept after the erasure: ${reason}.`,
    value: ['Field', 'Value', 'Holds', 'Source'],
    now: 'now',
    erased: (at, requestId) => `erased ${at}${requestId === null ? '' : `, request ${requestId}`}`,
    withheld: 'held, but not given out: it proves who you are',
    sources: { dataSubject: 'you', staff: 'our staff', processor: 'a processor', system: 'our system' },
    recipients: 'Who has received data',
    noRecipients: 'Nobody has received any data about you.',
    recipientColumns: ['Recipient', 'Fields', 'Purpose and basis', 'When', 'Outcome'],
    outcomes: {
      delivered: 'received',
      rejected: 'rejected by the recipient',
      unknown: 'sent, outcome unknown',
      refused: 'not sent',
    },
    consent: (recordId) => `consent ${recordId}`,
    looks: 'When staff saw your history',
    look: (at) => `Staff saw your history ${at}.`,
    records: 'Choices, orders and cases',
    history: 'Everything that happened, in order',
    historyColumns: ['When', 'Event', 'Who', 'What was written'],
    rows: 'Sign-ins and other things that are no events',
    rightsHeading: 'Your rights',
    signed: 'The file is signed. Check the signature with the keys at',
    file: 'Download the same as a file (JSON)',
    reasons: {
      bookkeeping: 'the Accounting Act demands it',
      legalClaims: 'to be able to show what held in a dispute',
      openOrder: 'an order was not finished',
      legalHold: 'an authority or a legal claim needs it for now',
    },
    fields: {
      address: 'address',
      buyer: 'buyer',
      recipient: 'recipient of the delivery',
      number: 'personnummer',
      detail: 'what you wrote in the request',
      reason: 'reason',
      text: 'your comment',
      subject: 'subject line',
      body: 'message',
      token: 'single-use code',
      purpose: 'why the number was shown',
      auditPurpose: 'the purpose staff stated',
    },
    rights: [
      { article: '16', text: 'Have what is wrong put right. Most of it you change yourself under My account.' },
      { article: '17', text: 'Have the data erased. What must stay we name, with the reason and the last day.' },
      { article: '18', text: 'Restrict the processing: the data are only stored meanwhile.' },
      { article: '20', text: 'Take along what you provided yourself, in a form programs can read.' },
      { article: '21', text: 'Object. Against marketing the objection always holds.' },
      { article: '7(3)', text: 'Withdraw a consent whenever you like, as easily as you gave it.' },
      { article: '77', text: 'Complain to the supervisory authority.' },
    ],
  },
};
