import { dataCategories, streamCategory, type DataCategory } from '@dittoo/kernel';
import {
  publicProcessors,
  publicPurposes,
  textIn,
  type Language,
  type PublicProcessor,
  type Register,
} from '@dittoo/processor-register';
import { copyTexts } from './copy-texts.js';
import { retainedAfterErasure, retentionEnds } from './copy-retention.js';
import { knownFields, knownRecords, type KnownField, type KnownRecord } from './known-values.js';
import type { CopiedEvent } from '../person/subject-events.query.js';
import type { CopiedRows } from './subject-rows.query.js';

export interface CategoryCopy {
  readonly category: DataCategory;
  readonly label: string;
  /** Why data of this category are processed at all, as the register says. */
  readonly purposes: readonly {
    readonly purpose: string;
    readonly label: string;
    readonly legalBasis: string;
    readonly ground: string | null;
  }[];
  readonly retention: {
    readonly rule: string;
    /** Last day, as things stand; `null` = the period has not begun. */
    readonly until: string | null;
    /** Set where an erasure left it: why. */
    readonly retainedBecause: string | null;
  };
  readonly fields: readonly (KnownField & { readonly label: string })[];
}

/** A line of the disclosure ledger: who actually got what (art. 15(1)(c), CJEU C-154/21). */
export interface RecipientLine {
  readonly processorId: string;
  readonly processorName: string;
  readonly legalEntity: string | null;
  readonly country: string | null;
  readonly fields: readonly { readonly name: string; readonly label: string }[];
  readonly purpose: string | null;
  readonly purposeLabel: string | null;
  readonly legalBasis: string | null;
  readonly consentRecordId: string | null;
  readonly noticeVersion: string | null;
  readonly at: string;
  /** `refused`: it was asked for and nothing left. */
  readonly outcome: 'delivered' | 'rejected' | 'unknown' | 'refused';
  readonly reason: string | null;
}

/** Art. 15: everything about one person, and what the law wants said about it. */
export interface AccessCopy {
  readonly format: 'urn:dittoo:subject-copy:access:1';
  readonly requestId: string;
  readonly subjectId: string;
  readonly preparedAt: string;
  readonly expiresAt: string;
  readonly language: Language;
  readonly notice: { readonly version: string; readonly registerDigest: string };
  readonly dataController: {
    readonly name: string;
    readonly email: string;
    readonly website: string;
    readonly country: string;
  };
  readonly authority: { readonly name: string; readonly website: string };
  readonly rights: readonly { readonly article: string; readonly text: string }[];
  readonly categories: readonly CategoryCopy[];
  readonly records: readonly KnownRecord[];
  readonly recipients: readonly RecipientLine[];
  /** Looks that staff took at the history. */
  readonly looks: readonly { readonly at: string; readonly view: unknown }[];
  /** Rows that follow from no event. */
  readonly rows: CopiedRows;
  readonly history: readonly CopiedEvent[];
}

export interface CopyFacts {
  readonly requestId: string;
  readonly subjectId: string;
  readonly preparedAt: string;
  readonly expiresAt: string;
  readonly register: Register;
  readonly events: readonly CopiedEvent[];
  readonly rows: CopiedRows;
}

/** Derived from the schema map and the register alone: what is added there is in the copy without a change here. */
export const accessCopy = (facts: CopyFacts): AccessCopy => {
  const { events, expiresAt, preparedAt, register, requestId, rows, subjectId } = facts;
  const { authority, dataController, digest: registerDigest, noticeVersion } = register;
  const language = languageOf(events);
  const { country, email, name, website } = dataController;
  return {
    format: 'urn:dittoo:subject-copy:access:1',
    requestId,
    subjectId,
    preparedAt,
    expiresAt,
    language,
    notice: { version: noticeVersion, registerDigest },
    dataController: { name, email, website, country },
    authority: { name: textIn(authority.name, language), website: authority.website },
    rights: copyTexts[language].rights,
    categories: categoriesOf(register, language, events),
    records: knownRecords(events),
    recipients: recipientsOf(register, language, events),
    looks: events
      .filter(({ type }) => type === 'SubjectHistoryViewed')
      .map(({ fields, recordedAt }) => ({ at: recordedAt, view: fields['view'] })),
    rows,
    history: events,
  };
};

/** The language the person chose last, else the one they were spoken to in. */
export const languageOf = (events: readonly CopiedEvent[]): Language => {
  const last = (name: string): unknown =>
    events.findLast(({ fields }) => typeof fields[name] === 'string')?.fields[name];
  return (last('locale') ?? last('language')) === 'en' ? 'en' : 'sv';
};

