import { Temporal } from 'temporal-polyfill';

/** A Swedish calendar day, `YYYY-MM-DD`. */
export type Day = string;

const timeZone = 'Europe/Stockholm';
const { PlainDate } = Temporal;
const friday = 5;

/** Easter Sunday by the Gregorian computus (Meeus, Jones, Butcher). */
export const easterSunday = (year: number): Day => easterOf(year).toString();

const easterOf = (year: number): Temporal.PlainDate => {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const l = (32 + 2 * (b % 4) + 2 * i - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return PlainDate.from({ year, month: Math.floor(n / 31), day: (n % 31) + 1 });
};

/**
 * Days on which no period ends: lag (1989:253) om allmänna helgdagar, and the three eves that lag (1930:173) 2 § treats
 * like them. Holidays that are always a Saturday or a Sunday are covered by the weekend.
 */
const holidays = (year: number): ReadonlySet<Day> => {
  const easter = easterOf(year);
  const june19 = PlainDate.from({ year, month: 6, day: 19 });
  const midsummerEve = june19.add({ days: (friday - june19.dayOfWeek + 7) % 7 });
  return new Set([
    ...['01-01', '01-06', '05-01', '06-06', '12-24', '12-25', '12-26', '12-31'].map((day) => `${year}-${day}`),
    ...[easter.subtract({ days: 2 }), easter.add({ days: 1 }), easter.add({ days: 39 }), midsummerEve].map(String),
  ]);
};

export const isWorkingDay = (day: Day): boolean => {
  const { dayOfWeek, year } = PlainDate.from(day);
  return dayOfWeek <= friday && !holidays(year).has(day);
};

/** The day itself, or the first working day after it. */
export const workingDayFrom = (day: Day): Day =>
  isWorkingDay(day) ? day : workingDayFrom(PlainDate.from(day).add({ days: 1 }).toString());

/** The same day some months later; the last day of that month where it has no such day. */
export const sameDayMonthsLater = (day: Day, months: number): Day => PlainDate.from(day).add({ months }).toString();

/** The last second of the day in Sweden, as RFC 3339 UTC. */
const endOf = (day: Day): string =>
  PlainDate.from(day)
    .add({ days: 1 })
    .toZonedDateTime(timeZone)
    .subtract({ seconds: 1 })
    .toInstant()
    .toString({ fractionalSecondDigits: 3 });

const dayIn = (instant: string): Day =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDate().toString();

const dueAfter = (receivedAt: string, months: number): string =>
  endOf(workingDayFrom(sameDayMonthsLater(dayIn(receivedAt), months)));

/**
 * When a request received at this moment is due: one month, art. 12(3), counted in Swedish days and
 * moved to the next working day. The last second of that day there, as RFC 3339 UTC.
 */
export const requestDueAt = (receivedAt: string): string => dueAfter(receivedAt, 1);

/** The same with the two more months that art. 12(3) allows once. */
export const extendedDueAt = (receivedAt: string): string => dueAfter(receivedAt, 3);
