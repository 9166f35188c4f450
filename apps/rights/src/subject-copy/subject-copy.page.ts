import { isErased, type LegalBasis } from '@dittoo/kernel';
import { htmlPage, htmlTable, legalBasisLabel, markup, type Html, type Language } from '@dittoo/processor-register';
import type { AccessCopy, CategoryCopy, RecipientLine } from './access-copy.js';
import { copyTexts, type CopyTexts } from './copy-texts.js';
import { eventWords, streamWords, wordsOf } from './event-words.js';
import type { SaidValue } from './known-values.js';
import type { PortabilityCopy } from './portability-copy.js';
import type { CopyFile } from './subject-copy-files.js';
import { isWithheld } from '../person/subject-events.query.js';

/** The copy as a page to read, print and keep: every value escaped, no script, the signed file inside it. */
export const subjectCopyPage = (content: string, filename: string): string => {
  const { copy, signature } = JSON.parse(content) as CopyFile;
  const texts = copyTexts[copy.language];
  const [title, sections] =
    copy.format === 'urn:dittoo:subject-copy:access:1'
      ? [texts.title.access, accessSections(copy, texts)]
      : [texts.title.portability, portabilitySections(copy, texts)];
  const file = `data:application/json;base64,${Buffer.from(content, 'utf8').toString('base64')}`;
  return htmlPage({
    language: copy.language,
    title: `${title} - ${copy.dataController.name}`,
    body: markup`<a class="skip" href="#content">${texts.skip}</a>
<header>
<h1>${title}</h1>
<p class="lead">${texts.prepared(copy.preparedAt)}</p>
<nav aria-label="${texts.contents}"><ol>
${sections.map(({ heading }, index) => markup`<li><a href="#s${index}">${heading}</a></li>\n`)}</ol></nav>
</header>
<main id="content">
${sections.map(
  ({ body, heading }, index) => markup`<section aria-labelledby="s${index}">
<h2 id="s${index}">${heading}</h2>
${body}</section>
`,
)}</main>
<footer><p><a download="${filename.replace(/\.html$/, '.json')}" href="${file}">${texts.file}</a></p>
<p>${texts.signed} ${signature.keys}. SHA-256 ${signature.sha256}</p></footer>`,
  });
};

interface Section {
  readonly heading: string;
  readonly body: readonly Html[];
}

const accessSections = (copy: AccessCopy, texts: CopyTexts): Section[] => [
  { heading: texts.who, body: [whoIsResponsible(copy, texts)] },
  {
    heading: texts.data,
    body:
      copy.categories.length === 0
        ? [markup`<p>${texts.noData}</p>`]
        : copy.categories.map((category) => categoryBlock(category, texts, copy.language)),
  },
  {
    heading: texts.recipients,
    body:
      copy.recipients.length === 0
        ? [markup`<p>${texts.noRecipients}</p>`]
        : [
            htmlTable({
              caption: texts.recipients,
              columns: texts.recipientColumns,
              rows: copy.recipients.map((line) => recipientRow(line, texts, copy)),
            }),
          ],
  },
  ...(copy.looks.length === 0
    ? []
    : [
        {
          heading: texts.looks,
          body: [markup`<ul>${copy.looks.map(({ at }) => markup`<li>${texts.look(at)}</li>`)}</ul>\n`],
        },
      ]),
  {
    heading: texts.records,
    body: copy.records.map(({ fields, lastEvent, stream }) =>
      facts(headingOf(stream, copy.language), inWords(lastEvent, copy.language), fields),
    ),
  },
  ...(Object.keys(copy.rows).length === 0
    ? []
    : [
        {
          heading: texts.rows,
          body: Object.entries(copy.rows).flatMap(([table, rows]) => rows.map((row) => facts(table, null, row))),
        },
      ]),
  {
    heading: texts.history,
    body: [
      htmlTable({
        caption: texts.history,
        columns: texts.historyColumns,
        rows: copy.history.map(({ fields, recordedAt, source, type }) => [
          recordedAt,
          wordsOf(eventWords, type, copy.language),
          texts.sources[source],
          Object.entries(fields)
            .map(([name, value]) => `${name}: ${asText(value, texts)}`)
            .join('; '),
        ]),
      }),
    ],
  },
  {
    heading: texts.rightsHeading,
    body: [
      markup`<ul>${copy.rights.map(({ article, text }) => markup`<li>${text} (art. ${article} GDPR)</li>\n`)}</ul>\n`,
    ],
  },
];

