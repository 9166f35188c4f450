import { streamCategory, type LegalBasis } from '@dittoo/kernel';
import {
  htmlTable,
  htmlTableEnd,
  htmlTableRow,
  htmlTableStart,
  legalBasisLabel,
  markup,
  type Html,
  type Language,
} from '@dittoo/processor-register';
import { messages, type CopyMessages } from '../messages/messages.js';
import type { CopiedEvent } from '../person/subject-events.query.js';
import { valuesOf, type AccessCopy, type CategoryCopy, type CopiedFieldValue } from './access-copy.js';
import { eventInWords, headingOf } from './copied-text.js';
import { folded, type Folded } from './folded.js';
import type { KnownRecord } from './known-values.js';
import { dayInWords, eventFieldsInWords, fieldsInWords, personalInWords, timeInWords } from './page-words.js';
import { facts, only, paragraph, type Lists, type Section } from './page-parts.js';
import type { RecipientLine } from './recipient-lines.js';

/** What is about the transport of data and not about the person: the recipients have their own section. */
const shownElsewhere: ReadonlySet<string> = new Set(['forwarding', 'officerAccess']);

async function* table<T>(
  head: { readonly caption: string; readonly columns: readonly string[] },
  entries: AsyncIterable<T>,
  rowOf: (entry: T) => readonly string[],
): AsyncGenerator<Html> {
  yield htmlTableStart(head);
  for await (const entry of entries) yield htmlTableRow(head, rowOf(entry));
  yield htmlTableEnd;
}

/** The sections of an access copy for a reader. What only programs can use is in the JSON. */
export const accessSections = (copy: AccessCopy, lists: Lists, texts: CopyMessages): Section[] => {
  const sections: (Section | null)[] = [
    { heading: texts.format('copy.who.heading'), body: () => only(whoIsResponsible(copy, texts)) },
    {
      heading: texts.format('copy.data.heading'),
      body: () =>
        copy.categories.length === 0 ? paragraph(texts.format('copy.data.none')) : categoryBlocks(copy, lists, texts),
    },
    {
      heading: texts.format('copy.recipients.heading'),
      body: () =>
        lists.isEmpty('recipients') ? paragraph(texts.format('copy.recipients.none')) : recipients(copy, lists, texts),
    },
    lists.isEmpty('viewings')
      ? null
      : { heading: texts.format('copy.viewings.heading'), body: () => viewings(lists, texts) },
    { heading: texts.format('copy.records.heading'), body: () => records(copy, lists, texts) },
    Object.keys(copy.rows).length === 0
      ? null
      : { heading: texts.format('copy.rows.heading'), body: () => rows(copy, texts) },
    { heading: texts.format('copy.history.heading'), body: () => history(copy, lists, texts) },
    {
      heading: texts.format('copy.notIncluded.heading'),
      body: () => only(markup`<ul>${copy.notIncluded.map((text) => markup`<li>${text}</li>\n`)}</ul>\n`),
    },
    {
      heading: texts.format('copy.rights.heading'),
      body: () =>
        only(
          markup`<ul>${copy.rights.map(({ article, text }) => markup`<li>${text} (art. ${article} GDPR)</li>\n`)}</ul>\n`,
        ),
    },
  ];
  return sections.filter((section) => section !== null);
};

async function* categoryBlocks(copy: AccessCopy, lists: Lists, texts: CopyMessages): AsyncGenerator<Html> {
  for (const category of copy.categories) {
    const { label } = category;
    yield markup`<h3>${label}</h3>\n`;
    const values = lists.of<CopiedFieldValue>(valuesOf(category.category));
    const likeness = ({ label: name, source, until, value }: CopiedFieldValue): string =>
      JSON.stringify([name, personalInWords(value, texts), source, until === null]);
    yield* table(
      {
        caption: label,
        columns: [
          texts.format('copy.value.column.field'),
          texts.format('copy.value.column.value'),
          texts.format('copy.value.column.period'),
          texts.format('copy.value.column.source'),
        ],
      },
      folded(values, likeness),
      (same) => [
        same.first.label,
        personalInWords(same.first.value, texts),
        period(same, texts),
        sourceInWords(same.first.source, texts),
      ],
    );
    yield whyAndHowLong(category, texts, copy.language);
  }
}

const sourceInWords = (source: string, texts: CopyMessages): string => texts.find(`copy.source.${source}`) ?? source;

const times = (count: number, texts: CopyMessages): string =>
  count === 1 ? '' : ` (${texts.format('copy.times', { count })})`;

const period = ({ count, first, last }: Folded<CopiedFieldValue>, texts: CopyMessages): string => {
  const until = last.until === null ? texts.format('copy.value.now') : timeInWords(last.until, texts);
  return `${timeInWords(first.since, texts)} – ${until}${times(count, texts)}`;
};

const span = (first: string, last: string, count: number, texts: CopyMessages): string => {
  const [from, to] = [timeInWords(first, texts), timeInWords(last, texts)];
  return `${from === to ? from : `${from} – ${to}`}${times(count, texts)}`;
};

