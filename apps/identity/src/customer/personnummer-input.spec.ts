import { expect, it } from '@jest/globals';
import { readPersonnummer } from './personnummer-input.js';

/** Born 1927: turns 100 in 2027. The official example of a samordningsnummer, 1970. */
const [turning, example] = ['270428-0011', '701063-2391'];
const digits = (input: string, now: string) => readPersonnummer(input, now, 'number');

it('the century is that of the year in Sweden, an hour before Greenwich', () => {
  expect(digits(turning, '2026-12-31T22:59:59.000Z')).toBe('192704280011');
  expect(() => digits(turning, '2026-12-31T23:00:00.000Z')).toThrow('invalid-personnummer'); // 2027 now: not born yet
  expect(digits(turning.replace('-', '+'), '2026-12-31T23:00:00.000Z')).toBe('192704280011');
});

it('the error names the broken rule and does not repeat the number', () => {
  expect(digits(example, '2026-11-22T10:00:00.000Z')).toBe('197010632391');
  try {
    digits('701063-2392', '2026-11-22T10:00:00.000Z');
    expect('accepted').toBe('refused');
  } catch (error) {
    expect(JSON.stringify(error)).not.toContain('2392');
    expect(error).toMatchObject({ code: 'invalid-personnummer' });
  }
});
