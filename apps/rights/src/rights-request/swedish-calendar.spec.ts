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
