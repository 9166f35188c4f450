/*
 * Promised: published test numbers of every scheme are found in any grouping; common numbers in a shop's texts are not.
 */
import { describe, expect, it } from '@jest/globals';
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

  it('not when a digit is wrong', () => expect(containsCardNumber('4111111111111112')).toBe(false));
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
    ['a number in a word', 'SKU4111111111111111'],
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
