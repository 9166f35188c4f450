/**
 * A cell of RFC 4180, always quoted. Text that a spreadsheet would run as a formula (also after blanks, also in
 * full-width characters) gets an apostrophe in front.
 */
export const csvCell = (value: string): string => {
  // eslint-disable-next-line no-control-regex -- spreadsheets skip control characters before a formula
  const safe = /^[\s\u0000-\u001f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
};

/** Lines end in CRLF, the first one names the columns. */
export const csvDocument = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
