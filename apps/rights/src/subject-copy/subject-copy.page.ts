import type { LegalBasis } from '@dittoo/kernel';
import {
  htmlPageEnd,
  htmlPageStart,
  htmlTable,
  htmlTableEnd,
  htmlTableRow,
  htmlTableStart,
  legalBasisLabel,
  markup,
  type Html,
  type Language,
} from '@dittoo/processor-register';
import { valuesOf, type AccessCopy, type CategoryCopy, type CopiedFieldValue } from './access-copy.js';
import { entriesOf, frameOf, isEmptyList, textOf, type CopyContents, type CopyParts } from './copy-contents.js';
import { asText, eventInWords, headingOf, inWords, plainText } from './copied-text.js';
import type { KnownRecord } from './known-values.js';
import type { PortabilityCopy, ProvidedRecord } from './portability-copy.js';
import type { RecipientLine } from './recipient-lines.js';
import type { CopyFile } from './subject-copy-files.js';
import { messages, type CopyMessages } from '../messages/messages.js';
import type { CopiedEvent } from '../person/subject-events.query.js';

/** The lists of a copy, each readable repeatedly. */
interface Lists {
  of<T>(name: string): AsyncGenerator<T>;
  isEmpty(name: string): boolean;
}

interface Section {
  readonly heading: string;
  readonly body: () => AsyncGenerator<Html>;
}

/** Size of the pieces that are sent. */
const chunkCharacters = 64 * 1024;

/**
 * The copy as a page to read, print and keep: every value is escaped, there is no script, and the signed file is
 * inside. The page is generated while it is read, so only one part of the copy is in memory.
 */
export async function* subjectCopyPage(
  contents: CopyContents,
  parts: CopyParts,
  filename: string,
): AsyncGenerator<Buffer> {
  let waiting = '';
  for await (const { text } of markupOf(contents, parts, filename)) {
    waiting += text;
    if (waiting.length < chunkCharacters) continue;
    yield Buffer.from(waiting, 'utf8');
    waiting = '';
  }
  yield Buffer.from(waiting, 'utf8');
}

async function* markupOf(contents: CopyContents, parts: CopyParts, filename: string): AsyncGenerator<Html> {
  const { copy, signature } = frameOf(contents) as CopyFile;
  const texts = messages(copy.language);
  const lists: Lists = {
    of: (name) => entriesOf(contents, parts, name),
    isEmpty: (name) => isEmptyList(contents, name),
  };
  const [title, sections] =
    copy.format === 'urn:dittoo:subject-copy:access:3'
      ? [texts.format('copy.title.access'), accessSections(copy, lists, texts)]
      : [texts.format('copy.title.portability'), portabilitySections(copy, lists, texts)];
  yield htmlPageStart({ language: copy.language, title: `${title} - ${copy.dataController.name}` });
  yield markup`<a class="skip" href="#content">${texts.format('copy.skip')}</a>
<header>
<h1>${title}</h1>
<p class="lead">${texts.format('copy.preparedAt', { at: copy.preparedAt })}</p>
<nav aria-label="${texts.format('copy.contents')}"><ol>
${sections.map(({ heading }, index) => markup`<li><a href="#s${index}">${heading}</a></li>\n`)}</ol></nav>
</header>
<main id="content">
`;
  for (const [index, { body, heading }] of sections.entries()) {
    yield markup`<section aria-labelledby="s${index}">
<h2 id="s${index}">${heading}</h2>
`;
    yield* body();
    yield markup`</section>\n`;
  }
  yield markup`</main>
<footer><p><a download="${filename.replace(/\.html$/, '.json')}" href="data:application/json;base64,`;
  for await (const text of inBase64(textOf(contents, parts))) yield markup`${text}`;
  yield markup`">${texts.format('copy.file')}</a></p>
<p>${texts.format('copy.signed', { keys: signature.keys, sha256: signature.sha256 })}</p></footer>`;
  yield htmlPageEnd;
}

/** Three bytes become four characters, so the remainder of one part is encoded with the next. */
async function* inBase64(content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let left: Buffer = Buffer.alloc(0);
  for await (const part of content) {
    const bytes = Buffer.concat([left, part]);
    const whole = bytes.length - (bytes.length % 3);
    yield bytes.toString('base64', 0, whole);
    left = bytes.subarray(whole);
  }
  yield left.toString('base64');
}

async function* only(html: Html): AsyncGenerator<Html> {
  yield html;
}

const paragraph = (text: string): AsyncGenerator<Html> => only(markup`<p>${text}</p>`);

async function* each<T>(entries: AsyncIterable<T>, htmlOf: (entry: T) => Html): AsyncGenerator<Html> {
  for await (const entry of entries) yield htmlOf(entry);
}

async function* table<T>(
  head: { readonly caption: string; readonly columns: readonly string[] },
  entries: AsyncIterable<T>,
  rowOf: (entry: T) => readonly string[],
): AsyncGenerator<Html> {
  yield htmlTableStart(head);
  for await (const entry of entries) yield htmlTableRow(head, rowOf(entry));
  yield htmlTableEnd;
}

