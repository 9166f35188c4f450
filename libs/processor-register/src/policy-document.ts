import { canonicalDigest } from './canonical-digest.js';
import { policyTexts } from './policy-texts.js';
import { type DriftWarning, driftWarnings } from './processors.js';
import { type PublicProcessor, type PublicPurpose, publicProcessors, publicPurposes } from './public-register.js';
import { type Language, type Register, textIn } from './register.js';

/** What a section is made of; a page and a single-page application render the same blocks. */
export type PolicyBlock =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'facts';
      readonly heading: string | null;
      readonly entries: readonly { readonly term: string; readonly text: string; readonly href?: string }[];
    }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

export const policySections = [
  'whoWeAre',
  'whatWeStore',
  'personnummer',
  'consents',
  'processors',
  'retention',
  'rights',
  'accessLog',
  'security',
  'drift',
] as const;

export interface PolicySection {
  readonly id: (typeof policySections)[number];
  readonly heading: string;
  readonly blocks: readonly PolicyBlock[];
}

/** The public privacy policy in one language: readable by people in `sections`, by programs in the rest. */
export interface PolicyDocument {
  readonly title: string;
  readonly language: Language;
  readonly noticeVersion: string;
  readonly noticeValidFrom: string;
  readonly registerDigest: string;
  readonly dataController: { readonly name: string; readonly email: string; readonly website: string };
  readonly authority: { readonly shortName: string; readonly name: string; readonly website: string };
  readonly sections: readonly PolicySection[];
  readonly purposes: readonly PublicPurpose[];
  readonly processors: readonly PublicProcessor[];
  readonly drift: readonly DriftWarning[];
  /** Hex SHA-256 over the RFC 8785 form of everything above: what an acknowledged notice is recorded by. */
  readonly digest: string;
}

/**
 * Writes the policy.
 *
 * @param options.at the day decides which legal entities, agreements and corrections are named
 */
export const policyDocument = (
  register: Register,
  options: { readonly lang: Language; readonly at: string },
): PolicyDocument => {
  const { lang, at } = options;
  const facts: Facts = {
    register,
    lang,
    purposes: publicPurposes(register, lang),
    processors: publicProcessors(register, at, lang),
    drift: driftWarnings(register, at, lang),
  };
  const document = {
    title: `${policyTexts[lang].title} - ${register.dataController.name}`,
    language: lang,
    noticeVersion: register.noticeVersion,
    noticeValidFrom: register.noticeValidFrom,
    registerDigest: register.digest,
    dataController: {
      name: register.dataController.name,
      email: register.dataController.email,
      website: register.dataController.website,
    },
    authority: { ...register.authority, name: textIn(register.authority.name, lang) },
    sections: policySections.flatMap((id) => {
      const blocks = writers[id](facts);
      return blocks.length === 0 ? [] : [{ id, heading: policyTexts[lang][id].heading, blocks }];
    }),
    purposes: facts.purposes,
    processors: facts.processors,
    drift: facts.drift,
  };
  return { ...document, digest: canonicalDigest(document) };
};

interface Facts {
  readonly register: Register;
  readonly lang: Language;
  readonly purposes: readonly PublicPurpose[];
  readonly processors: readonly PublicProcessor[];
  readonly drift: readonly DriftWarning[];
}

const paragraph = (text: string): PolicyBlock => ({ kind: 'paragraph', text });
const labels = (fields: readonly { readonly label: string }[]): string => fields.map((f) => f.label).join(', ');
const sentence = (text: string): string => text.charAt(0).toLocaleUpperCase('sv') + text.slice(1);

