import { Temporal } from 'temporal-polyfill';
import type { Day, Duration } from './register.js';

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

/** Whether the text is an existing day; `2027-02-29` is not. */
export const isDay = (value: string): boolean => {
  try {
    return dayPattern.test(value) && Temporal.PlainDate.from(value).toString() === value;
  } catch {
    return false;
  }
};

/**
 * The Swedish calendar day of a day or of an RFC 3339 instant: agreements and legal entities change at midnight there.
 *
 * @throws RangeError neither a day nor an instant
 */
export const dayOf = (at: string): Day => {
  if (dayPattern.test(at)) return Temporal.PlainDate.from(at).toString();
  return Temporal.Instant.from(at).toZonedDateTimeISO('Europe/Stockholm').toPlainDate().toString();
};

/** `2028-02-29` + `P1Y` = `2029-02-28`: a day that the month does not have becomes its last. @throws RangeError */
export const addDuration = (day: Day, duration: Duration): Day =>
  Temporal.PlainDate.from(day).add(daysAndLonger(duration)).toString();

/** Subtracts a duration: `2028-02-29` - `P1Y` = `2027-02-28`. */
export const subtractDuration = (day: Day, duration: Duration): Day =>
  Temporal.PlainDate.from(day).subtract(daysAndLonger(duration)).toString();

/**
 * Durations of days, months and years without a sign: hours add nothing to a day, and a sign would reverse the
 * direction.
 */
const daysAndLonger = (text: Duration): Temporal.Duration => {
  if (!/^P[^T]+$/.test(text)) throw new RangeError('not a duration of years, months and days');
  return Temporal.Duration.from(text);
};

/** Whether `from..to` (both included, open where absent) contains `day`. Days compare as text. */
export const holds = (period: { from: Day | null; to: Day | undefined }, day: Day): boolean =>
  (period.from === null || period.from <= day) && (period.to === undefined || day <= period.to);
