import type { LegalHoldEvent, LegalHoldEvents } from '@dittoo/contracts';
import { DomainError, type Decider } from '@dittoo/kernel';

type Asked = LegalHoldEvents['LegalHoldRequested'];

/** A hold that keeps data from destruction. Stream `legalHold-<id>`. Two officers begin it, two end it. */
export type LegalHold =
  | { readonly status: 'none' }
  | (Asked & { readonly status: 'requested' })
  | (Asked & { readonly status: 'inForce'; readonly releaseAskedBy: string | null })
  | (Asked & { readonly status: 'withdrawn' | 'released' | 'expired' });

export type LegalHoldCommand =
  | { readonly type: 'RequestHold'; readonly hold: Asked; readonly now: string }
  | { readonly type: 'ConfirmHold'; readonly by: string; readonly now: string }
  /**
   * Before it is in force, one officer withdraws it. In force, it is the first or the second officer's request to end
   * it.
   */
  | { readonly type: 'EndHold'; readonly by: string }
  | { readonly type: 'ExpireHold'; readonly now: string };

/** Longer than any limitation period. A hold that is still needed then can be requested again. */
const mostYears = 100;

const latestEnd = (now: string): string => {
  const end = new Date(now);
  end.setUTCFullYear(end.getUTCFullYear() + mostYears);
  return end.toISOString();
};

const decide = (command: LegalHoldCommand, hold: LegalHold): LegalHoldEvent[] => {
  if (command.type === 'RequestHold') {
    if (hold.status !== 'none') return [];
    const { expiresAt } = command.hold;
    // Compared as times: the year 10000 comes before 2026 as text.
    if (!isWithin(expiresAt, command.now, latestEnd(command.now)))
      throw new DomainError('invalid-field', `expiresAt must be in the future, at most ${mostYears} years from now`);
    return [{ type: 'LegalHoldRequested', data: command.hold }];
  }
  if (hold.status === 'none') throw new DomainError('not-found');
  const { subjectId } = hold;
  switch (command.type) {
    case 'ConfirmHold': {
      const { by, now } = command;
      if (hold.status === 'inForce') return [];
      if (hold.status !== 'requested' || hold.expiresAt <= now) throw new DomainError('legal-hold-not-open');
      if (hold.by === by) throw new DomainError('second-person-required');
      return [{ type: 'LegalHoldConfirmed', data: { subjectId, by } }];
    }
    case 'EndHold': {
      const { by } = command;
      if (hold.status === 'requested') return [{ type: 'LegalHoldWithdrawn', data: { subjectId, by } }];
      if (hold.status !== 'inForce') return [];
      if (hold.releaseAskedBy === null) return [{ type: 'LegalHoldReleaseRequested', data: { subjectId, by } }];
      if (hold.releaseAskedBy === by) throw new DomainError('second-person-required');
      return [{ type: 'LegalHoldReleased', data: { subjectId, by } }];
    }
    case 'ExpireHold': {
      const open = hold.status === 'requested' || hold.status === 'inForce';
      return open && hold.expiresAt <= command.now ? [{ type: 'LegalHoldExpired', data: { subjectId } }] : [];
    }
  }
};

const isWithin = (at: string, after: string, until: string): boolean =>
  Date.parse(at) > Date.parse(after) && Date.parse(at) <= Date.parse(until);

const evolve = (hold: LegalHold, event: LegalHoldEvent): LegalHold => {
  if (event.type === 'LegalHoldRequested') return { ...event.data, status: 'requested' };
  if (hold.status === 'none') return hold;
  switch (event.type) {
    case 'LegalHoldConfirmed':
      return { ...hold, status: 'inForce', releaseAskedBy: null };
    case 'LegalHoldReleaseRequested':
      return { ...hold, status: 'inForce', releaseAskedBy: event.data.by };
    case 'LegalHoldWithdrawn':
      return { ...hold, status: 'withdrawn' };
    case 'LegalHoldReleased':
      return { ...hold, status: 'released' };
    case 'LegalHoldExpired':
      return { ...hold, status: 'expired' };
  }
};

export const legalHoldDecider: Decider<LegalHoldCommand, LegalHold, LegalHoldEvent> = {
  category: 'legalHold',
  initialState: { status: 'none' },
  decide,
  evolve,
};
