import { csvDocument } from './csv.js';
import { htmlPage, htmlTable, markup } from './html.js';
import { messages } from './messages/messages.js';
import type { ProcessingRecord, ProcessingRecords } from './processing-records.js';
import type { Language } from './register.js';

type Column =
  'purpose' | 'description' | 'dataSubjects' | 'data' | 'legalBasis' | 'recipients' | 'thirdCountries' | 'erasure';

const cells: readonly (readonly [Column, (row: ProcessingRecord) => string])[] = [
  ['purpose', (row) => row.purposeLabel],
  ['description', (row) => row.description],
  ['dataSubjects', (row) => row.dataSubjects.join(', ')],
  ['data', (row) => `${row.categoryLabel}: ${row.fields.join(', ')}`],
  ['legalBasis', (row) => [row.legalBasis, row.personnummerGround].filter((part) => part !== null).join('; ')],
  ['recipients', (row) => row.recipients.join(', ')],
  [
    'thirdCountries',
    (row) => [row.thirdCountries.join(', '), ...row.safeguards].filter((part) => part !== '').join('. '),
  ],
  ['erasure', (row) => row.erasureTimeLimit],
];

const columnsIn = (language: Language): string[] =>
  cells.map(([column]) => messages(language).format(`processingRecords.column.${column}`));

/** The record as CSV (RFC 4180, UTF-8), one line per row, the data controller on each. No cell is a formula. */
export const asCsv = (records: ProcessingRecords): string => {
  const texts = messages(records.language);
  const controller = controllerIn(records).join(', ');
  return csvDocument(
    [
      texts.format('policy.whoWeAre.dataController'),
      ...columnsIn(records.language),
      texts.format('processingRecords.security'),
    ],
    records.rows.map((row) => [controller, ...cells.map(([, cell]) => cell(row)), records.securityMeasures.join(' ')]),
  );
};

const controllerIn = ({ dataController, sample }: ProcessingRecords): string[] => {
  const { country, email, name, postalAddress, registrationNumber, website } = dataController;
  return [name, registrationNumber, postalAddress, country, email, website, sample].filter((part) => part !== null);
};

/** The record as a whole HTML page, in the manner of the policy page. */
export const asHtml = (records: ProcessingRecords): string => {
  const texts = messages(records.language);
  const title = texts.format('processingRecords.title');
  const { country, email, name, postalAddress, registrationNumber, website } = records.dataController;
  const controller = [name, registrationNumber, postalAddress, country].filter((part) => part !== null).join(', ');
  return htmlPage({
    language: records.language,
    title: `${title} - ${name}`,
    body: markup`<header>
<h1>${title}</h1>
<p class="lead">${controller}, <a href="mailto:${email}">${email}</a>, <a href="${website}">${website}</a></p>
${records.sample === null ? '' : markup`<p>${records.sample}</p>`}</header>
<main>
${htmlTable({
  caption: texts.format('processingRecords.caption'),
  columns: columnsIn(records.language),
  rows: records.rows.map((row) => cells.map(([, cell]) => cell(row) || texts.format('processingRecords.none'))),
})}<h2>${texts.format('processingRecords.security')}</h2>
<ul>${records.securityMeasures.map((measure) => markup`<li>${measure}</li>`)}</ul>
</main>
<footer><p>${records.noticeVersion}, SHA-256 ${records.registerDigest}</p></footer>`,
  });
};
