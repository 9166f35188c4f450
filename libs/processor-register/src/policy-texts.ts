import type { LegalBasis } from '@dittoo/kernel';
import type { ErasureCapability, Language, PersonnummerGround } from './register.js';

/** The sentences that are the same for every register. What differs between registers stands in the register. */
export interface PolicyTexts {
  readonly title: string;
  readonly contents: string;
  readonly skip: string;
  readonly version: (version: string, from: string) => string;
  readonly and: string;
  readonly none: string;
  readonly legalBases: Readonly<Record<LegalBasis, string>>;
  readonly grounds: Readonly<Record<PersonnummerGround, string>>;
  readonly erasure: Readonly<Record<ErasureCapability['capability'], string>>;
  readonly whoWeAre: {
    readonly heading: string;
    readonly text: (name: string) => string;
    readonly dataController: string;
    readonly website: string;
    readonly email: string;
    readonly support: string;
  };
  readonly whatWeStore: {
    readonly heading: string;
    readonly text: readonly string[];
    readonly caption: string;
    readonly columns: readonly string[];
  };
  readonly personnummer: {
    readonly heading: string;
    readonly text: readonly string[];
    readonly caption: string;
    readonly columns: readonly string[];
  };
  readonly consents: {
    readonly heading: string;
    readonly intro: string;
    readonly withdrawal: readonly string[];
  };
  readonly processors: {
    readonly heading: string;
    readonly text: readonly string[];
    readonly operator: string;
    readonly service: string;
    readonly when: string;
    readonly what: string;
    readonly withheld: string;
    readonly where: string;
    readonly agreement: string;
    readonly signed: (reference: string, day: string) => string;
    readonly noAgreement: string;
    readonly noPersonal: string;
    readonly kept: string;
    readonly erased: string;
  };
  readonly retention: {
    readonly heading: string;
    readonly text: string;
    readonly caption: string;
    readonly columns: readonly string[];
  };
  readonly rights: {
    readonly heading: string;
    readonly text: string;
    readonly list: readonly string[];
    readonly answer: string;
    readonly contact: (email: string) => string;
    readonly complaint: (authority: string, shortName: string) => string;
  };
  readonly accessLog: { readonly heading: string; readonly text: readonly string[] };
  readonly security: { readonly heading: string };
  readonly drift: {
    readonly heading: string;
    readonly text: string;
    readonly caption: string;
    readonly columns: readonly string[];
    readonly since: (found: string, day: string) => string;
  };
}

