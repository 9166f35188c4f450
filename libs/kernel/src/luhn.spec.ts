/* Promised: the standard's check, and every single wrong digit is detected. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { passesLuhn } from './luhn.js';

describe('Luhn', () => {
  it('accepts the standard’s example', () => {
    expect(passesLuhn('79927398713')).toBe(true);
    expect(passesLuhn('79927398710')).toBe(false);
  });

  it('notices every single wrong digit', () =>
    fc.assert(
      fc.property(fc.stringMatching(/^\d{15}$/), fc.nat(15), fc.integer({ min: 1, max: 9 }), (stem, place, shift) => {
        const check = [...'0123456789'].find((digit) => passesLuhn(stem + digit))!;
        const right = stem + check;
        const wrong = right.slice(0, place) + ((Number(right[place]) + shift) % 10) + right.slice(place + 1);
        return passesLuhn(right) && !passesLuhn(wrong);
      }),
    ));
});