const portabilitySections = (copy: PortabilityCopy, texts: CopyTexts): Section[] => [
  {
    heading: texts.data,
    body:
      copy.records.length === 0
        ? [markup`<p>${texts.noData}</p>`]
        : copy.records.map(({ data, providedAt, type }) => {
            const what = wordsOf(eventWords, type, copy.language);
            return facts(what, { type, recordedAt: providedAt }, data);
          }),
  },
];

/** `order-0f4f…` as "Order 0f4f…": the word to read, the number to ask about. */
const headingOf = (stream: string, language: Language): string => {
  const cut = stream.indexOf('-');
  return `${wordsOf(streamWords, stream.slice(0, cut), language)} ${stream.slice(cut + 1)}`;
};

const inWords = ({ recordedAt, type }: { readonly type: string; readonly recordedAt: string }, language: Language) => ({
  recordedAt,
  type: wordsOf(eventWords, type, language),
});

const whoIsResponsible = ({ authority, dataController, subjectId }: AccessCopy, texts: CopyTexts): Html =>
  markup`<div class="card"><dl>
<dt>${texts.controller}</dt><dd>${dataController.name}, ${dataController.country}</dd>
<dt>${texts.email}</dt><dd>${dataController.email}</dd>
<dt>${texts.website}</dt><dd>${dataController.website}</dd>
<dt>${texts.authority}</dt><dd>${authority.name}, ${authority.website}</dd>
<dt>${texts.number}</dt><dd>${subjectId}</dd>
</dl></div>
`;

const categoryBlock = (
  { fields, label, purposes, retention }: CategoryCopy,
  texts: CopyTexts,
  lang: Language,
): Html => {
  const { retainedBecause, rule, until } = retention;
  const reason = retainedBecause === null ? '' : texts.retained(texts.reasons[retainedBecause] ?? retainedBecause);
  return markup`<h3>${label}</h3>
${htmlTable({
  caption: label,
  columns: texts.value,
  rows: fields.flatMap(({ current, earlier, label: name }) =>
    [current, ...earlier].map((said) => [
      name,
      asText(said.value, texts),
      period(said, texts),
      texts.sources[said.source],
    ]),
  ),
})}${htmlTable({
    caption: texts.purposes,
    columns: texts.why,
    rows: purposes.map(({ label: purpose, legalBasis }) => [purpose, legalBasisLabel(legalBasis as LegalBasis, lang)]),
  })}<p>${texts.kept}: ${rule} ${until === null ? texts.notBegun : texts.until(until)} ${reason}</p>
`;
};

const period = ({ since, until }: SaidValue, texts: CopyTexts): string => `${since} – ${until ?? texts.now}`;

const recipientRow = (line: RecipientLine, texts: CopyTexts, { language }: AccessCopy): string[] => [
  [line.processorName, line.legalEntity, line.country].filter((part) => part !== null).join(', '),
  line.fields.map(({ label }) => label).join(', '),
  [
    line.purposeLabel,
    line.legalBasis === null ? null : legalBasisLabel(line.legalBasis as LegalBasis, language),
    line.consentRecordId === null ? null : texts.consent(line.consentRecordId),
  ]
    .filter((part) => part !== null)
    .join(', '),
  line.at,
  texts.outcomes[line.outcome],
];

const facts = (
  heading: string,
  last: { readonly type: string; readonly recordedAt: string } | null,
  fields: { readonly [field: string]: unknown },
): Html => markup`<div class="card"><h3>${heading}</h3>${last === null ? '' : markup`<p>${last.type}, ${last.recordedAt}</p>`}<dl>
${Object.entries(fields).map(([name, value]) => markup`<dt>${name}</dt><dd>${plainText(value)}</dd>\n`)}</dl></div>
`;

const asText = (value: unknown, texts: CopyTexts): string => {
  if (isErased(value)) return texts.erased(value.at, value.requestId);
  return isWithheld(value) ? texts.withheld : plainText(value);
};

/** A person and where they live, in the order of a letter. */
const letterOrder = ['givenName', 'familyName', 'address', 'street', 'postalCode', 'city', 'country', 'email', 'phone'];

/** An address reads as it stands on a letter, anything else that has parts as names and values: no JSON. */
const plainText = (value: unknown): string => {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(plainText).join('; ');
  const parts = Object.entries(value).filter(([, part]) => part !== null);
  const place = ([name]: readonly [string, unknown]): number => letterOrder.indexOf(name);
  if (parts.some((part) => place(part) === -1)) {
    return parts.map(([name, part]) => `${name}: ${plainText(part)}`).join(', ');
  }
  return [...parts]
    .sort((one, other) => place(one) - place(other))
    .map(([, part]) => plainText(part))
    .join(', ');
};
