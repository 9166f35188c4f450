import type { Day, Duration } from './register.js';

const stockholm = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Stockholm',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});
const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

/** Is it a day that exists? `2027-02-29` is not. */
export const isDay = (value: string): boolean =>
  dayPattern.test(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value);

/**
 * The Swedish calendar day of a day or of an RFC 3339 instant: agreements and legal entities change at midnight there.
 *
 * @throws RangeError neither a day nor an instant
 */
export const dayOf = (at: string): Day => {
  if (isDay(at)) return at;
  const instant = Date.parse(at);
  if (dayPattern.test(at) || Number.isNaN(instant)) throw new RangeError('not a day or an RFC 3339 instant');
  return stockholm.format(instant);
};

const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month + 1, 0)).getUTCDate();

/** `2028-02-29` + `P1Y` = `2029-02-28`: a day that the month does not have becomes its last. */
export const addDuration = (day: Day, duration: Duration): Day => addParts(day, duration, 1);

const addParts = (day: Day, duration: Duration, sign: 1 | -1): Day => {
  const parts = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?$/.exec(duration);
  if (parts === null) throw new RangeError('not a duration of years, months and days');
  const [years, months, days] = [1, 2, 3].map((part) => sign * Number(parts[part] ?? 0)) as [number, number, number];
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const total = year * 12 + (month - 1) + years * 12 + months;
  const [toYear, toMonth] = [Math.floor(total / 12), total % 12];
  const result = new Date(Date.UTC(toYear, toMonth, Math.min(date, daysInMonth(toYear, toMonth)) + days));
  return result.toISOString().slice(0, 10);
};

/** The other way: `2028-02-29` - `P1Y` = `2027-02-28`. */
export const subtractDuration = (day: Day, duration: Duration): Day => addParts(day, duration, -1);

/** Does `from..to` (both included, open where absent) hold `day`? Days compare as text. */
export const holds = (period: { from: Day | null; to: Day | undefined }, day: Day): boolean =>
  (period.from === null || period.from <= day) && (period.to === undefined || day <= period.to);
