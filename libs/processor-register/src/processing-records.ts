import { messages } from './messages/messages.js';
import { publicProcessors, publicPurposes } from './public-register.js';
import { type Language, type Register, textIn } from './register.js';

/** One row of the record: one purpose, one data category. GDPR art. 30(1)(b)-(g). */
export interface ProcessingRecord {
  readonly purpose: string;
  readonly purposeLabel: string;
  readonly description: string;
  readonly dataSubjects: readonly string[];
  readonly category: string;
  readonly categoryLabel: string;
  readonly fields: readonly string[];
  readonly legalBasis: string;
  readonly personnummerGround: string | null;
  readonly recipients: readonly string[];
  readonly thirdCountries: readonly string[];
  readonly safeguards: readonly string[];
  readonly erasureTimeLimit: string;
}

/** The record of processing activities. GDPR art. 30(1). */
export interface ProcessingRecords {
  readonly language: Language;
  readonly noticeVersion: string;
  readonly registerDigest: string;
  readonly dataController: {
    readonly name: string;
    readonly email: string;
    readonly website: string;
    readonly country: string;
    readonly registrationNumber: string | null;
    readonly postalAddress: string | null;
  };
  /** What an example says of itself; `null` = the register of a shop. */
  readonly sample: string | null;
  readonly rows: readonly ProcessingRecord[];
  readonly securityMeasures: readonly string[];
}

/** @param options.at the day decides which legal entities are named as recipients */
export const processingRecords = (
  register: Register,
  options: { readonly lang: Language; readonly at: string },
): ProcessingRecords => {
  const { lang, at } = options;
  const processors = publicProcessors(register, at, lang);
  const { country, email, name, postalAddress = null, registrationNumber = null, website } = register.dataController;
  return {
    language: lang,
    noticeVersion: register.noticeVersion,
    registerDigest: register.digest,
    dataController: { name, email, website, country, registrationNumber, postalAddress },
    sample: register.sample === undefined ? null : textIn(register.sample, lang),
    rows: publicPurposes(register, lang).flatMap((purpose) => {
      const recipients = processors.filter((processor) => purpose.processors.includes(processor.processorId));
      return purpose.data.map((entry) => ({
        purpose: purpose.purpose,
        purposeLabel: purpose.label,
        description: purpose.description,
        dataSubjects: purpose.dataSubjects,
        category: entry.category,
        categoryLabel: entry.categoryLabel,
        fields: entry.fields.map((field) => field.label),
        legalBasis: messages(lang).format(`legalBasis.${entry.legalBasis}`),
        personnummerGround: entry.ground === null ? null : messages(lang).format(`personnummerGround.${entry.ground}`),
        recipients: recipients
          .filter((p) => p.notInUse === null)
          .map((p) => (p.legalEntity === null ? p.name : `${p.name} (${p.legalEntity.name})`)),
        thirdCountries: [...new Set(recipients.flatMap((p) => p.safeguard.thirdCountries))],
        safeguards: recipients
          .filter((p) => p.safeguard.thirdCountries.length > 0)
          .map((p) => `${p.name}: ${p.safeguard.text}`),
        erasureTimeLimit: entry.retention,
      }));
    }),
    securityMeasures: register.securityMeasures.map((measure) => textIn(measure, lang)),
  };
};
