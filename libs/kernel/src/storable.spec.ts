/* Promised: every store refuses the same input, before anything is written. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isStorableJson } from './storable.js';

const storable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

describe('text that every store can hold', () => {
  it.each(['\u0000', 'a\u0000b', '\ud83d', '\ude00', '\ude00\ud83d', '\\\u0000'])('is not %j', (text) =>
    expect(isStorableJson(JSON.stringify({ text }))).toBe(false),
  );

  it.each(['', '\ud83d\ude00', '\\u0000', '\\\\ud83d', '\u0001\u001f', 'räksmörgås'])('is %j', (text) =>
    expect(isStorableJson(JSON.stringify({ text }))).toBe(true),
  );

  it('is recognised in JSON and in plain text alike', () =>
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\\', '\u0000', '\ud800', '\udc00', 'u0000'))),
        (parts) => isStorableJson(JSON.stringify(parts)) === parts.every(storable),
      ),
    ));
});
