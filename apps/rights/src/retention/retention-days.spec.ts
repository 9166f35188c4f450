import { loadRegister, retentionEndsOn, type Register } from '@dittoo/processor-register';
import { describe, expect, it } from '@jest/globals';
import { dayBefore, startOfDay } from './days.js';
import { RetentionDays } from './retention-days.js';

const register = loadRegister();
const days = new RetentionDays(register);
const withYearEnd = (fiscalYearEnd: string): Register => loadRegister(undefined, { fiscalYearEnd });

describe('the last day', () => {
  it.each([
    ['12-31', '2027-04-30', '2034-12-31'],
    ['04-30', '2027-04-30', '2034-12-31'],
    ['04-30', '2027-05-01', '2035-12-31'],
    ['08-31', '2028-02-29', '2035-12-31'],
    ['06-30', '2027-06-30T21:59:59.999Z', '2034-12-31'],
    ['06-30', '2027-06-30T22:00:00.000Z', '2035-12-31'],
  ])('of what was booked in a fiscal year that ends on %s, on %s, is %s', (yearEnd, bookedAt, lastDay) =>
    expect(retentionEndsOn(withYearEnd(yearEnd), 'orderAccounting', bookedAt)).toBe(lastDay),
  );

  it.each([
    ['orderDelivery', '2028-02-29', '2031-02-28'],
    ['support', '2026-11-22T23:30:00.000Z', '2029-11-23'],
    ['consentEvidence', '2026-11-22', '2029-11-22'],
    ['personnummer', '2026-12-31', '2027-03-01'],
    ['advertising', '2026-11-22', '2028-11-22'],
  ] as const)('of %s from %s is %s', (category, from, lastDay) =>
    expect(retentionEndsOn(register, category, from)).toBe(lastDay),
  );

  it('of data that must not be kept any longer was yesterday', () =>
    expect(dayBefore('2026-11-22')).toBe('2026-11-21'));
});

describe('an account that is not used', () => {
  it('is announced 30 days before it ends', () => {
    expect(days.noticeOn('2026-11-22')).toBe('2028-10-24');
    expect(days.erasesAt('2026-11-22', '2028-10-24T08:00:00.000Z')).toBe('2028-11-22T23:00:00.000Z');
  });

  it('has its 30 days also if the announcement is late', () =>
    expect(days.erasesAt('2026-11-22', '2030-06-01T08:00:00.000Z')).toBe('2030-06-30T22:00:00.000Z'));
});

it('a day begins at midnight in Sweden, on the days the clocks change too', () => {
  expect(startOfDay('2027-01-01')).toBe('2026-12-31T23:00:00.000Z');
  expect(startOfDay('2027-03-28')).toBe('2027-03-27T23:00:00.000Z');
  expect(startOfDay('2027-03-29')).toBe('2027-03-28T22:00:00.000Z');
  expect(startOfDay('2027-10-31')).toBe('2027-10-30T22:00:00.000Z');
  expect(startOfDay('2027-11-01')).toBe('2027-10-31T23:00:00.000Z');
});
