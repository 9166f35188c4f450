import { dataCategories, streamCategory, type DataCategory } from '@dittoo/kernel';
import { publicPurposes, textIn, type Language, type Register } from '@dittoo/processor-register';
import type { CopyWriter } from './copy-contents.js';
import { inOrderOf } from './joined-lives.js';
import { retainedAfterErasure } from './copy-retention.js';
import { KeptUntil } from './kept-until.js';
import { StreamValues, type KeyedValue, type KnownRecord, type KnownValue } from './known-values.js';
import { recipientLines, type RecipientLine } from './recipient-lines.js';
import { messages } from '../messages/messages.js';
import type { CopiedEvent } from '../person/subject-events.query.js';
import type { CopiedRows } from './subject-rows.query.js';

/** A value with the period it is kept for. */
export interface CopiedFieldValue extends KnownValue {
  readonly label: string;
  /** The last day it is kept, as known now; `null` = the period has not begun. */
  readonly keptUntil: string | null;
}

export interface CategoryCopy {
  readonly category: DataCategory;
  readonly label: string;
  /** The purposes of processing this category, by the register. */
  readonly purposes: readonly {
    readonly purpose: string;
    readonly label: string;
    readonly legalBasis: string;
    readonly ground: string | null;
  }[];
  readonly retention: {
    readonly rule: string;
    /** The last day, as known now; `null` = the period has not begun. */
    readonly until: string | null;
    /** Why an erasure retained it, if one did. */
    readonly retainedBecause: string | null;
  };
  /** Grouped by record; earlier values come before those that replaced them. */
  readonly values: readonly CopiedFieldValue[];
}

/** Art. 15: all data about one person, with the information the law requires. */
export interface AccessCopy {
  readonly format: 'urn:dittoo:subject-copy:access:3';
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
  /** Viewings of the history by staff. */
  readonly viewings: readonly { readonly at: string; readonly view: unknown }[];
  /** Rows that are not derived from events. */
  readonly rows: CopiedRows;
  readonly history: readonly CopiedEvent[];
  /** What the person wrote without an account under the same, confirmed address is in the copy, under these ids. */
  readonly joinedSubjectIds: readonly string[];
  /** What is not in the copy, why, and how to get it. */
  readonly notIncluded: readonly string[];
}

/** The events of a copy: readable in two orders, never in memory as a whole. */
export interface CopiedLife {
  /** Oldest first. */
  inOrder(): AsyncIterable<CopiedEvent>;
  /** Stream by stream, oldest first. */
  byStream(): AsyncIterable<CopiedEvent>;
  outlinesOf(stream: string): AsyncIterable<CopiedEvent>;
}

/** The events of one subject of the copy. */
export interface CopiedSubject {
  readonly subjectId: string;
  readonly life: CopiedLife;
  /** The latest event of each kind, oldest first. */
  readonly latest: readonly CopiedEvent[];
}

export interface CopyFacts extends CopiedSubject {
  readonly requestId: string;
  readonly preparedAt: string;
  readonly expiresAt: string;
  readonly register: Register;
  readonly rows: CopiedRows;
  /** The same person as the shop knows them without an account. */
  readonly joined: readonly CopiedSubject[];
}

/** The copy without its lists: `CopyWriter` inserts them at their places. */
type FrameOf<Copy, Lists extends keyof Copy> = Omit<Copy, Lists> & { readonly [List in Lists]: string };
type CategoryFrame = FrameOf<CategoryCopy, 'values'>;
export type AccessFrame = FrameOf<Omit<AccessCopy, 'categories'>, 'history' | 'viewings' | 'recipients' | 'records'> & {
  readonly categories: readonly CategoryFrame[];
};

export const valuesOf = (category: string): string => `values-${category}`;

/**
 * Derived from the schema map and the register only: additions there are in the copy without a change here. The events
 * are read twice: stream by stream for current and earlier values, then in order for the history.
 */
export const accessFrame = async (facts: CopyFacts, writer: CopyWriter): Promise<AccessFrame> => {
  const { expiresAt, joined, preparedAt, register, requestId, rows, subjectId } = facts;
  const people = [facts, ...joined];
  const latest = people.flatMap((person) => person.latest);
  const { authority, dataController, digest: registerDigest, noticeVersion } = register;
  const language = languageOf(facts.latest);
  const { country, email, name, website } = dataController;
  const lastDays: LastDays = new Map();
  for (const person of people) await addValues({ ...facts, ...person }, language, writer, lastDays);
  await addHistory(facts, language, writer);
  return {
    format: 'urn:dittoo:subject-copy:access:3',
    requestId,
    subjectId,
    preparedAt,
    expiresAt,
    language,
    notice: { version: noticeVersion, registerDigest },
    dataController: { name, email, website, country },
    authority: { name: textIn(authority.name, language), website: authority.website },
    rights: rightsIn(language),
    categories: categoriesOf(register, language, latest, lastDays, writer),
    records: writer.placeOf('records'),
    recipients: writer.placeOf('recipients'),
    viewings: writer.placeOf('viewings'),
    rows,
    history: writer.placeOf('history'),
    joinedSubjectIds: joined.map((person) => person.subjectId),
    notIncluded: notIncludedIn(register, language),
  };
};

