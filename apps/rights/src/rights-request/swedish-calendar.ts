/** A Swedish calendar day, `YYYY-MM-DD`. */
export type Day = string;

const dayMs = 86_400_000;
const at = (day: Day): number => Date.parse(`${day}T00:00:00Z`);
const dayOfMs = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);
const plusDays = (day: Day, days: number): Day => dayOfMs(at(day) + days * dayMs);
const weekday = (day: Day): number => new Date(at(day)).getUTCDay();

const stockholmDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Stockholm', dateStyle: 'short' });
const stockholmHour = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Stockholm',
  hour: '2-digit',
  hourCycle: 'h23',
});

/** Easter Sunday by the Gregorian computus (Meeus, Jones, Butcher). */
export const easterSunday = (year: number): Day => {
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
  return dayOfMs(Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1));
};

/**
 * Days on which no period ends: lag (1989:253) om allmänna helgdagar, and the three eves that lag (1930:173) 2 § puts
 * beside them. Holidays that are always a Saturday or a Sunday are covered by the weekend.
 */
const holidays = (year: number): ReadonlySet<Day> => {
  const easter = easterSunday(year);
  const midsummerEve = [19, 20, 21, 22, 23, 24, 25].map((d) => `${year}-06-${d}`).find((d) => weekday(d) === 5)!;
  return new Set([
    ...['01-01', '01-06', '05-01', '06-06', '12-24', '12-25', '12-26', '12-31'].map((day) => `${year}-${day}`),
    plusDays(easter, -2),
    plusDays(easter, 1),
    plusDays(easter, 39),
    midsummerEve,
  ]);
};

export const isWorkingDay = (day: Day): boolean => {
  const weekend = weekday(day) === 0 || weekday(day) === 6;
  return !weekend && !holidays(Number(day.slice(0, 4))).has(day);
};

/** The day itself, or the first working day after it. */
export const workingDayFrom = (day: Day): Day => (isWorkingDay(day) ? day : workingDayFrom(plusDays(day, 1)));

/** The same day some months later; the last day of that month where it has no such day. */
export const sameDayMonthsLater = (day: Day, months: number): Day => {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return dayOfMs(Date.UTC(year, month - 1 + months, Math.min(date, last)));
};

/** The last second of the day in Sweden, as RFC 3339 UTC. */
const endOf = (day: Day): string => {
  const winterEnd = Date.parse(`${day}T22:59:59.000Z`);
  const summer = Number(stockholmHour.format(winterEnd)) === 0;
  return new Date(winterEnd - (summer ? 3_600_000 : 0)).toISOString();
};

const dueAfter = (receivedAt: string, months: number): string =>
  endOf(workingDayFrom(sameDayMonthsLater(stockholmDay.format(Date.parse(receivedAt)), months)));

/**
 * When a request received at this moment must have been answered: one month, art. 12(3), counted in Swedish days and
 * moved to the next working day. The last second of that day there, as RFC 3339 UTC.
 */
export const requestDueAt = (receivedAt: string): string => dueAfter(receivedAt, 1);

/** The same with the two months more that art. 12(3) allows once. */
export const extendedDueAt = (receivedAt: string): string => dueAfter(receivedAt, 3);
