import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { edgeOfDay, momentOf } from './moment-fields.js';

describe('a moment', () => {
  it.each([
    ['2026-11-27T10:00:00+01:00', '2026-11-27T09:00:00.000Z'],
    ['2026-11-27t09:00:00z', '2026-11-27T09:00:00.000Z'],
    ['2026-11-27T09:00:00.123456789-00:30', '2026-11-27T09:30:00.123Z'],
  ])('%s is %s', (text, moment) => expect(momentOf(text)).toBe(moment));

  it.each([
    ['without an offset', '2026-11-27T10:00:00'],
    ['a day', '2026-11-27'],
    ['a week', '2026-W53-4'],
    ['a day that no year has', '2026-02-30T10:00:00Z'],
    ['the 25th hour', '2026-11-27T25:00:00Z'],
    ['before its range', '1899-12-31T23:59:59Z'],
    ['after its range', '9999-12-31T23:59:59Z'],
    ['with a zone beside the offset', '2026-11-27T10:00:00+01:00[Europe/Stockholm]'],
    ['without seconds', '2026-11-27T10:00Z'],
    ['empty', ''],
  ])('%s is none: %s', (_what, text) => expect(momentOf(text)).toBeNull());

  it('is what Date makes of it', () =>
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-02'), max: new Date('9998-12-30'), noInvalidDate: true }),
        (date) => {
          expect(momentOf(date.toISOString())).toBe(date.toISOString());
        },
      ),
    ));
});

describe('a day in Sweden', () => {
  it.each([
    ['2026-11-27', '2026-11-26T23:00:00.000Z', '2026-11-27T22:59:59.999Z'],
    ['2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'], // 23 hours
    ['2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'], // 25 hours
    ['2028-02-29', '2028-02-28T23:00:00.000Z', '2028-02-29T22:59:59.999Z'],
  ])('%s begins and ends where Sweden says, in every zone', (day, start, end) => {
    expect([edgeOfDay(day, 'start'), edgeOfDay(day, 'end')]).toEqual([start, end]);
  });

  it.each(['2026-02-30', '2026-W53-4', '2026-1-1', '20261127', '2026-11-27T10:00:00Z', ''])('%j is none', (text) =>
    expect(edgeOfDay(text, 'end')).toBeNull(),
  );
});