/** The access log has no name beside the address: it cannot be searched for a person (art. 11(2)). */
const notIncludedIn = (register: Register, language: Language): string[] => [
  messages(language).format('copy.notIncluded.accessLog', {
    rule: textIn(register.dataCategories.accessLog.retention.text, language),
  }),
  messages(language).format('copy.notIncluded.otherAddresses'),
];

const rights = [
  'rectification',
  'erasure',
  'restriction',
  'portability',
  'objection',
  'withdrawal',
  'complaint',
] as const;

const rightsIn = (language: Language): AccessCopy['rights'] =>
  rights.map((right) => ({
    article: messages(language).format(`copy.right.${right}.article`),
    text: messages(language).format(`copy.right.${right}.text`),
  }));

/** The language the person chose last, otherwise the one last used with them. */
export const languageOf = (events: readonly CopiedEvent[]): Language => {
  const last = (name: string): unknown =>
    events.findLast(({ fields }) => typeof fields[name] === 'string')?.fields[name];
  return (last('locale') ?? last('language')) === 'en' ? 'en' : 'sv';
};

/** Last days by category; `null` if the period of one of its values has not begun. */
type LastDays = Map<DataCategory, string | null>;

const addValues = async (
  { expiresAt, latest, life, preparedAt, register }: CopyFacts,
  language: Language,
  writer: CopyWriter,
  lastDays: LastDays,
): Promise<void> => {
  const copyLifetimeMs = Date.parse(expiresAt) - Date.parse(preparedAt);
  const keptUntil = new KeptUntil({ register, copyLifetimeMs }, latest, (stream) => life.outlinesOf(stream));
  const add = async ({ category, event, keyPer, value }: KeyedValue): Promise<void> => {
    const day = await keptUntil.of(event, category, keyPer);
    const before = lastDays.get(category);
    const later = before === undefined || (before !== null && day !== null && before < day);
    if (day === null || later) lastDays.set(category, day);
    const copied: CopiedFieldValue = { ...value, label: labelOf(register, value.field, language), keptUntil: day };
    await writer.add(valuesOf(category), copied);
  };
  const end = async (values: StreamValues): Promise<void> => {
    const left = values.end();
    for (const value of left.values) await add(value);
    for (const record of left.records) await writer.add('records', record);
  };
  let stream: string | null = null;
  let values = new StreamValues();
  for await (const event of life.byStream()) {
    if (event.stream !== stream) {
      await end(values);
      values = new StreamValues();
      stream = event.stream;
    }
    for (const value of values.add(event)) await add(value);
  }
  await end(values);
};

const addHistory = async (
  { joined, life, register }: CopyFacts,
  language: Language,
  writer: CopyWriter,
): Promise<void> => {
  const recipientLine = recipientLines(register, language, (field) => labelOf(register, field, language));
  for await (const event of inOrderOf([life, ...joined.map((person) => person.life)])) {
    await writer.add('history', event);
    const line = recipientLine(event);
    if (line !== null) await writer.add('recipients', line);
    if (event.type === 'SubjectHistoryViewed') {
      await writer.add('viewings', { at: event.recordedAt, view: event.fields['view'] });
    }
  }
};

const categoriesOf = (
  register: Register,
  language: Language,
  latest: readonly CopiedEvent[],
  lastDays: LastDays,
  writer: CopyWriter,
): CategoryFrame[] => {
  const retained = retainedAfterErasure(latest);
  const kinds = kindsOfPerson(latest);
  const purposes = publicPurposes(register, language).filter(({ purpose }) =>
    register.purposes[purpose]!.dataSubjects.some((kind) => kinds.has(kind)),
  );
  return dataCategories.flatMap((category) => {
    if (!lastDays.has(category) && !retained.has(category)) return [];
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
          until: kept?.until ?? lastDays.get(category) ?? null,
          retainedBecause: kept?.reason ?? null,
        },
        values: writer.placeOf(valuesOf(category)),
      },
    ];
  });
};

/** The kind of person, as the register names it, by the category of a stream. */
const kindOfStream: Readonly<Record<string, string>> = {
  newsletter: 'subscriber',
  supportCase: 'correspondent',
  campaignEntry: 'campaignEntrant',
};

/** The kinds of person someone is for the shop: only purposes about these kinds apply to them. */
const kindsOfPerson = (events: readonly CopiedEvent[]): ReadonlySet<string> =>
  new Set([
    'visitor',
    ...(events.some(({ type }) => type === 'CustomerRegistered') ? ['customer'] : []),
    ...events.flatMap(({ stream }) => kindOfStream[streamCategory(stream)] ?? []),
  ]);

const labelOf = (register: Register, field: string, language: Language): string =>
  Object.hasOwn(register.fields, field)
    ? textIn(register.fields[field]!, language)
    : (messages(language).find(`copy.field.${field}`) ?? field);
