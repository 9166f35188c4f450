/* Promised: an accepted body can be stored and has no hidden properties. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseBody } from './request-body.js';

const nested = (depth: number, leaf = '1'): string => '['.repeat(depth) + leaf + ']'.repeat(depth);

describe('a body', () => {
  it('is parsed as JSON', () =>
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        if (/__proto__|constructor|prototype|\\u0000|\\ud[89a-f]/.test(text)) return;
        expect(parseBody(text)).toEqual(JSON.parse(text));
      }),
    ));

  it.each(['', '{', "{'a':1}", '{"a":1,}', '[1]x', 'NaN', '\ufeff{}'])('%j is malformed', (text) =>
    expect(() => parseBody(text)).toThrow('malformed-json'),
  );

  it.each([
    '"\\u0000"',
    '{"a":"x\\u0000y"}',
    '{"a\\u0000":1}',
    '"\\ud83d"',
    '"\\ude00\\ud83d"',
    '[[["\\udfff"]]]',
    '{"\\ud800":1}',
  ])('%s holds what cannot be stored', (text) => expect(() => parseBody(text)).toThrow('invalid-characters'));

  it('may hold every whole character', () => expect(parseBody('"\\ud83d\\ude00 räksmörgås"')).toBe('😀 räksmörgås'));

  it.each([
    '{"__proto__":{"role":"staff"}}',
    '{"a":[{"__proto__":1}]}',
    '{"constructor":{"prototype":{}}}',
    '{"prototype":1}',
    '{"\\u005f_proto__":1}',
  ])('%s hides a prototype', (text) => {
    expect(() => parseBody(text)).toThrow('unknown-field');
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  it('may be nested twenty levels deep and no deeper', () => {
    expect(parseBody(nested(20))).toBeDefined();
    expect(() => parseBody(nested(21))).toThrow('invalid-request');
    expect(() => parseBody(nested(50_000))).toThrow(/invalid-request|malformed-json/);
  });

  it('of bytes that are no UTF-8 is refused, not repaired', () => {
    expect(parseBody(Buffer.from('{"name":"Åsa"}'))).toEqual({ name: 'Åsa' });
    for (const bytes of ['c3', 'ff', 'c0af', 'eda080', 'f4908080'])
      expect(() => parseBody(Buffer.from(`7b226e616d65223a22${bytes}227d`, 'hex'))).toThrow('invalid-characters');
  });

  it('with more values than any route takes is refused before it is validated', () => {
    const items = (count: number): string => `[${Array(count).fill('1').join(',')}]`;
    const fields = (count: number): string =>
      `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(',')}}`;
    for (const many of [items, fields]) {
      expect(parseBody(many(4_999))).toBeDefined();
      expect(() => parseBody(many(5_000))).toThrow('invalid-request');
    }
  });

  it('is never repeated in the refusal', () => {
    for (const text of ['{"secret"', '{"secret\\u0000":1}', '{"__proto__":"secret"}']) {
      try {
        parseBody(text);
      } catch (error) {
        expect(JSON.stringify([error, (error as Error).stack])).not.toContain('secret');
      }
    }
  });
});
