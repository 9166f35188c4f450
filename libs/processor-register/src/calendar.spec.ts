import { describe, expect, it } from '@jest/globals';
import { addDuration, dayOf, isDay, subtractDuration } from './calendar.js';

describe('a day', () => {
  it.each(['2028-02-29', '2026-12-31'])('%s is one', (day) => {
    expect(isDay(day)).toBe(true);
    expect(dayOf(day)).toBe(day);
  });

  it.each(['2027-02-29', '2026-13-01', '2026-1-1', '20260101', '2026-11-22T08:00:00Z', '-000001-01-01', 'soon', ''])(
    '%j is none',
    (text) => expect(isDay(text)).toBe(false),
  );

  it.each([
    ['2026-11-22T22:59:59.999Z', '2026-11-22'],
    ['2026-11-22T23:00:00Z', '2026-11-23'],
    ['2026-06-30T22:00:00Z', '2026-07-01'],
    ['2026-06-30T23:30:00+02:00', '2026-06-30'],
    ['2026-12-31T23:30:00.000Z', '2027-01-01'],
    // The hour that comes twice, and the one that is skipped.
    ['2026-10-25T00:30:00Z', '2026-10-25'],
    ['2026-03-29T01:30:00Z', '2026-03-29'],
  ])('%s is %s in Sweden', (at, day) => expect(dayOf(at)).toBe(day));

  it.each(['soon', '', '2026-02-30', '2026-11-22T08:00:00', '2026-11-22T25:00:00Z'])('%j is refused', (at) =>
    expect(() => dayOf(at)).toThrow(RangeError),
  );
});

describe('a duration', () => {
  it.each([
    ['2026-01-31', 'P1M', '2026-02-28', '2025-12-31'],
    ['2028-02-29', 'P1Y', '2029-02-28', '2027-02-28'],
    ['2027-03-31', 'P1Y1M', '2028-04-30', '2026-02-28'],
    ['2026-12-15', 'P25D', '2027-01-09', '2026-11-20'],
    ['2026-01-31', 'P1M1D', '2026-03-01', '2025-12-30'],
    ['2026-11-22', 'P0D', '2026-11-22', '2026-11-22'],
    ['2026-11-22', 'P7Y', '2033-11-22', '2019-11-22'],
  ])('from %s, %s: %s, and back %s', (day, duration, later, earlier) => {
    expect(addDuration(day, duration)).toBe(later);
    expect(subtractDuration(day, duration)).toBe(earlier);
  });

  it.each(['P', 'PT1H', 'P1DT1H', '-P1D', '1D', ''])('is not %j', (text) =>
    expect(() => addDuration('2026-01-01', text)).toThrow(RangeError),
  );
});
