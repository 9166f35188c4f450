import { canonicalDigest } from './canonical-digest.js';
import { legalBasisLabel, messages } from './messages/messages.js';
import { type DriftWarning, driftWarnings } from './processors.js';
import { type PublicProcessor, type PublicPurpose, publicProcessors, publicPurposes } from './public-register.js';
import { type Language, type Register, textIn } from './register.js';

/** The blocks of a section, which a page and a single-page application render. */
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

/** The public privacy policy in one language: `sections` for people, the other fields for programs. */
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
  /** Hex SHA-256 over the RFC 8785 form of everything above; recorded with an acknowledged notice. */
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
    title: `${messages(lang).format('policy.title')} - ${register.dataController.name}`,
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
      return blocks.length === 0 ? [] : [{ id, heading: messages(lang).format(`policy.${id}.heading`), blocks }];
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

/** What a person can ask for, in the order of the page. */
const rights = ['copy', 'rectification', 'erasure', 'restriction', 'objection', 'portability'] as const;

const writers: Readonly<Record<PolicySection['id'], (facts: Facts) => readonly PolicyBlock[]>> = {
  whoWeAre: ({ register: { dataController, sample }, lang }) => {
    const texts = messages(lang);
    return [
      ...(sample === undefined ? [] : [paragraph(textIn(sample, lang))]),
      paragraph(texts.format('policy.whoWeAre.text', { name: dataController.name })),
      {
        kind: 'facts',
        heading: null,
        entries: [
          {
            term: texts.format('policy.whoWeAre.dataController'),
            text: [
              dataController.name,
              dataController.registrationNumber,
              dataController.postalAddress,
              dataController.country,
            ]
              .filter((part) => part !== undefined)
              .join(', '),
          },
          {
            term: texts.format('policy.whoWeAre.email'),
            text: dataController.email,
            href: `mailto:${dataController.email}`,
          },
          {
            term: texts.format('policy.whoWeAre.support'),
            text: dataController.supportEmail,
            href: `mailto:${dataController.supportEmail}`,
          },
          { term: texts.format('policy.whoWeAre.website'), text: dataController.website, href: dataController.website },
        ],
      },
    ];
  },

  whatWeStore: ({ lang, purposes }) => {
    const texts = messages(lang);
    return [
      paragraph(texts.format('policy.whatWeStore.text.minimum')),
      paragraph(texts.format('policy.whatWeStore.text.noSale')),
      {
        kind: 'table',
        caption: texts.format('policy.whatWeStore.caption'),
        columns: [
          texts.format('policy.whatWeStore.column.purpose'),
          texts.format('policy.whatWeStore.column.data'),
          texts.format('policy.whatWeStore.column.legalBasis'),
          texts.format('policy.whatWeStore.column.kept'),
        ],
        rows: purposes.flatMap((purpose) =>
          purpose.data.map((entry) => [
            `${purpose.label}. ${purpose.description}`,
            sentence(labels(entry.fields)),
            sentence(legalBasisLabel(entry.legalBasis, lang)),
            entry.retention,
          ]),
        ),
      },
    ];
  },

  personnummer: ({ lang, purposes }) => {
    const texts = messages(lang);
    return [
      paragraph(texts.format('policy.personnummer.text.use')),
      paragraph(texts.format('policy.personnummer.text.control')),
      {
        kind: 'table',
        caption: texts.format('policy.personnummer.caption'),
        columns: [
          texts.format('policy.personnummer.column.purpose'),
          texts.format('policy.personnummer.column.ground'),
          texts.format('policy.personnummer.column.legalBasis'),
        ],
        rows: purposes.flatMap((purpose) =>
          purpose.data.flatMap(({ ground, legalBasis }) =>
            ground === null
              ? []
              : [
                  [
                    purpose.label,
                    sentence(texts.format(`personnummerGround.${ground}`)),
                    sentence(legalBasisLabel(legalBasis, lang)),
                  ],
                ],
          ),
        ),
      },
    ];
  },

  consents: ({ lang, purposes }) => {
    const texts = messages(lang);
    return [
      paragraph(texts.format('policy.consents.intro')),
      {
        kind: 'list',
        items: purposes.filter((p) => p.optionalConsent).map((p) => `${p.label}: ${p.description}`),
      },
      paragraph(texts.format('policy.consents.withdrawal.atOnce')),
      paragraph(texts.format('policy.consents.withdrawal.newsletter')),
      paragraph(texts.format('policy.consents.withdrawal.softOptIn')),
      paragraph(texts.format('policy.consents.withdrawal.receipt')),
    ];
  },

  processors: ({ lang, processors }) => [
    paragraph(messages(lang).format('policy.processors.text.sending')),
    paragraph(messages(lang).format('policy.processors.text.ownData')),
    ...processors.map((processor) => processorFacts(processor, lang)),
  ],

  retention: ({ register, lang }) => {
    const texts = messages(lang);
    return [
      paragraph(texts.format('policy.retention.text')),
      {
        kind: 'table',
        caption: texts.format('policy.retention.caption'),
        columns: [
          texts.format('policy.retention.column.data'),
          texts.format('policy.retention.column.kept'),
          texts.format('policy.retention.column.law'),
        ],
        rows: Object.values(register.dataCategories).map(({ label, retention }) => [
          textIn(label, lang),
          textIn(retention.text, lang),
          retention.law === undefined ? '-' : textIn(retention.law, lang),
        ]),
      },
    ];
  },

  rights: ({ register: { authority, dataController }, lang }) => {
    const texts = messages(lang);
    const { shortName, website } = authority;
    return [
      paragraph(texts.format('policy.rights.text')),
      { kind: 'list', items: rights.map((right) => texts.format(`policy.rights.list.${right}`)) },
      paragraph(texts.format('policy.rights.answer')),
      paragraph(texts.format('policy.rights.contact', { email: dataController.email })),
      paragraph(texts.format('policy.rights.complaint', { authority: textIn(authority.name, lang), shortName })),
      { kind: 'facts', heading: null, entries: [{ term: shortName, text: website, href: website }] },
    ];
  },

  accessLog: ({ register, lang }) => [
    paragraph(messages(lang).format('policy.accessLog.text.use')),
    paragraph(textIn(register.dataCategories.accessLog.retention.text, lang)),
  ],

  security: ({ register, lang }) => [
    { kind: 'list', items: register.securityMeasures.map((measure) => textIn(measure, lang)) },
  ],

  drift: ({ lang, drift }) => {
    const texts = messages(lang);
    if (drift.length === 0) return [];
    return [
      paragraph(texts.format('policy.drift.text')),
      {
        kind: 'table',
        caption: texts.format('policy.drift.caption'),
        columns: [texts.format('policy.drift.column.published'), texts.format('policy.drift.column.found')],
        rows: drift.map(({ published, found, since }) => [
          published,
          since === null ? found : texts.format('policy.drift.since', { found, day: since }),
        ]),
      },
    ];
  },
};

