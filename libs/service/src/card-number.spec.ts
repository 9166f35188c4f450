/*
 * Promised: published test numbers of every scheme are found in any grouping; common numbers in a shop's texts are not.
 */
import { describe, expect, it } from '@jest/globals';
import { passesLuhn } from '@dittoo/kernel';
import fc from 'fast-check';
import { containsCardNumber } from './card-number.js';

const testNumbers = {
  visa: ['4111111111111111', '4012888888881881', '4242424242424242', '4222222222222'],
  mastercard: ['5555555555554444', '5105105105105100', '2223003122003222', '2720990000000015'],
  americanExpress: ['378282246310005', '371449635398431', '343434343434343'],
  dinersClub: ['30569309025904', '38520000023237', '36227206271667'],
  discover: ['6011111111111117', '6011000990139424', '6445644564456445'],
  jcb: ['3530111333300000', '3566002020360505'],
  unionPay: ['6200000000000005', '6205500000000000004'],
  maestro: ['6771798021000008', '6759649826438453', '6304000000000000'],
  dankort: ['5019717010103742'],
};
const numbers = Object.entries(testNumbers).flatMap(([scheme, list]) =>
  list.map((number) => [scheme, number] as const),
);

const grouped = (digits: string, separator: string): string => digits.replace(/(.{4})(?=.)/g, `$1${separator}`);

describe('a card number is found', () => {
  it.each(numbers)('%s %s: plain, with blanks, with dashes, in a sentence', (_scheme, number) => {
    for (const written of [
      number,
      grouped(number, ' '),
      grouped(number, '-'),
      grouped(number, '\u00a0'),
      `my card is ${number}, thanks`,
      `card:${grouped(number, ' ')}.`,
    ]) {
      expect([written, containsCardNumber(written)]).toEqual([written, true]);
    }
  });

  it('beside an expiry date and a security code', () => {
    expect(containsCardNumber('4111 1111 1111 1111 12/27 123')).toBe(true);
    expect(containsCardNumber('12 27 4111111111111111 123')).toBe(true);
  });

  it('in full-width digits, after a plus sign, with long dashes', () => {
    expect(containsCardNumber('４１１１１１１１１１１１１１１１')).toBe(true);
    expect(containsCardNumber('+4111111111111111')).toBe(true);
    expect(containsCardNumber('4111\u20131111\u20131111\u20131111')).toBe(true);
  });

  it.each([
    ['touching letters', 'SKU4111111111111111x'],
    ['with slashes', '4111/1111/1111/1111'],
    ['with commas', '4111,1111,1111,1111'],
    ['with underscores, stars, colons', '4111_1111*1111:1111'],
    ['with three signs', '4111 - 1111 - 1111 - 1111'],
    ['on four lines', '4111\n1111\r\n1111\n1111'],
    ['with zero-width characters in its groups', '4\u200b1\u200d1\u20601 11\ufeff11\u00ad 1111 1111'],
    ['with marks on its digits', '4\u03011\u030111 1111 1111 1111'],
    ['in Arabic digits', '٤١١١ ١١١١ ١١١١ ١١١١'],
    ['in Devanagari digits', '४१११११११११११११११'],
    ['in mathematical digits', '𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏'],
    ['in circled digits', '④①①①①①①①①①①①①①①①'],
    ['as HTML entities', '&#52;111&nbsp;1111&#x20;1111 &#x31;111'],
  ])('%s', (_how, text) => expect(containsCardNumber(text)).toBe(true));

  it('not when a digit is wrong', () => expect(containsCardNumber('4111111111111112')).toBe(false));
});

/** The same rule, written for reading: every stretch of whole groups is tried. */
const slowly = (text: string): boolean =>
  text
    .replace(/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}/gi, ' x ')
    .replace(/[^0-9a-z]{4,}/gi, (signs) => (signs.endsWith('+') ? 'x+' : 'x'))
    .split(/[a-z]+|,(?!\d)/i)
    .some((run) => {
      const groups = [...run.matchAll(/\d+/g)];
      return groups.some(({ index }, first) =>
        groups.slice(first).some((_last, more) => {
          const digits = groups.slice(first, first + more + 1).join('');
          const isPhone = run[index - 1] === '+' && digits.length <= 15;
          return !isPhone && isCard(digits);
        }),
      );
    });