const writers: Readonly<Record<PolicySection['id'], (facts: Facts) => readonly PolicyBlock[]>> = {
  whoWeAre: ({ register: { dataController }, lang }) => {
    const texts = policyTexts[lang].whoWeAre;
    return [
      paragraph(texts.text(dataController.name)),
      {
        kind: 'facts',
        heading: null,
        entries: [
          {
            term: texts.dataController,
            text: [dataController.name, dataController.registrationNumber, dataController.country]
              .filter((part) => part !== undefined)
              .join(', '),
          },
          { term: texts.email, text: dataController.email, href: `mailto:${dataController.email}` },
          { term: texts.support, text: dataController.supportEmail, href: `mailto:${dataController.supportEmail}` },
          { term: texts.website, text: dataController.website, href: dataController.website },
        ],
      },
    ];
  },

  whatWeStore: ({ lang, purposes }) => {
    const texts = policyTexts[lang].whatWeStore;
    return [
      ...texts.text.map(paragraph),
      {
        kind: 'table',
        caption: texts.caption,
        columns: texts.columns,
        rows: purposes.flatMap((purpose) =>
          purpose.data.map((entry) => [
            `${purpose.label}. ${purpose.description}`,
            sentence(labels(entry.fields)),
            sentence(policyTexts[lang].legalBases[entry.legalBasis]),
            entry.retention,
          ]),
        ),
      },
    ];
  },

  personnummer: ({ lang, purposes }) => {
    const texts = policyTexts[lang].personnummer;
    return [
      ...texts.text.map(paragraph),
      {
        kind: 'table',
        caption: texts.caption,
        columns: texts.columns,
        rows: purposes.flatMap((purpose) =>
          purpose.data.flatMap(({ ground, legalBasis }) =>
            ground === null
              ? []
              : [
                  [
                    purpose.label,
                    sentence(policyTexts[lang].grounds[ground]),
                    sentence(policyTexts[lang].legalBases[legalBasis]),
                  ],
                ],
          ),
        ),
      },
    ];
  },

  consents: ({ lang, purposes }) => {
    const texts = policyTexts[lang].consents;
    return [
      paragraph(texts.intro),
      {
        kind: 'list',
        items: purposes.filter((p) => p.optionalConsent).map((p) => `${p.label}: ${p.description}`),
      },
      ...texts.withdrawal.map(paragraph),
    ];
  },

  processors: ({ lang, processors }) => {
    const texts = policyTexts[lang].processors;
    return [...texts.text.map(paragraph), ...processors.map((processor) => processorFacts(processor, lang))];
  },

  retention: ({ register, lang }) => {
    const texts = policyTexts[lang].retention;
    return [
      paragraph(texts.text),
      {
        kind: 'table',
        caption: texts.caption,
        columns: texts.columns,
        rows: Object.values(register.dataCategories).map(({ label, retention }) => [
          textIn(label, lang),
          textIn(retention.text, lang),
          retention.law === undefined ? '-' : textIn(retention.law, lang),
        ]),
      },
    ];
  },

  rights: ({ register, lang }) => {
    const texts = policyTexts[lang].rights;
    const { authority, dataController } = register;
    return [
      paragraph(texts.text),
      { kind: 'list', items: texts.list },
      paragraph(texts.answer),
      paragraph(texts.contact(dataController.email)),
      paragraph(texts.complaint(textIn(authority.name, lang), authority.shortName)),
      {
        kind: 'facts',
        heading: null,
        entries: [{ term: authority.shortName, text: authority.website, href: authority.website }],
      },
    ];
  },

  accessLog: ({ register, lang }) => [
    ...policyTexts[lang].accessLog.text.map(paragraph),
    paragraph(textIn(register.dataCategories.accessLog.retention.text, lang)),
  ],

  security: ({ register, lang }) => [
    { kind: 'list', items: register.securityMeasures.map((measure) => textIn(measure, lang)) },
  ],

  drift: ({ lang, drift }) => {
    const texts = policyTexts[lang].drift;
    if (drift.length === 0) return [];
    return [
      paragraph(texts.text),
      {
        kind: 'table',
        caption: texts.caption,
        columns: texts.columns,
        rows: drift.map(({ published, found, since }) => [
          published,
          since === null ? found : texts.since(found, since),
        ]),
      },
    ];
  },
};

const processorFacts = (processor: PublicProcessor, lang: Language): PolicyBlock => {
  const { processors: texts, legalBases, erasure, none } = policyTexts[lang];
  const { legalEntity, agreement } = processor;
  const operator =
    legalEntity === null ? none : [legalEntity.name, legalEntity.registrationNumber].filter(Boolean).join(', ');
  return {
    kind: 'facts',
    heading: processor.name,
    entries: [
      {
        term: texts.operator,
        text: processor.legalEntityNote === null ? operator : `${operator}. ${processor.legalEntityNote}`,
      },
      { term: texts.service, text: processor.service },
      { term: texts.when, text: sentence(processor.triggers.join('; ')) },
      ...processor.purposes.map((grant) => ({
        term: `${texts.what}: ${grant.label}`,
        text: `${sentence(labels(grant.fields) || texts.noPersonal)}. ${sentence(legalBases[grant.legalBasis])}.`,
      })),
      ...processor.withheld.map(({ what, reason }) => ({
        term: `${texts.withheld}: ${what}`,
        text: reason,
      })),
      { term: texts.where, text: [processor.country, processor.safeguard.text].join('. ') },
      {
        term: texts.agreement,
        text: agreement === null ? texts.noAgreement : texts.signed(agreement.reference, agreement.signedOn),
      },
      { term: texts.kept, text: processor.retention },
      { term: texts.erased, text: `${erasure[processor.erasure.capability]} ${processor.erasure.method}` },
    ],
  };
};
