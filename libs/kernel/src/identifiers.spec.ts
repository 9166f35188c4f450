/* Promised: the same parts give the same identifier on every machine and in every version; other parts give another. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { derivedId, isUuid, newId, streamCategory, streamId, streamName } from './identifiers.js';

describe('a derived identifier', () => {
  it.each([
    [['order', '0b7d6c3e-1111-4111-8111-111111111111'], '2d8e68bf-3e05-5d09-baa7-d292146aff1b'],
    [['consentRecord', 'a', 'newsletter'], 'd0aee9c2-b784-5a99-a0a8-208a5fe1984a'],
    [[], '52bdf25c-7e76-5a01-836c-875b218486b0'],
  ] as const)('of %j is %s, for ever', (parts, id) => expect(derivedId(...parts)).toBe(id));

  it('distinguishes where a part ends', () => {
    expect(derivedId('a', 'bc')).not.toBe(derivedId('ab', 'c'));
    expect(derivedId('a","b')).not.toBe(derivedId('a', 'b'));
    expect(derivedId('a', '')).not.toBe(derivedId('a'));
  });

  it('is accepted by `isUuid`, as new ones are', () =>
    fc.assert(
      fc.property(fc.array(fc.string()), (parts) => {
        expect(isUuid(derivedId(...parts))).toBe(true);
        expect(derivedId(...parts)).toBe(derivedId(...parts));
        expect(isUuid(newId())).toBe(true);
      }),
    ));

  it.each(['', 'order', '0b7d6c3e111141118111111111111111', 7, null, undefined])('%p is none', (value) =>
    expect(isUuid(value)).toBe(false),
  );
});

describe('a stream name', () => {
  const id = '0b7d6c3e-1111-4111-8111-111111111111';

  it('is cut at the first dash', () => {
    expect(streamName('dataSubject', id)).toBe(`dataSubject-${id}`);
    expect(streamCategory(`dataSubject-${id}`)).toBe('dataSubject');
    expect(streamId(`dataSubject-${id}`)).toBe(id);
    expect(streamCategory('data-subject-1')).toBe('data');
    expect(streamId('data-subject-1')).toBe('subject-1');
  });

  it('without a dash is a category alone', () => {
    expect(streamCategory('order')).toBe('order');
    expect(streamId('order')).toBe('');
  });
});
