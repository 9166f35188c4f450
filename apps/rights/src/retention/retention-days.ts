import { REGISTER } from '@dittoo/platform';
import { addDuration, dayOf, retentionEndsOn, retentionOf, type Day, type Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import { plusDays, startOfDay } from './days.js';

/** When the owner of an unused account gets the notice, and when the account is erased, by the register's table. */
@Injectable()
export class RetentionDays {
  constructor(@Inject(REGISTER) private readonly register: Register) {}

  /** The day of the notice for an account that was last used on this day. */
  noticeOn(lastUsedOn: Day): Day {
    return plusDays(this.lastDay(lastUsedOn), 1 - this.noticeDays);
  }

  /** When the account is erased if the notice is sent now (RFC 3339): never sooner than the notice promises. */
  erasesAt(lastUsedOn: Day, now: string): string {
    const ordinary = plusDays(this.lastDay(lastUsedOn), 1);
    const noticed = plusDays(dayOf(now), this.noticeDays);
    return startOfDay(ordinary > noticed ? ordinary : noticed);
  }

  private lastDay(lastUsedOn: Day): Day {
    return retentionEndsOn(this.register, 'profile', lastUsedOn);
  }

  private get noticeDays(): number {
    const { noticeBefore = 'P0D' } = retentionOf(this.register, 'profile');
    return (Date.parse(addDuration('2027-01-01', noticeBefore)) - Date.parse('2027-01-01')) / 86_400_000;
  }
}