const accessSections = (copy: AccessCopy, lists: Lists, texts: CopyMessages): Section[] => {
  const { language } = copy;
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
        lists.isEmpty('recipients')
          ? paragraph(texts.format('copy.recipients.none'))
          : table(
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
              lists.of<RecipientLine>('recipients'),
              (line) => recipientRow(line, texts, copy),
            ),
    },
    lists.isEmpty('viewings')
      ? null
      : { heading: texts.format('copy.viewings.heading'), body: () => viewings(lists, texts) },
    {
      heading: texts.format('copy.records.heading'),
      body: () =>
        each(lists.of<KnownRecord>('records'), ({ fields, lastEvent, stream }) =>
          facts(headingOf(stream, language), inWords(lastEvent, language), fields),
        ),
    },
    Object.keys(copy.rows).length === 0 ? null : { heading: texts.format('copy.rows.heading'), body: () => rows(copy) },
    {
      heading: texts.format('copy.history.heading'),
      body: () =>
        table(
          {
            caption: texts.format('copy.history.heading'),
            columns: [
              texts.format('copy.history.column.at'),
              texts.format('copy.history.column.event'),
              texts.format('copy.history.column.source'),
              texts.format('copy.history.column.content'),
            ],
          },
          lists.of<CopiedEvent>('history'),
          ({ fields, recordedAt, source, type }) => [
            recordedAt,
            eventInWords(type, language),
            texts.find(`copy.source.${source}`) ?? source,
            Object.entries(fields)
              .map(([name, value]) => `${name}: ${asText(value, texts)}`)
              .join('; '),
          ],
        ),
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

const portabilitySections = (copy: PortabilityCopy, lists: Lists, texts: CopyMessages): Section[] => [
  {
    heading: texts.format('copy.data.heading'),
    body: () =>
      lists.isEmpty('records')
        ? paragraph(texts.format('copy.data.none'))
        : each(lists.of<ProvidedRecord>('records'), ({ data, providedAt, type }) => {
            const what = eventInWords(type, copy.language);
            return facts(what, { type, recordedAt: providedAt }, data);
          }),
  },
];

async function* categoryBlocks(copy: AccessCopy, lists: Lists, texts: CopyMessages): AsyncGenerator<Html> {
  for (const category of copy.categories) {
    const { label } = category;
    yield markup`<h3>${label}</h3>\n`;
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
      lists.of<CopiedFieldValue>(valuesOf(category.category)),
      (value) => [
        value.label,
        asText(value.value, texts),
        period(value, texts),
        texts.find(`copy.source.${value.source}`) ?? value.source,
      ],
    );
    yield whyAndHowLong(category, texts, copy.language);
  }
}

async function* viewings(lists: Lists, texts: CopyMessages): AsyncGenerator<Html> {
  yield markup`<ul>`;
  for await (const { at } of lists.of<{ readonly at: string }>('viewings'))
    yield markup`<li>${texts.format('copy.viewings.item', { at })}</li>`;
  yield markup`</ul>\n`;
}

async function* rows(copy: AccessCopy): AsyncGenerator<Html> {
  for (const [name, ofTable] of Object.entries(copy.rows)) for (const row of ofTable) yield facts(name, null, row);
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
  return markup`${htmlTable({
    caption: texts.format('copy.purposes.caption'),
    columns: [texts.format('copy.purposes.column.purpose'), texts.format('copy.purposes.column.legalBasis')],
    rows: purposes.map(({ label: purpose, legalBasis }) => [purpose, legalBasisLabel(legalBasis as LegalBasis, lang)]),
  })}<p>${texts.format('copy.kept')}: ${rule} ${until === null ? texts.format('copy.notBegun') : texts.format('copy.keptUntil', { day: until })} ${reason}</p>
`;
};

const period = ({ since, until }: CopiedFieldValue, texts: CopyMessages): string =>
  `${since} – ${until ?? texts.format('copy.value.now')}`;

const recipientRow = (line: RecipientLine, texts: CopyMessages, { language }: AccessCopy): string[] => [
  [line.processorName, line.legalEntity, line.country].filter((part) => part !== null).join(', '),
  line.fields.map(({ label }) => label).join(', '),
  [
    line.purposeLabel,
    line.legalBasis === null ? null : legalBasisLabel(line.legalBasis as LegalBasis, language),
    line.consentRecordId === null ? null : texts.format('copy.recipients.consent', { recordId: line.consentRecordId }),
  ]
    .filter((part) => part !== null)
    .join(', '),
  line.at,
  texts.find(`copy.outcome.${line.outcome}`) ?? line.outcome,
];

const facts = (
  heading: string,
  last: { readonly type: string; readonly recordedAt: string } | null,
  fields: { readonly [field: string]: unknown },
): Html => markup`<div class="card"><h3>${heading}</h3>${last === null ? '' : markup`<p>${last.type}, ${last.recordedAt}</p>`}<dl>
${Object.entries(fields).map(([name, value]) => markup`<dt>${name}</dt><dd>${plainText(value)}</dd>\n`)}</dl></div>
`;