const sv: PolicyTexts = {
  title: 'Integritetspolicy',
  contents: 'Innehåll',
  skip: 'Till innehållet',
  version: (version, from) => `Version ${version}, gäller från ${from}`,
  and: 'och',
  none: 'inget',
  legalBases: {
    consent: 'samtycke (art. 6.1 a)',
    contract: 'avtal (art. 6.1 b)',
    legalObligation: 'rättslig förpliktelse (art. 6.1 c)',
    vitalInterests: 'grundläggande intressen (art. 6.1 d)',
    publicTask: 'allmänt intresse (art. 6.1 e)',
    legitimateInterests: 'berättigat intresse (art. 6.1 f)',
  },
  grounds: {
    consent: 'du har samtyckt',
    purpose: 'det är klart motiverat med hänsyn till ändamålet',
    secureIdentification: 'det är klart motiverat av vikten av en säker identifiering',
    otherWeightyReason: 'det är klart motiverat av något annat beaktansvärt skäl',
  },
  erasure: {
    supported: 'Raderas hos biträdet på vår begäran.',
    partial: 'Raderas delvis genom anrop.',
    manual: 'Raderas efter skriftlig begäran.',
    notSupported: 'Kan inte raderas genom anrop.',
  },
  whoWeAre: {
    heading: 'Vilka vi är',
    text: (name) => `${name} bestämmer varför och hur dina personuppgifter behandlas och svarar för dem.`,
    dataController: 'Personuppgiftsansvarig',
    website: 'Webbplats',
    email: 'Frågor om personuppgifter',
    support: 'Kundtjänst',
  },
  whatWeStore: {
    heading: 'Vad vi sparar och varför',
    text: [
      'Vi sparar bara det som behövs för det som står här. När du blir kund antecknar vi vilken version av texten du fick se; det är inget samtycke.',
      'Vi säljer inga personuppgifter. Utöver våra personuppgiftsbiträden lämnar vi bara ut uppgifter när lag kräver det.',
    ],
    caption: 'Ändamål, uppgifter, rättslig grund enligt dataskyddsförordningen och lagringstid',
    columns: ['Ändamål', 'Uppgifter', 'Rättslig grund', 'Sparas'],
  },
  personnummer: {
    heading: 'Personnummer',
    text: [
      'Vi behandlar ditt personnummer bara på ett av de skäl som lagen tillåter, och antecknar varje gång vilket. Det visas förkortat, ligger under en egen nyckel och används aldrig för att söka fram dig.',
      'Du lägger till och tar bort det under Mitt konto. Tar du bort det medan en faktura ännu behöver det behålls det bara för fakturan, tills den är klar.',
    ],
    caption: 'När personnummer får användas',
    columns: ['Ändamål', 'Skäl', 'Rättslig grund'],
  },
  consents: {
    heading: 'Samtycken och hur du tar tillbaka dem',
    intro: 'Du kan handla och ha konto utan att säga ja till något av detta. Inget är förvalt.',
    withdrawal: [
      'Under Mitt konto tar du tillbaka ett samtycke lika enkelt som du gav det. Behandlingen upphör genast, även för det som väntar på att skickas.',
      'Nyhetsbrevet avslutar du också med ett klick i varje utskick.',
      'Erbjudanden om liknande varor efter ett köp vilar inte på samtycke. Du tackar nej under Mitt konto, redan före köpet om du vill, eller med ett klick i varje utskick.',
      'Det som gjordes medan samtycket gällde blir inte olagligt i efterhand. Varje val ger dig ett signerat kvitto.',
    ],
  },
  processors: {
    heading: 'Vilka vi anlitar',
    text: [
      'De här personuppgiftsbiträdena hjälper oss. Vi skickar bara de fält som står här, och bara om rättslig grund och avtal finns i det ögonblick de skickas. Allt skickas krypterat.',
      'Under Mitt konto ser du vad just dina uppgifter har använts till: vem som fick vilka fält, när och varför.',
    ],
    operator: 'Drivs av',
    service: 'Tjänst',
    when: 'När',
    what: 'Vad som skickas',
    withheld: 'Vad som inte skickas',
    where: 'Var',
    agreement: 'Biträdesavtal',
    signed: (reference, day) => `${reference}, undertecknat ${day}`,
    noAgreement: 'Inget gällande avtal: inget skickas.',
    noPersonal: 'inga personuppgifter utöver referensnummer',
    kept: 'Hur länge de sparar',
    erased: 'Radering',
  },
  retention: {
    heading: 'Hur länge vi sparar',
    text: 'När tiden är ute förstörs nyckeln till uppgifterna, så att ingen kan läsa dem, inte heller i säkerhetskopior.',
    caption: 'Lagringstid per slag av uppgift',
    columns: ['Slag av uppgift', 'Sparas', 'Enligt'],
  },
  rights: {
    heading: 'Dina rättigheter',
    text: 'Det här kan du begära, utan kostnad. Mycket gör du själv under Mitt konto.',
    list: [
      'Få en kopia av allt vi har om dig och veta vem som fått det.',
      'Ändra det som är fel. De som fått uppgiften får veta det.',
      'Få dina uppgifter raderade. Det som lag tvingar oss att behålla säger vi vad det är, varför och hur länge.',
      'Begränsa behandlingen, så att uppgifterna bara lagras.',
      'Invända mot behandling som vilar på berättigat intresse. En invändning mot marknadsföring gäller alltid.',
      'Få ut det du själv lämnat i ett format som en dator kan läsa.',
    ],
    answer:
      'Du får svar inom en månad. Behöver vi längre tid, högst två månader till, får du veta varför innan månaden är slut.',
    contact: (email) => `Har du inget konto, eller frågor om hur vi hanterar dina uppgifter: skriv till ${email}.`,
    complaint: (authority, shortName) =>
      `Är du inte nöjd kan du klaga hos ${authority} (${shortName}). Det kan du göra när som helst, utan att fråga oss först.`,
  },
  accessLog: {
    heading: 'Åtkomstloggar',
    text: ['Webbplatsens loggar innehåller IP-adresser. Vi använder dem för felsökning, säkerhet och statistik.'],
  },
  security: { heading: 'Så skyddar vi uppgifterna' },
  drift: {
    heading: 'Rättelser av vår tidigare text',
    text: 'Tidigare versioner av policyn sade annat. Så här är det nu.',
    caption: 'Tidigare text och vad som gäller',
    columns: ['Tidigare text', 'Vad som gäller'],
    since: (found, day) => `Sedan ${day}: ${found}`,
  },
};

