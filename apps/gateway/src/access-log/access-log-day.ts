import { derivedId } from '@dittoo/kernel';

/** The keys of one day's addresses belong to the day: destroying them ends that day's log. */
export const accessLogDay = (day: string): string => derivedId('accessLog', day);

/** The shortened addresses of a day have a key of their own, which outlives that of the whole ones. */
export const truncatedScope = (day: string): string => derivedId('accessLog', day, 'truncated');
