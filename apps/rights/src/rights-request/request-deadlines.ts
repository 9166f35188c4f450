import { AttentionWatcher } from '@dittoo/platform';
import { Injectable } from '@nestjs/common';
import { RightsRequests } from './rights-request.query.js';

const closeMs = 7 * 86_400_000;

/** Watches the time limits of requests that are not answered (art. 12(3)). */
@Injectable()
export class RequestDeadlines {
  constructor(watcher: AttentionWatcher, requests: RightsRequests) {
    const dueBefore = async (at: string) =>
      (await requests.openAndDueBefore(at)).map(({ dueAt, requestId }) => ({
        key: requestId,
        about: { requestId, dueAt },
        since: dueAt,
      }));
    watcher.add({ kind: 'requestOverdue', where: 'rights', look: dueBefore });
    watcher.add({
      kind: 'requestCloseToDue',
      where: 'rights',
      look: async (now) => {
        const close = await dueBefore(new Date(Date.parse(now) + closeMs).toISOString());
        return close.filter(({ about }) => about.dueAt >= now);
      },
    });
  }
}
