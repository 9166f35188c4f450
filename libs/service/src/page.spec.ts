/* Promised: pages join without a gap or a repetition; an invalid cursor is refused. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor, pageOf } from './page.js';

describe('a cursor', () => {
  it('gives its key back', () =>
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (key) =>
        expect(decodeCursor(encodeCursor(...key), ...key.map(() => 'text' as const))).toEqual(key),
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
  ])('%j is none of this list', (cursor) =>
    expect(() => decodeCursor(cursor, 'text', 'text')).toThrow('invalid-field'),
  );

  it('has the list’s sort key, in a form that a database can compare', () => {
    const [time, id] = ['2026-11-01T08:00:00.000Z', '0f4f2c52-7a53-4a6b-9f5e-5f1f0f6f3c01'];
    expect(decodeCursor(encodeCursor(time, id), 'time', 'id')).toEqual([time, id]);
    for (const key of [
      ['soon', id],
      ['2026-13-45T99:00:00Z', id],
      [time, 'x'],
      [id, time],
    ]) {
      expect(() => decodeCursor(encodeCursor(...key), 'time', 'id')).toThrow('invalid-field');
    }
  });

  it('has no character that a database cannot store', () =>
    expect(() => decodeCursor(encodeCursor('a\u0000', 'b'), 'text', 'text')).toThrow('invalid-field'));
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
          if (cursor !== null) after = Number(decodeCursor(cursor, 'text')[0]);
        }
        expect(walked).toEqual(all);
      }),
    ));
});