const processorFacts = (processor: PublicProcessor, lang: Language): PolicyBlock => {
  const texts = messages(lang);
  const { legalEntity, agreement } = processor;
  const operator =
    legalEntity === null
      ? texts.format('policy.none')
      : [legalEntity.name, legalEntity.registrationNumber].filter(Boolean).join(', ');
  return {
    kind: 'facts',
    heading: processor.name,
    entries: [
      {
        term: texts.format('policy.processors.operator'),
        text: processor.legalEntityNote === null ? operator : `${operator}. ${processor.legalEntityNote}`,
      },
      { term: texts.format('policy.processors.service'), text: processor.service },
      ...(processor.notInUse === null
        ? []
        : [{ term: texts.format('policy.processors.notInUse'), text: processor.notInUse }]),
      { term: texts.format('policy.processors.when'), text: sentence(processor.triggers.join('; ')) },
      ...processor.purposes.map((grant) => ({
        term: `${texts.format('policy.processors.what')}: ${grant.label}`,
        text: `${sentence(labels(grant.fields) || texts.format('policy.processors.noPersonal'))}. ${sentence(legalBasisLabel(grant.legalBasis, lang))}.`,
      })),
      ...processor.withheld.map(({ what, reason }) => ({
        term: `${texts.format('policy.processors.withheld')}: ${what}`,
        text: reason,
      })),
      { term: texts.format('policy.processors.where'), text: [processor.country, processor.safeguard.text].join('. ') },
      {
        term: texts.format('policy.processors.agreement'),
        text:
          agreement === null
            ? texts.format('policy.processors.noAgreement')
            : texts.format('policy.processors.signed', { reference: agreement.reference, day: agreement.signedOn }),
      },
      { term: texts.format('policy.processors.kept'), text: processor.retention },
      {
        term: texts.format('policy.processors.erased'),
        text: [
          texts.format(`processorErasure.${processor.erasure.capability}`),
          processor.erasure.method,
          ...(processor.erasure.outcomeChecked ? [texts.format('processorErasure.outcomeChecked')] : []),
        ].join(' '),
      },
    ],
  };
};