const categoriesOf = (register: Register, language: Language, events: readonly CopiedEvent[]): CategoryCopy[] => {
  const retained = retainedAfterErasure(events);
  const kinds = kindsOfPerson(events);
  const purposes = publicPurposes(register, language).filter(({ purpose }) =>
    register.purposes[purpose]!.dataSubjects.some((kind) => kinds.has(kind)),
  );
  return dataCategories.flatMap((category) => {
    const fields = knownFields(category, events, retentionEnds(register, category, events));
    if (fields.length === 0 && !retained.has(category)) return [];
    const { label, retention } = register.dataCategories[category];
    const kept = retained.get(category);
    return [
      {
        category,
        label: textIn(label, language),
        purposes: purposes.flatMap(({ data, label: purposeLabel, purpose }) =>
          data
            .filter((entry) => entry.category === category)
            .map(({ ground, legalBasis }) => ({ purpose, label: purposeLabel, legalBasis, ground })),
        ),
        retention: {
          rule: textIn(retention.text, language),
          until: kept?.until ?? lastDay(fields),
          retainedBecause: kept?.reason ?? null,
        },
        fields: fields.map((known) => ({ ...known, label: labelOf(register, known.field, language) })),
      },
    ];
  });
};

/** What makes somebody more than a visitor, in the register's words. */
const kindOfStream: Readonly<Record<string, string>> = {
  newsletter: 'subscriber',
  supportCase: 'correspondent',
  campaignEntry: 'campaignEntrant',
};

/** What the person is to the shop: only purposes that concern such people are theirs. */
const kindsOfPerson = (events: readonly CopiedEvent[]): ReadonlySet<string> =>
  new Set([
    'visitor',
    ...(events.some(({ type }) => type === 'CustomerRegistered') ? ['customer'] : []),
    ...events.flatMap(({ stream }) => kindOfStream[streamCategory(stream)] ?? []),
  ]);

/** Of everything in the category; `null` as soon as the period of one value has not begun. */
const lastDay = (fields: readonly KnownField[]): string | null => {
  const days = fields.flatMap(({ current, earlier }) => [current, ...earlier]).map(({ keptUntil }) => keptUntil);
  return days.includes(null) ? null : (days.sort().at(-1) ?? null);
};

const labelOf = (register: Register, field: string, language: Language): string =>
  Object.hasOwn(register.fields, field)
    ? textIn(register.fields[field]!, language)
    : (copyTexts[language].fields[field] ?? field);

const recipientsOf = (register: Register, language: Language, events: readonly CopiedEvent[]): RecipientLine[] => {
  const processorAt = processorsByDay(register, language);
  const labels = new Map(publicPurposes(register, language).map(({ label, purpose }) => [purpose, label]));
  return events.flatMap(({ fields, recordedAt, type }) => {
    if (type !== 'DataDisclosed' && type !== 'ForwardingRefused') return [];
    const text = (name: string): string | null => (typeof fields[name] === 'string' ? fields[name] : null);
    const processorId = text('processorId') ?? '';
    const names = Array.isArray(fields['fields']) ? (fields['fields'] as string[]) : [];
    const processor = processorAt(processorId, recordedAt);
    return [
      {
        processorId,
        processorName: processor?.name ?? processorId,
        legalEntity: text('legalEntity') ?? processor?.legalEntity?.name ?? null,
        country: processor?.country ?? null,
        fields: names.map((name) => ({ name, label: labelOf(register, name, language) })),
        purpose: text('purpose'),
        purposeLabel: labels.get(text('purpose') ?? '') ?? text('purpose'),
        legalBasis: text('legalBasis'),
        consentRecordId: text('consentRecordId'),
        noticeVersion: text('noticeVersion'),
        at: recordedAt,
        outcome: type === 'DataDisclosed' ? (fields['outcome'] as RecipientLine['outcome']) : 'refused',
        reason: text('reason'),
      },
    ];
  });
};

/** The register names other legal entities on other days; ten thousand disclosures are on few. */
const processorsByDay = (register: Register, language: Language) => {
  const days = new Map<string, readonly PublicProcessor[]>();
  return (processorId: string, at: string): PublicProcessor | undefined => {
    const day = at.slice(0, 13); // an hour: midnight in Sweden is not midnight in UTC
    const known = days.get(day) ?? publicProcessors(register, at, language);
    days.set(day, known);
    return known.find((processor) => processor.processorId === processorId);
  };
};
