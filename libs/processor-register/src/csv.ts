import { stringify } from 'csv-stringify/sync';

/**
 * Text that a spreadsheet would run as a formula gets an apostrophe in front. More than csv-stringify's
 * `escape_formulas`: spreadsheets also skip blanks and control characters before a formula.
 */
const guarded = (value: string): string =>
  // eslint-disable-next-line no-control-regex -- see above
  /^[\s\u0000-\u001f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(value) ? `'${value}` : value;

/** RFC 4180: every cell quoted, lines end in CRLF, the first one names the columns. No cell is a formula. */
export const csvDocument = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  stringify([[...columns], ...rows.map((row) => [...row])], {
    quoted: true,
    quoted_empty: true,
    record_delimiter: 'windows',
    cast: { string: guarded },
  });
