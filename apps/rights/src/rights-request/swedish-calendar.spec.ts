import { describe, expect, it } from '@jest/globals';
import {
  easterSunday,
  extendedDueAt,
  isWorkingDay,
  requestDueAt,
  sameDayMonthsLater,
  workingDayFrom,
} from './swedish-calendar.js';

describe('the Swedish calendar', () => {
  it.each([
    [2024, '2024-03-31'],
    [2025, '2025-04-20'],
    [2026, '2026-04-05'],
    [2027, '2027-03-28'],
    [2038, '2038-04-25'],
  ])('knows Easter of %i', (year, day) => expect(easterSunday(year)).toBe(day));

  it.each([
    ['2026-01-01', 'nyårsdagen'],
    ['2026-01-06', 'trettondedag jul'],
    ['2026-04-03', 'långfredagen'],
    ['2026-04-06', 'annandag påsk'],
    ['2026-05-01', 'första maj'],
    ['2026-05-14', 'Kristi himmelsfärdsdag'],
    ['2025-06-06', 'nationaldagen'],
    ['2026-06-19', 'midsommarafton'],
    ['2027-06-25', 'midsommarafton'],
    ['2026-06-20', 'midsommardagen'],
    ['2026-10-31', 'alla helgons dag'],
    ['2026-12-24', 'julafton'],
    ['2026-12-25', 'juldagen'],
    ['2026-12-31', 'nyårsafton'],
    ['2026-11-22', 'a Sunday'],
  ])('%s is no working day: %s', (day) => expect(isWorkingDay(day)).toBe(false));

  it.each(['2026-04-02', '2026-06-18', '2026-06-22', '2026-12-23', '2026-12-28', '2027-01-04'])(
    '%s is a working day',
    (day) => expect(isWorkingDay(day)).toBe(true),
  );

  // The weekdays that date-holidays 3.37.0 names for Sweden as public or bank holidays, an independent source.
  it.each<[number, string]>([
    [2025, '01-01 01-06 04-18 04-21 05-01 05-29 06-06 06-20 12-24 12-25 12-26 12-31'],
    [2026, '01-01 01-06 04-03 04-06 05-01 05-14 06-19 12-24 12-25 12-31'],
    [2027, '01-01 01-06 03-26 03-29 05-06 06-25 12-24 12-31'],
    [2028, '01-06 04-14 04-17 05-01 05-25 06-06 06-23 12-25 12-26'],
    [2029, '01-01 03-30 04-02 05-01 05-10 06-06 06-22 12-24 12-25 12-26 12-31'],
    [2030, '01-01 04-19 04-22 05-01 05-30 06-06 06-21 12-24 12-25 12-26 12-31'],
    [2031, '01-01 01-06 04-11 04-14 05-01 05-22 06-06 06-20 12-24 12-25 12-26 12-31'],
    [2032, '01-01 01-06 03-26 03-29 05-06 06-25 12-24 12-31'],
    [2033, '01-06 04-15 04-18 05-26 06-06 06-24 12-26'],
    [2034, '01-06 04-07 04-10 05-01 05-18 06-06 06-23 12-25 12-26'],
    [2035, '01-01 03-23 03-26 05-01 05-03 06-06 06-22 12-24 12-25 12-26 12-31'],
  ])('knows every weekday of %i that is no working day, and no other', (year, days) => {
    const off: string[] = [];
    for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 86_400_000) {
      const date = new Date(at);
      const day = date.toISOString().slice(0, 10);
      if (date.getUTCDay() % 6 !== 0 && !isWorkingDay(day)) off.push(day.slice(5));
    }
    expect(off.join(' ')).toBe(days);
  });

  it.each([
    ['2026-12-24', '2026-12-28'],
    ['2026-12-31', '2027-01-04'],
    ['2026-04-03', '2026-04-07'],
    ['2026-06-19', '2026-06-22'],
  ])('moves %s to %s', (day, next) => expect(workingDayFrom(day)).toBe(next));

  it.each([
    ['2026-11-22', '2026-12-22'],
    ['2027-01-31', '2027-02-28'],
    ['2028-01-30', '2028-02-29'],
    ['2026-12-15', '2027-01-15'],
    ['2026-03-31', '2026-04-30'],
  ])('a month after %s is %s', (day, next) => expect(sameDayMonthsLater(day, 1)).toBe(next));
});

describe('a request is due', () => {
  it.each([
    ['2026-11-22T08:00:00.000Z', '2026-12-22T22:59:59.000Z'],
    ['2026-11-24T08:00:00.000Z', '2026-12-28T22:59:59.000Z'],
    // After midnight in Sweden it is the next day already.
    ['2026-11-22T23:30:00.000Z', '2026-12-23T22:59:59.000Z'],
    ['2026-05-19T08:00:00.000Z', '2026-06-22T21:59:59.000Z'],
    ['2027-01-31T08:00:00.000Z', '2027-03-01T22:59:59.000Z'],
  ])('received %s: %s', (receivedAt, due) => expect(requestDueAt(receivedAt)).toBe(due));
});

describe('a request that was extended is due', () => {
  it.each([
    // The last day of February, over the turn of the year; counted from the receipt, not from the first due day.
    ['2026-11-30T08:00:00.000Z', '2027-03-01T22:59:59.000Z'],
    ['2026-11-22T08:00:00.000Z', '2027-02-22T22:59:59.000Z'],
    ['2027-11-30T08:00:00.000Z', '2028-02-29T22:59:59.000Z'],
    // Midsummer's eve, and summer time.
    ['2027-03-25T08:00:00.000Z', '2027-06-28T21:59:59.000Z'],
  ])('received %s: %s', (receivedAt, due) => expect(extendedDueAt(receivedAt)).toBe(due));
});
