import { dayOf, type Day } from '@dittoo/processor-register';

const dayMs = 86_400_000;

export const plusDays = (day: Day, days: number): Day =>
  new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);

export const dayBefore = (day: Day): Day => plusDays(day, -1);

/** Midnight in Sweden, which is one or two hours before midnight UTC. */
export const startOfDay = (day: Day): string => {
  const summer = new Date(Date.parse(day) - 2 * 3_600_000).toISOString();
  return dayOf(summer) === day ? summer : new Date(Date.parse(day) - 3_600_000).toISOString();
};
