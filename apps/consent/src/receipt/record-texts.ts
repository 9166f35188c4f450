import type { Locale } from '@dittoo/contracts';

interface RecordTexts {
  readonly withdrawal: (address: string, byMail: boolean) => string;
  readonly rights: readonly string[];
}

/** What a receipt says to a person, in the language they were shown the policy in. */
export const recordTexts: Readonly<Record<Locale, RecordTexts>> = {
  sv: {
    withdrawal: (address, byMail) =>
      `Under Mitt konto, lika enkelt som du gav det (PUT ${address} med given: false)${byMail ? ', eller med ett klick i varje utskick' : ''}.`,
    rights: [
      'tillgång (art. 15)',
      'rättelse (art. 16)',
      'radering (art. 17)',
      'begränsning (art. 18)',
      'dataportabilitet (art. 20)',
      'invändning (art. 21)',
      'återkallelse av samtycke (art. 7.3)',
      'klagomål hos tillsynsmyndigheten (art. 77)',
    ],
  },
  en: {
    withdrawal: (address, byMail) =>
      `Under My account, as easily as you gave it (PUT ${address} with given: false)${byMail ? ', or with one click in every message' : ''}.`,
    rights: [
      'access (art. 15)',
      'rectification (art. 16)',
      'erasure (art. 17)',
      'restriction (art. 18)',
      'portability (art. 20)',
      'objection (art. 21)',
      'withdrawal of consent (art. 7(3))',
      'complaint to the supervisory authority (art. 77)',
    ],
  },
};
