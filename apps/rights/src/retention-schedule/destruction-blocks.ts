import type { DataCategory } from '@dittoo/kernel';
import { dayOf } from '@dittoo/processor-register';
import { Injectable } from '@nestjs/common';
import { holdsKey, LegalHolds, type HeldData } from '../legal-hold/legal-holds.query.js';
import { ParkedOfPerson, PersonIsParked } from '../person/parked-of-person.js';
import { SubjectStreams } from '../person/subject-streams.js';
import { Due, type DueAccount, type DueKey, type DuePerson } from '../retention/due.query.js';
import { SubjectRetention } from '../retention/subject-retention.query.js';
import { RightsRequests } from '../rights-request/rights-request.query.js';

/**
 * Due rows that may be handled: no legal hold keeps the data, and no open request needs the address. Blocked rows stay
 * due; they are skipped page by page, so that they do not delay later ones.
 */
@Injectable()
export class DestructionBlocks {
  constructor(
    private readonly due: Due,
    private readonly holds: LegalHolds,
    private readonly requests: RightsRequests,
    private readonly parked: ParkedOfPerson,
    private readonly streams: SubjectStreams,
    private readonly retention: SubjectRetention,
  ) {}

  /** Up to `limit` keys, the oldest first, grouped by person. */
  async freeKeys(now: string, limit: number): Promise<DuePerson[]> {
    const keys = await firstFree(
      limit,
      (after: DueKey | null) => this.due.keys(now, limit, after),
      (page) => this.free(page, now),
    );
    const people = new Map<string, DueKey[]>();
    for (const key of keys) people.set(key.subjectId, [...(people.get(key.subjectId) ?? []), key]);
    return [...people].map(([subjectId, due]) => ({ subjectId, due }));
  }

  /**
   * The last check before the irreversible step: keys that are also due by the person's own streams, because the rows
   * may be outdated, and that nothing keeps now.
   *
   * @throws PersonIsParked a stream of the person is parked: retry later
   */
  async recheck({ due, subjectId }: DuePerson, now: string): Promise<DuePerson> {
    const streams = await this.streams.of(subjectId);
    if (await this.parked.hasAny(subjectId, { kind: 'retention', id: subjectId }, streams)) throw new PersonIsParked();
    const { keys } = await this.retention.among(subjectId, streams);
    // A key without a period in the streams was destroyed by a process that died before it deleted the row.
    const runsOn = keys.filter(({ lastDay }) => lastDay === null || lastDay >= dayOf(now));
    const running = new Set(runsOn.map(({ category, scope }) => `${category}/${scope}`));
    const free = await this.free(
      due.map((key) => ({ subjectId, ...key })),
      now,
    );
    return { subjectId, due: free.filter(({ category, scope }) => !running.has(`${category}/${scope}`)) };
  }

  private async free<
    Key extends { readonly subjectId: string; readonly category: DataCategory; readonly scope: string },
  >(keys: readonly Key[], now: string): Promise<Key[]> {
    const subjectIds = idsOf(keys);
    const holds = await this.holds.inForceOf(subjectIds, now);
    const asking = await this.requests.openOf(subjectIds);
    return keys.filter(
      ({ category, scope, subjectId }) =>
        !(category === 'contact' && asking.has(subjectId)) &&
        !(holds.get(subjectId) ?? []).some((hold) => holdsKey(hold, category, scope)),
    );
  }

  freeAccounts(which: 'accountsToTell' | 'accountsToErase', now: string, limit: number): Promise<DueAccount[]> {
    return firstFree(
      limit,
      (after: DueAccount | null) => this.due[which](now, limit, after),
      async (page) => {
        const holds = await this.holds.inForceOf(idsOf(page), now);
        return page.filter(({ subjectId }) => !(holds.get(subjectId) ?? []).some(keepsAccount));
      },
    );
  }
}

const keepsAccount = (hold: HeldData): boolean => holdsKey(hold, 'profile', null) || holdsKey(hold, 'contact', null);

/** The unblocked items of the first page that has any. */
const firstFree = async <Item>(
  limit: number,
  read: (after: Item | null) => Promise<readonly Item[]>,
  free: (page: readonly Item[]) => Promise<readonly Item[]>,
): Promise<Item[]> => {
  for (let after: Item | null = null; ;) {
    const page = await read(after);
    const freeItems = page.length === 0 ? [] : await free(page);
    if (freeItems.length > 0 || page.length < limit) return [...freeItems];
    after = page.at(-1) ?? null;
  }
};

const idsOf = (page: readonly { readonly subjectId: string }[]): string[] => [
  ...new Set(page.map(({ subjectId }) => subjectId)),
];
