/** Markup that was escaped when it was created. */
export class Html {
  constructor(readonly text: string) {}
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const render = (value: HtmlValue): string => {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return String(value).replace(/[&<>"']/g, (character) => escapes[character] ?? character);
};

type HtmlValue = string | number | Html | readonly HtmlValue[];

/** A template whose every value is escaped, in text and in quoted attributes; lists are joined. */
export const markup = (parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html =>
  new Html(parts.reduce((text, part, index) => text + render(values[index - 1] ?? '') + part));

/** Styles for phone, print and dark mode, with nothing loaded from elsewhere. */
const style = new Html(`
:root{color-scheme:light dark;--ink:#1c2024;--soft:#5a6470;--paper:#fff;--card:#f5f7f9;--line:#d5dbe1;--accent:#0b5fb0}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a3adb8;--paper:#14171a;--card:#1d2226;--line:#39424a;--accent:#7fbcff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,header,footer{max-width:54rem;margin:0 auto;padding:0 1.25rem}main:first-child{padding-top:2rem}
header{padding-top:2rem}footer{padding-bottom:3rem;color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
h1{font-size:clamp(1.7rem,5vw,2.4rem);line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.4rem;line-height:1.3;margin:2.5rem 0 .75rem;padding-top:1rem;border-top:1px solid var(--line)}
h3{font-size:1.1rem;margin:0 0 .75rem}
a{color:var(--accent)}a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
input,button{font:inherit;padding:.65rem 1rem;border-radius:.4rem;border:1px solid var(--line);max-width:100%}
input{width:24rem;background:var(--paper);color:var(--ink)}
button{background:var(--accent);color:var(--paper);border-color:var(--accent);font-weight:600;min-height:2.75rem}
input:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.lead{color:var(--soft)}.skip{position:absolute;left:-999rem}.skip:focus{position:static}
nav ol{columns:2 14rem;padding-left:1.4rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.25rem;margin:0 0 1rem;break-inside:avoid}
dl{margin:0}dt{font-weight:600;margin-top:.6rem}dt:first-child{margin-top:0}dd{margin:0}
table{border-collapse:collapse;width:100%;font-size:.95rem}
caption{text-align:left;color:var(--soft);padding-bottom:.5rem}
th,td{text-align:left;vertical-align:top;padding:.55rem .7rem .55rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead th{font-size:.85rem;color:var(--soft);overflow-wrap:normal}
@media (max-width:40rem){thead{position:absolute;left:-999rem}table,caption,tbody,tr,th,td{display:block}
tr{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.6rem 1rem;margin-bottom:.8rem}
th,td{border:0;padding:.25rem 0}td::before{content:attr(data-label);display:block;color:var(--soft);font-size:.8rem}}
@media print{nav,.skip{display:none}body{font-size:10pt}}
`);

interface Page {
  readonly language: string;
  readonly title: string;
}

/** The start of a page up to its body, for a page that is streamed. */
export const htmlPageStart = ({ language, title }: Page): Html => markup`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
`;

export const htmlPageEnd = new Html(`
</body>
</html>
`);

/** A whole page around `body`: no script, nothing external. */
export const htmlPage = (page: Page & { readonly body: Html }): string =>
  markup`${htmlPageStart(page)}${page.body}${htmlPageEnd}`.text;

interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
}

/** The start of a table up to its rows, for a table that is streamed. */
export const htmlTableStart = ({ caption, columns }: Table): Html => markup`<table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => markup`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
`;

export const htmlTableRow = ({ columns }: Pick<Table, 'columns'>, row: readonly string[]): Html =>
  markup`<tr>${row.map((cell, index) => tableCell(cell, index, columns))}</tr>\n`;

export const htmlTableEnd = new Html('</tbody>\n</table>\n');

/** A table that becomes a stack of cards on a narrow screen; the first cell of a row names the row. */
export const htmlTable = (table: Table & { readonly rows: readonly (readonly string[])[] }): Html =>
  markup`${htmlTableStart(table)}${table.rows.map((row) => htmlTableRow(table, row))}${htmlTableEnd}`;

const tableCell = (cell: string, index: number, columns: readonly string[]): Html =>
  index === 0 ? markup`<th scope="row">${cell}</th>` : markup`<td data-label="${columns[index] ?? ''}">${cell}</td>`;
