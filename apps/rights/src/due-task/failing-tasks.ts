import { AttentionWatcher } from '@dittoo/platform';
import { Injectable } from '@nestjs/common';
import { TaskClaims } from './task-claims.js';

/** A database that is away, or a processor, is back by then; what still fails needs a person. */
const patienceMs = 5 * 60_000;

/** Watches for tasks that fail each time: nothing else would tell of one whose request is answered already. */
@Injectable()
export class FailingTasks {
  constructor(watcher: AttentionWatcher, claims: TaskClaims) {
    watcher.add({
      kind: 'taskFailing',
      where: 'rights',
      look: async (now) => {
        const failing = await claims.failingSince(new Date(Date.parse(now) - patienceMs).toISOString());
        return failing.map(({ id, kind, since }) => ({
          key: `${kind}/${id}`,
          about: { task: kind, id },
          since: since.toISOString(),
        }));
      },
    });
  }
}
