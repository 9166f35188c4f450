/*
 * Promised: an order's number is short and has no character that is misread or misheard; one wrong digit and two
 * neighbours in the wrong order are noticed; it is read however it is written.
 */
import { newId } from '@dittoo/kernel';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { orderNumberOf, readOrderNumber } from './order-number.js';

const numbers = fc.uuid().map(orderNumberOf);
const swapped = (text: string, at: number): string => text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);

it('is nine digits in three groups, without 0 and 1, and the same for the same order', () => {
  const id = newId();
  expect(orderNumberOf(id)).toMatch(/^[2-9]{3}-[2-9]{3}-[2-9]{3}$/);
  expect(orderNumberOf(id)).toBe(orderNumberOf(id));
  expect(orderNumberOf('00000000-0000-4000-8000-000000000000')).toBe('222-222-222');
});

it('is read with hyphens, spaces or neither', () =>
  fc.assert(
    fc.property(numbers, (number) => {
      const digits = number.replaceAll('-', '');
      for (const written of [number, digits, ` ${number.replaceAll('-', ' ')} `])
        expect(readOrderNumber(written)).toBe(number);
    }),
  ));

it('is refused with one wrong digit, or with two neighbours in the wrong order', () =>
  fc.assert(
    fc.property(numbers, (number) => {
      const digits = number.replaceAll('-', '');
      for (let at = 0; at < digits.length; at++) {
        for (const wrong of '23456789'.replace(digits[at]!, ''))
          expect(readOrderNumber(digits.slice(0, at) + wrong + digits.slice(at + 1))).toBeNull();
        if (at < 8 && digits[at] !== digits[at + 1]) expect(readOrderNumber(swapped(digits, at))).toBeNull();
      }
    }),
  ));

it.each(['', '123', '012-345-678', 'abc-def-ghi', '222-222-2222'])('refuses %j', (written) =>
  expect(readOrderNumber(written)).toBeNull(),
);
