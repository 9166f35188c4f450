import type { DataCategory } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import { addDuration, dayOf, retentionEndsOn, retentionOf, type Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';

/** The days that follow from the register's table. A day is Sweden's; a last day is the last one data is kept on. */
@Injectable()
export class RetentionDays {
  constructor(@Inject(REGISTER) private readonly register: Register) {}

  /** Of data whose period begins at `startedAt` (RFC 3339 or a day). */
  lastDay(category: DataCategory, startedAt: string): string {
    return retentionEndsOn(this.register, category, startedAt);
  }

  /** Of data that is not to be kept any longer at all. */
  overAt(at: string): string {
    return plusDays(dayOf(at), -1);
  }

  /** When the owner of an account last used on this day is told that it will be erased. */
  noticeOn(lastUsedOn: string): string {
    return plusDays(this.lastDay('profile', lastUsedOn), 1 - this.noticeDays);
  }

  /** When an account is erased that is told about it now (RFC 3339): never sooner than the notice promises. */
  erasesAt(lastUsedOn: string, now: string): string {
    const ordinary = plusDays(this.lastDay('profile', lastUsedOn), 1);
    const noticed = plusDays(dayOf(now), this.noticeDays);
    return startOfDay(ordinary > noticed ? ordinary : noticed);
  }

  private get noticeDays(): number {
    const { noticeBefore = 'P0D' } = retentionOf(this.register, 'profile');
    return (Date.parse(addDuration('2027-01-01', noticeBefore)) - Date.parse('2027-01-01')) / dayMs;
  }
}

const dayMs = 86_400_000;

const plusDays = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);

/** Midnight in Sweden, which is one or two hours before midnight UTC. */
export const startOfDay = (day: string): string => {
  const summer = new Date(Date.parse(day) - 2 * 3_600_000).toISOString();
  return dayOf(summer) === day ? summer : new Date(Date.parse(day) - 3_600_000).toISOString();
};
