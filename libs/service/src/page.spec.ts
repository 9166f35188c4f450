/* Promised: pages join without a gap or a repetition; a cursor that is not ours is refused. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor, pageOf } from './page.js';

describe('a cursor', () => {
  it('gives its key back', () =>
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (key) =>
        expect(decodeCursor(encodeCursor(...key), key.length)).toEqual(key),
      ),
    ));

  it.each([
    '',
    'x',
    '%00',
    encodeCursor('a'),
    encodeCursor('a', 'b', 'c'),
    Buffer.from('[1,2]').toString('base64url'),
    Buffer.from('{}').toString('base64url'),
  ])('%j is none of this list', (cursor) => expect(() => decodeCursor(cursor, 2)).toThrow('invalid-field'));

  it('holds no character that a database cannot take', () =>
    expect(() => decodeCursor(encodeCursor('a\u0000', 'b'), 2)).toThrow('invalid-field'));
});

describe('pages', () => {
  it('join into the whole list', () =>
    fc.assert(
      fc.property(fc.nat(50), fc.integer({ min: 1, max: 20 }), (size, limit) => {
        const all = Array.from({ length: size }, (_, index) => index);
        const walked: number[] = [];
        for (let after = -1, cursor: string | null = ''; cursor !== null;) {
          const page = pageOf(all.filter((item) => item > after).slice(0, limit + 1), limit, (item) => [String(item)]);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          walked.push(...page.items);
          cursor = page.nextCursor;
          if (cursor !== null) after = Number(decodeCursor(cursor, 1)[0]);
        }
        expect(walked).toEqual(all);
      }),
    ));
});
