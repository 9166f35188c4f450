import { derivedId } from '@dittoo/kernel';

/** Each day's addresses have a key of their own: destroying it makes that day's addresses unreadable. */
export const accessLogDay = (day: string): string => derivedId('accessLog', day);

/** The shortened addresses of a day have their own key, which is kept longer than the key of the full addresses. */
export const truncatedScope = (day: string): string => derivedId('accessLog', day, 'truncated');

/** The statistics count the days of the shop's clock. */
export const swedishTime = 'Europe/Stockholm';

const swedishDays = new Intl.DateTimeFormat('sv-SE', { timeZone: swedishTime });

/** @param at RFC 3339 @returns `YYYY-MM-DD` */
export const swedishDayOf = (at: string): string => swedishDays.format(new Date(at));