const isCard = (digits: string): boolean => {
  const isLong = (least: number, most = 19): boolean => digits.length >= least && digits.length <= most;
  return (
    passesLuhn(digits) &&
    ((digits.startsWith('4') && [13, 16, 19].includes(digits.length)) ||
      (/^(5[1-5]|2(20[0-5]|22[1-9]|2[3-9]|[3-6]|7[01]|720))/.test(digits) && isLong(16, 16)) ||
      (/^3[47]/.test(digits) && isLong(15, 15)) ||
      (/^3(0[0-5]|09|[689])/.test(digits) && isLong(14)) ||
      (digits.startsWith('35') && isLong(16)) ||
      (/^(50|5[6-9]|6)/.test(digits) && isLong(15)))
  );
};

describe('the one pass', () => {
  const cards = fc.constantFrom(...numbers.map(([, number]) => number));
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.stringMatching(/^\d{1,6}$/) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(' ', '-', '.', '/', '  ', ' - ', '+', ',', ', ', ' -- ', '    ', 'a', 'X1'),
    },
    { weight: 1, arbitrary: cards },
    { weight: 1, arbitrary: fc.tuple(cards, fc.constantFrom(' ', '-')).map(([card, by]) => grouped(card, by)) },
    { weight: 1, arbitrary: fc.uuid() },
  );

  it('finds what a search of every stretch finds, and nothing else', () =>
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect([text, containsCardNumber(text)]).toEqual([text, slowly(text)]);
      }),
      { numRuns: 3_000 },
    ));

  it.each([
    ['groups of one digit', '1- '],
    ['groups that begin like a card', '4 '],
    ['digits alone', '4'],
    ['the beginning of identifiers', '0000000-'],
    ['almost identifiers', '41111111-1111-1111-1111-11111111111g'],
    ['entities', '&#52;'],
    ['broken entities', '&#'],
    ['marks', 'a\u0323\u0301'],
    ['characters of every script', '٤１४𝟒 '],
    ['pluses', '+4 '],
  ])('takes no time to speak of for 256 KiB of %s', (_what, unit) => {
    const text = unit.repeat(Math.ceil((256 * 1024) / unit.length));
    const times = Array.from({ length: 5 }, () => {
      const begun = performance.now();
      containsCardNumber(text);
      return performance.now() - begun;
    });
    // Some milliseconds on a machine that does nothing else; a search that goes back takes many seconds.
    expect(Math.min(...times)).toBeLessThan(1_000);
  });
});

describe('other numbers are not found', () => {
  it.each([
    ['an identifier of digits alone', '41111111-1111-4111-8111-111111111111'],
    ['an identifier that holds one', 'abcd4111-1111-1111-1111-111111111111'],
    ['an order id in a sentence', 'order 0b7d4242-4242-4242-8242-424242424242 is late'],
    ['a personnummer', '19670919-9530'],
    ['a personnummer of 12 digits', '196709199530'],
    ['a samordningsnummer', '701063-2391'],
    ['a phone number', '+46 70 174 06 05'],
    ['a long foreign phone number', '+49 1521 1234 5674'],
    ['two phone numbers', '070-174 06 05, 08-463 500 00'],
    ['12 digits', '411111111111'],
    ['20 digits', '41111111111111111111'],
    ['a time', '2026-11-22 07:46:25.123'],
    ['an organisation number', '556158-7634'],
    ['an IBAN', 'SE4550000000058398257466'],
  ])('%s', (_what, text) => expect(containsCardNumber(text)).toBe(false));

  it('any random identifier', () => fc.assert(fc.property(fc.uuid(), (id) => !containsCardNumber(`see ${id}.`))));

  it('any 12 digits', () =>
    fc.assert(
      fc.property(
        fc.stringMatching(/^\d{12}$/),
        (digits) => !containsCardNumber(`${digits.slice(0, 8)}-${digits.slice(8)}`),
      ),
    ));
});
