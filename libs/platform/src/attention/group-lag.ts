import type { EventDelivery } from '@dittoo/messaging';
import type { AttentionFact } from './attention-items.js';
import type { ListedItem } from './attention-rows.js';
import type { AttentionWatch } from './attention-watch.worker.js';

const patienceMs = 60_000;

/** Whether the groups of this process handle the log, measured from the data and not by the groups. */
export class GroupLag implements AttentionWatch<'groupLagging'> {
  readonly kind = 'groupLagging';
  readonly twice = true;

  constructor(
    readonly where: string,
    private readonly delivery: () => Pick<EventDelivery, 'unhandledSince'>,
  ) {}

  async look(now: string, open: readonly ListedItem<'groupLagging'>[]): Promise<AttentionFact<'groupLagging'>[]> {
    const groups = await this.delivery().unhandledSince();
    const lagging = [...groups].flatMap(([group, since]) =>
      since !== null && Date.parse(now) - Date.parse(since) > patienceMs ? [factOf(group, since)] : [],
    );
    // The groups of other services are for their processes to judge.
    const others = open.filter(({ about }) => !groups.has(about.group));
    return [...lagging, ...others.map(({ about, since }) => factOf(about.group, since))];
  }
}

const factOf = (group: string, since: string): AttentionFact<'groupLagging'> => ({
  key: group,
  about: { group },
  since,
});
