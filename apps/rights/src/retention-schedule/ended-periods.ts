import { derivedId, type Uuid } from '@dittoo/kernel';
import { Commands, systemContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { dataSubjectDecider } from '../data-subject/data-subject.decider.js';
import { standingOf } from '../data-subject/data-subject.js';
import { Customers, placeOf } from '../person/customers.query.js';

/** The actor of events about ended periods. */
export const retentionActor = 'rights.retentionSchedule';

/** Reads and records the ends of periods in the person's streams. Every method is safe to repeat. */
@Injectable()
export class EndedPeriods {
  constructor(
    private readonly commands: Commands,
    private readonly customers: Customers,
  ) {}

  /**
   * Records the notice that the account will be erased at `erasesAt` (RFC 3339) unless it is used.
   *
   * @returns `false` = the account no longer exists
   */
  async noticeInactivity(subjectId: Uuid, erasesAt: string): Promise<boolean> {
    if ((await this.customers.of(subjectId))?.status !== 'registered') return false;
    const context = systemContext(retentionActor, subjectId, derivedId('inactivityNoticed', subjectId, erasesAt));
    const command = { type: 'NoticeInactivity', erasesAt } as const;
    const { state } = await this.commands.execute(dataSubjectDecider, subjectId, command, context);
    return state.status === 'known';
  }

  /** When the account will be erased, as last announced; `null` = used since, or closed. Read from the streams. */
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

  /** The last day of use; `null` = none since the registration. Read from the stream. */
  async lastUsedOn(subjectId: Uuid): Promise<string | null> {
    return (await this.customers.of(subjectId))?.lastUsedOn ?? null;
  }

  /** Whether a restriction is in force (art. 18). Then nothing is destroyed, and no notice is sent. */
  async isRestricted(subjectId: Uuid): Promise<boolean> {
    const { state } = await this.commands.load(dataSubjectDecider, subjectId);
    return standingOf(state).restrictions.length > 0;
  }
}
