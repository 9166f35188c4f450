import type { DataCategory } from '@dittoo/kernel';
import { addDuration, dayOf } from './calendar.js';
import type { Day, Register, Retention } from './register.js';

/** How long data of this category is kept, and what happens then. */
export const retentionOf = (register: Register, category: DataCategory): Retention =>
  register.dataCategories[category].retention;

/**
 * The last day data of this category is kept, if nothing ends it earlier and there is no legal hold.
 *
 * @param startedAt when the period began (`stages[].from`); for accounting, when the transaction was booked
 * @param form `truncated` for the shortened remainder; default: the end of everything
 */
export const retentionEndsOn = (
  register: Register,
  category: DataCategory,
  startedAt: string,
  form?: 'full' | 'truncated',
): Day => {
  const { stages } = retentionOf(register, category);
  const stage = (form === undefined ? undefined : stages.find((s) => s.form === form)) ?? stages[stages.length - 1];
  if (stage === undefined) throw new RangeError(`${category} has no retention stage`);
  const start =
    stage.from === 'fiscalYearEnded'
      ? fiscalYearEnding(dayOf(startedAt), register.dataController.fiscalYearEnd)
      : dayOf(startedAt);
  const end = addDuration(start, stage.duration);
  return stage.until === 'endOfCalendarYear' ? `${end.slice(0, 4)}-12-31` : end;
};

/** The end of the fiscal year that holds `day`. A year end of 02-29 is reached on the 28th as well. */
const fiscalYearEnding = (day: Day, yearEnd: string): Day => {
  const year = Number(day.slice(0, 4));
  return `${day.slice(5) <= yearEnd ? year : year + 1}-${yearEnd === '02-29' ? '02-28' : yearEnd}`;
};
