import { csvDocument } from './csv.js';
import { htmlPage, htmlTable, markup } from './html.js';
import type { ProcessingRecord, ProcessingRecords } from './processing-records.js';
import type { Language } from './register.js';

interface RecordTexts {
  readonly title: string;
  readonly caption: string;
  readonly security: string;
  readonly none: string;
  readonly columns: readonly [string, (row: ProcessingRecord) => string][];
}

const columns = (names: readonly string[]): RecordTexts['columns'] => {
  const cells: readonly ((row: ProcessingRecord) => string)[] = [
    (row) => row.purposeLabel,
    (row) => row.description,
    (row) => row.dataSubjects.join(', '),
    (row) => `${row.categoryLabel}: ${row.fields.join(', ')}`,
    (row) => [row.legalBasis, row.personnummerGround].filter((part) => part !== null).join('; '),
    (row) => row.recipients.join(', '),
    (row) => [row.thirdCountries.join(', '), ...row.safeguards].filter((part) => part !== '').join('. '),
    (row) => row.erasureTimeLimit,
  ];
  return cells.map((cell, index) => [names[index] ?? '', cell]);
};

const texts: Readonly<Record<Language, RecordTexts>> = {
  sv: {
    title: 'Register över behandling',
    caption: 'Behandlingar enligt artikel 30.1 i dataskyddsförordningen',
    security: 'Säkerhetsåtgärder',
    none: 'inga',
    columns: columns([
      'Ändamål',
      'Beskrivning',
      'Registrerade',
      'Uppgifter',
      'Rättslig grund',
      'Mottagare',
      'Tredjeland och skyddsåtgärd',
      'Tidsfrist för radering',
    ]),
  },
  en: {
    title: 'Record of processing activities',
    caption: 'Processing activities under article 30(1) of the General Data Protection Regulation',
    security: 'Security measures',
    none: 'none',
    columns: columns([
      'Purpose',
      'Description',
      'Data subjects',
      'Data',
      'Legal basis',
      'Recipients',
      'Third countries and safeguards',
      'Time limit for erasure',
    ]),
  },
};

/** The record as CSV (RFC 4180, UTF-8), one line per row, the data controller on each. No cell is a formula. */
export const asCsv = (records: ProcessingRecords): string => {
  const { columns: wanted, security } = texts[records.language];
  const { name, email, website, country } = records.dataController;
  const controller = [name, country, email, website].join(', ');
  return csvDocument(
    [records.language === 'sv' ? 'Personuppgiftsansvarig' : 'Data controller', ...wanted.map(([n]) => n), security],
    records.rows.map((row) => [controller, ...wanted.map(([, cell]) => cell(row)), records.securityMeasures.join(' ')]),
  );
};

/** The record as a whole HTML page, in the manner of the policy page. */
export const asHtml = (records: ProcessingRecords): string => {
  const { title, caption, security, none, columns: wanted } = texts[records.language];
  const { name, email, website, country } = records.dataController;
  return htmlPage({
    language: records.language,
    title: `${title} - ${name}`,
    body: markup`<header>
<h1>${title}</h1>
<p class="lead">${name}, ${country}, <a href="mailto:${email}">${email}</a>, <a href="${website}">${website}</a></p>
</header>
<main>
${htmlTable({
  caption,
  columns: wanted.map(([column]) => column),
  rows: records.rows.map((row) => wanted.map(([, cell]) => cell(row) || none)),
})}<h2>${security}</h2>
<ul>${records.securityMeasures.map((measure) => markup`<li>${measure}</li>`)}</ul>
</main>
<footer><p>${records.noticeVersion}, SHA-256 ${records.registerDigest}</p></footer>`,
  });
};
