import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { csvDocument } from './csv.js';
import { markup } from './html.js';
import { loadRegister, parseRegister } from './load-register.js';
import { policyPage } from './policy.page.js';
import { policyDocument, policySections } from './policy-document.js';
import { asCsv, asHtml } from './processing-records.page.js';
import { processingRecords } from './processing-records.js';
import { languages } from './register.js';

const register = loadRegister();
const at = '2026-11-22';

describe.each(languages)('the policy in %s', (lang) => {
  const document = policyDocument(register, { lang, at });
  const page = policyPage(document);

  it('has every section', () => {
    expect(document.sections.map((section) => section.id)).toEqual([...policySections]);
    for (const id of policySections) expect(page).toContain(`<h2 id="${id}">`);
  });

  it('names every processor, its operator and its fields', () => {
    for (const text of ['Svea Bank AB, 556158-7634', 'Mondido IT AB, 559366-9913', 'Google Ireland Limited', 'One.com'])
      expect(page).toContain(text);
    for (const processor of document.processors)
      for (const grant of processor.purposes)
        for (const field of grant.fields) expect(page.toLowerCase()).toContain(field.label.toLowerCase());
  });

  it('says where to complain and how to withdraw', () => {
    expect(page).toContain('https://www.imy.se/');
    expect(page).toContain(lang === 'sv' ? 'Mitt konto' : 'My account');
  });

  it('leaves no text empty', () => {
    expect(JSON.stringify(document)).not.toContain('""');
    expect(page).not.toMatch(/undefined|\[object|<td[^>]*><\/td>|<dd><\/dd>/);
  });

  it('is one page that loads nothing and runs no script', () => {
    expect(page).toContain(`<html lang="${lang}">`);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\son\w+=/i);
    expect(page).toContain('prefers-color-scheme:dark');
    const opened = [...page.matchAll(/<(section|table|tr|th|td|ul|li|dl|div|main|nav|p|h[123])[\s>]/g)].length;
    const closed = [...page.matchAll(/<\/(section|table|tr|th|td|ul|li|dl|div|main|nav|p|h[123])>/g)].length;
    expect(opened).toBe(closed);
  });

  it('has a digest of its contents, independent of the time', () => {
    expect(policyDocument(register, { lang, at: '2026-12-24' }).digest).toBe(document.digest);
    expect(policyDocument(register, { lang, at: '2022-01-01' }).digest).not.toBe(document.digest);
  });
});

describe('a register with markup in its texts', () => {
  const attack = `"><script>alert(1)</script><a href='`;
  const { digest: _digest, ...harmful } = structuredClone(register) as any;
  harmful.dataController.name = attack;
  harmful.purposes.order.label = { sv: attack, en: attack };
  harmful.processors.payson.name = attack;
  const attacked = parseRegister(harmful);

  it.each(languages)('is shown as text in %s', (lang) => {
    for (const page of [
      policyPage(policyDocument(attacked, { lang, at })),
      asHtml(processingRecords(attacked, { lang, at })),
    ]) {
      expect(page).toContain('&quot;&gt;&lt;script&gt;');
      expect(page).not.toMatch(/<script|<a href=''/);
    }
  });

  it('never lets a value escape its quotes or tags', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(markup`<p title="${value}">${[value]}</p>`.text.replace(/&(amp|lt|gt|quot|#39);/g, '')).toMatch(
          /^<p title="[^<>"'&]*">[^<>"'&]*<\/p>$/,
        );
      }),
    );
  });
});

describe('the record of processing', () => {
  const records = processingRecords(register, { lang: 'en', at });

  it('has a row for every purpose and data category', () => {
    const expected = Object.values(register.purposes).reduce((sum, purpose) => sum + purpose.data.length, 0);
    expect(records.rows).toHaveLength(expected);
    for (const row of records.rows) {
      expect(row.legalBasis).not.toBe('');
      expect(row.erasureTimeLimit).not.toBe('');
      expect(row.dataSubjects.length).toBeGreaterThan(0);
    }
  });

  it('names recipients and transfers', () => {
    expect(records.rows.find((row) => row.purpose === 'payment')?.recipients).toEqual([
      'Payson (Svea Bank AB)',
      'Mondido (Mondido IT AB)',
    ]);
    expect(records.rows.find((row) => row.purpose === 'marketing')?.thirdCountries).toEqual(['US']);
    expect(records.rows.find((row) => row.purpose === 'bookkeeping')?.recipients).toEqual([]);
  });

  it('is CSV with as many cells in each line', () => {
    const lines = asCsv(records).trimEnd().split('\r\n');
    expect(lines).toHaveLength(records.rows.length + 1);
    for (const line of lines) expect(line).toMatch(/^("[^"]*(""[^"]*)*",){9}"[^"]*(""[^"]*)*"$/);
  });

  it.each(languages)('is a page in %s', (lang) => {
    expect(asHtml(processingRecords(register, { lang, at }))).toContain(`<html lang="${lang}">`);
  });

  describe('as CSV', () => {
    const cellOf = (value: string): string => {
      const csv = csvDocument(['column'], [[value]]);
      expect(csv.startsWith('"column"\r\n"') && csv.endsWith('"\r\n')).toBe(true);
      return csv.slice('"column"\r\n"'.length, -'"\r\n'.length);
    };

    it('has no cell that a spreadsheet runs as a formula', () => {
      for (const start of ['=', '+', '-', '@', '\t', '\t=', ' =', '\r', '\n', '\uff1d', '\uff0b', '\uff0d', '\uff20'])
        expect(cellOf(`${start}HYPERLINK("x")`)).toBe(`'${start}HYPERLINK(""x"")`);
      fc.assert(
        fc.property(fc.string(), (value) => {
          expect(cellOf(value)).not.toMatch(/^\s*[=+\-@]/);
          expect(cellOf(value).replaceAll('""', '"').replace(/^'/, '')).toBe(value.replace(/^'/, ''));
        }),
      );
    });

    it('guards the names of columns as well, and quotes what is empty', () => {
      expect(csvDocument(['=a', 'b'], [['', '1;2,3']])).toBe('"\'=a","b"\r\n"","1;2,3"\r\n');
    });
  });
});