async function* recipients({ language }: AccessCopy, lists: Lists, texts: CopyMessages): AsyncGenerator<Html> {
  const cells = (line: RecipientLine): string[] => [
    [line.processorName, line.legalEntity, line.country].filter((part) => part !== null).join(', '),
    line.fields.map(({ label }) => label).join(', '),
    [line.purposeLabel, line.legalBasis === null ? null : legalBasisLabel(line.legalBasis as LegalBasis, language)]
      .filter((part) => part !== null)
      .join(', '),
    texts.find(`copy.outcome.${line.outcome}`) ?? line.outcome,
  ];
  yield* table(
    {
      caption: texts.format('copy.recipients.heading'),
      columns: [
        texts.format('copy.recipients.column.recipient'),
        texts.format('copy.recipients.column.fields'),
        texts.format('copy.recipients.column.purpose'),
        texts.format('copy.recipients.column.at'),
        texts.format('copy.recipients.column.outcome'),
      ],
    },
    folded(lists.of<RecipientLine>('recipients'), (line) => JSON.stringify(cells(line))),
    ({ count, first, last }) => {
      const [who, fields, why, outcome] = cells(first) as [string, string, string, string];
      return [who, fields, why, span(first.at, last.at, count, texts), outcome];
    },
  );
}

async function* viewings(lists: Lists, texts: CopyMessages): AsyncGenerator<Html> {
  yield markup`<ul>`;
  for await (const { at } of lists.of<{ readonly at: string }>('viewings'))
    yield markup`<li>${texts.format('copy.viewings.item', { at: timeInWords(at, texts) })}</li>`;
  yield markup`</ul>\n`;
}

async function* records({ language }: AccessCopy, lists: Lists, texts: CopyMessages): AsyncGenerator<Html> {
  for await (const { fields, lastEvent, stream } of lists.of<KnownRecord>('records')) {
    if (shownElsewhere.has(streamCategory(stream))) continue;
    const { recordedAt, type } = lastEvent;
    const named = fieldsInWords(fields, (field) => texts.find(`copy.plain.${field}`) ?? null, texts);
    const last = `${eventInWords(type, language)}, ${timeInWords(recordedAt, texts)}`;
    yield facts(headingOf(stream, language), last, named);
  }
}

async function* rows(copy: AccessCopy, texts: CopyMessages): AsyncGenerator<Html> {
  for (const [name, ofTable] of Object.entries(copy.rows)) {
    const [schema, table] = name.split('.');
    for (const row of ofTable) {
      const named = fieldsInWords(row, (column) => texts.find(`copy.column.${column}`) ?? null, texts);
      if (named.length > 0)
        yield facts(texts.find(`copy.table.${schema}.${table}`) ?? texts.format('copy.rows.heading'), null, named);
    }
  }
}

async function* history({ language }: AccessCopy, lists: Lists, texts: CopyMessages): AsyncGenerator<Html> {
  const content = ({ fields, type }: CopiedEvent): string =>
    eventFieldsInWords(type, fields, texts)
      .map(([name, value]) => `${name}: ${value}`)
      .join('; ');
  const cells = (event: CopiedEvent): string[] => [
    eventInWords(event.type, language),
    sourceInWords(event.source, texts),
    content(event),
  ];
  yield* table(
    {
      caption: texts.format('copy.history.heading'),
      columns: [
        texts.format('copy.history.column.at'),
        texts.format('copy.history.column.event'),
        texts.format('copy.history.column.source'),
        texts.format('copy.history.column.content'),
      ],
    },
    folded(lists.of<CopiedEvent>('history'), (event) => JSON.stringify(cells(event))),
    ({ count, first, last }) => [span(first.recordedAt, last.recordedAt, count, texts), ...cells(first)],
  );
}

const whoIsResponsible = ({ authority, dataController, subjectId }: AccessCopy, texts: CopyMessages): Html =>
  markup`<div class="card"><dl>
<dt>${texts.format('copy.who.dataController')}</dt><dd>${dataController.name}, ${dataController.country}</dd>
<dt>${texts.format('copy.who.email')}</dt><dd>${dataController.email}</dd>
<dt>${texts.format('copy.who.website')}</dt><dd>${dataController.website}</dd>
<dt>${texts.format('copy.who.authority')}</dt><dd>${authority.name}, ${authority.website}</dd>
<dt>${texts.format('copy.who.subjectId')}</dt><dd>${subjectId}</dd>
</dl></div>
`;

const whyAndHowLong = ({ purposes, retention }: CategoryCopy, texts: CopyMessages, lang: Language): Html => {
  const { retainedBecause, rule, until } = retention;
  const reason =
    retainedBecause === null
      ? ''
      : texts.format('copy.retained', { reason: texts.find(`copy.reason.${retainedBecause}`) ?? retainedBecause });
  const end =
    until === null
      ? texts.format('copy.notBegun')
      : texts.format('copy.keptUntil', { day: dayInWords(until, messages(lang)) });
  return markup`${htmlTable({
    caption: texts.format('copy.purposes.caption'),
    columns: [texts.format('copy.purposes.column.purpose'), texts.format('copy.purposes.column.legalBasis')],
    rows: purposes.map(({ label: purpose, legalBasis }) => [purpose, legalBasisLabel(legalBasis as LegalBasis, lang)]),
  })}<p>${texts.format('copy.kept')}: ${rule} ${end} ${reason}</p>
`;
};