const en: PolicyTexts = {
  title: 'Privacy policy',
  contents: 'Contents',
  skip: 'To the content',
  version: (version, from) => `Version ${version}, in force from ${from}`,
  and: 'and',
  none: 'nothing',
  legalBases: {
    consent: 'consent (art. 6(1)(a))',
    contract: 'contract (art. 6(1)(b))',
    legalObligation: 'legal obligation (art. 6(1)(c))',
    vitalInterests: 'vital interests (art. 6(1)(d))',
    publicTask: 'public task (art. 6(1)(e))',
    legitimateInterests: 'legitimate interests (art. 6(1)(f))',
  },
  grounds: {
    consent: 'you have consented',
    purpose: 'it is clearly justified by the purpose',
    secureIdentification: 'it is clearly justified by the importance of secure identification',
    otherWeightyReason: 'it is clearly justified by another weighty reason',
  },
  erasure: {
    supported: 'Erased at the processor when we ask.',
    partial: 'Partly erased by calls.',
    manual: 'Erased after a written request.',
    notSupported: 'Cannot be erased by a call.',
  },
  whoWeAre: {
    heading: 'Who we are',
    text: (name) => `${name} decides why and how your personal data is processed, and answers for it.`,
    dataController: 'Data controller',
    website: 'Web site',
    email: 'Questions about personal data',
    support: 'Support',
  },
  whatWeStore: {
    heading: 'What we store and why',
    text: [
      'We store only what is needed for what stands here. When you become a customer we note which version of this text you were shown; that is not a consent.',
      'We sell no personal data. Apart from our processors we hand data to others only where the law demands it.',
    ],
    caption: 'Purposes, data, legal basis in the General Data Protection Regulation, and retention',
    columns: ['Purpose', 'Data', 'Legal basis', 'Kept'],
  },
  personnummer: {
    heading: 'Personnummer',
    text: [
      'We process your personnummer on one of the grounds the law allows only, and note each time which. It is shown shortened, lies under a key of its own and is never used to look you up.',
      'You add and remove it under My account. If you remove it while an invoice still needs it, it is kept for that invoice only, until it is settled.',
    ],
    caption: 'When personnummer may be used',
    columns: ['Purpose', 'Ground', 'Legal basis'],
  },
  consents: {
    heading: 'Consents and how to withdraw them',
    intro: 'You can shop and have an account without saying yes to any of this. Nothing is ticked beforehand.',
    withdrawal: [
      'Under My account you withdraw a consent as easily as you gave it. The processing stops at once, also for what is waiting to be sent.',
      'The newsletter also ends with one click in every issue.',
      'Offers of similar goods after a purchase do not rest on consent. You decline under My account, before the purchase if you like, or with one click in every message.',
      'What was done while the consent held does not become unlawful afterwards. Every choice gives you a signed receipt.',
    ],
  },
  processors: {
    heading: 'Who helps us',
    text: [
      'These processors help us. We send the fields named here only, and only if a legal basis and an agreement are there at the moment of sending. Everything is sent encrypted.',
      'Under My account you see what became of your own data: who received which fields, when and why.',
    ],
    operator: 'Operated by',
    service: 'Service',
    when: 'When',
    what: 'What is sent',
    withheld: 'What is not sent',
    where: 'Where',
    agreement: 'Data-processing agreement',
    signed: (reference, day) => `${reference}, signed ${day}`,
    noAgreement: 'No agreement in force: nothing is sent.',
    noPersonal: 'no personal data beyond reference numbers',
    kept: 'How long they keep it',
    erased: 'Erasure',
  },
  retention: {
    heading: 'How long we keep it',
    text: 'When the time is over the key to the data is destroyed, so that nobody can read it, in backups neither.',
    caption: 'Retention per kind of data',
    columns: ['Kind of data', 'Kept', 'According to'],
  },
  rights: {
    heading: 'Your rights',
    text: 'This is what you can ask for, free of charge. Much of it you do yourself under My account.',
    list: [
      'Get a copy of everything we hold about you and know who received it.',
      'Change what is wrong. Those who received the data are told.',
      'Have your data erased. What the law forces us to keep we name, with the reason and the end date.',
      'Restrict the processing, so that the data is stored and nothing else.',
      'Object to processing that rests on legitimate interests. An objection to marketing always holds.',
      'Receive what you gave us yourself in a format a computer can read.',
    ],
    answer:
      'You get an answer within a month. If we need longer, two more months at the most, you hear why before the month is over.',
    contact: (email) => `If you have no account, or questions about how we handle your data: write to ${email}.`,
    complaint: (authority, shortName) =>
      `If you are not satisfied you can complain to ${authority} (${shortName}). You can do so at any time, without asking us first.`,
  },
  accessLog: {
    heading: 'Access logs',
    text: [
      'The logs of the web site contain IP addresses. We use them to find faults, for security and for statistics.',
    ],
  },
  security: { heading: 'How we protect it' },
  drift: {
    heading: 'Corrections to our earlier text',
    text: 'Earlier versions of the policy said otherwise. This is how it is now.',
    caption: 'Earlier text and what holds',
    columns: ['Earlier text', 'What holds'],
    since: (found, day) => `Since ${day}: ${found}`,
  },
};

export const policyTexts: Readonly<Record<Language, PolicyTexts>> = { sv, en };
