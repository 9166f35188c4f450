import { derivedId, type Uuid } from '@dittoo/kernel';
import { Commands, systemContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { dataSubjectDecider } from '../data-subject/data-subject.decider.js';
import { standingOf } from '../data-subject/data-subject.js';
import { Customers, placeOf } from '../person/customers.query.js';

/** Who says in the log that a period has ended. */
export const retentionActor = 'rights.retentionSchedule';

/** What the end of a period does to the stream of the person. Everything here may be repeated. */
@Injectable()
export class EndedPeriods {
  constructor(
    private readonly commands: Commands,
    private readonly customers: Customers,
  ) {}

  /**
   * Tells a customer that the account will be erased at `erasesAt` (RFC 3339) unless it is used.
   *
   * @returns false: there is no account any more
   */
  async noticeInactivity(subjectId: Uuid, erasesAt: string): Promise<boolean> {
    if ((await this.customers.of(subjectId))?.status !== 'registered') return false;
    const context = systemContext(retentionActor, subjectId, derivedId('inactivityNoticed', subjectId, erasesAt));
    const command = { type: 'NoticeInactivity', erasesAt } as const;
    const { state } = await this.commands.execute(dataSubjectDecider, subjectId, command, context);
    return state.status === 'known';
  }

  /** When the account will be erased, as last announced; `null` = used since, or gone. Read from the streams. */
  async announcedErasure(subjectId: Uuid): Promise<string | null> {
    const { history, state } = await this.commands.load(dataSubjectDecider, subjectId);
    if (state.status !== 'known' || state.erasesAt === null) return null;
    const customer = await this.customers.of(subjectId);
    if (customer?.status !== 'registered') return null;
    const notice = history.findLast(({ event }) => event.type === 'InactivityNoticed');
    const usedSince =
      notice !== undefined && customer.lastUsedAt !== null && customer.lastUsedAt > placeOf(notice.recorded);
    return usedSince ? null : state.erasesAt;
  }

  /** The last day the account was used; `null` = not since the registration. Read from the stream. */
  async lastUsedOn(subjectId: Uuid): Promise<string | null> {
    return (await this.customers.of(subjectId))?.lastUsedOn ?? null;
  }

  /** Is their data only to be stored (art. 18)? Then nothing of it is destroyed, and no notice is sent. */
  async isRestricted(subjectId: Uuid): Promise<boolean> {
    const { state } = await this.commands.load(dataSubjectDecider, subjectId);
    return standingOf(state).restrictions.length > 0;
  }
}
