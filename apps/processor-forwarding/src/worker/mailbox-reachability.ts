import { AttentionWatcher, type AttentionFact, type ListedItem } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import { MAIL_PROVIDER, mailProcessorId, type MailProvider } from '../mail/mail-provider.js';
import { MailRecords } from '../mailbox/mail-records.js';

/** A sweep takes seconds; an attempt that failed is followed by the next one after a quarter of an hour. */
const patienceMs = 120_000;

type Fact = AttentionFact<'mailboxUnreachable'>;

/** Watches whether the day's sweep of the mailbox comes to its end. */
@Injectable()
export class MailboxReachability {
  constructor(
    watcher: AttentionWatcher,
    private readonly records: MailRecords,
    @Inject(MAIL_PROVIDER) mail: MailProvider | null,
  ) {
    if (mail === null) return;
    watcher.add({ kind: 'mailboxUnreachable', where: 'processor-forwarding', look: (_now, open) => this.look(open) });
  }

  private async look(open: readonly ListedItem<'mailboxUnreachable'>[]): Promise<Fact[]> {
    const sweep = await this.records.lastSweep();
    if (sweep === null || sweep.finished) return [];
    // The next attempt has just begun: an open item stays open until one succeeds.
    if (sweep.runsForMs < patienceMs && open.length === 0) return [];
    return [{ key: mailProcessorId, about: { processorId: mailProcessorId }, since: `${sweep.day}T00:00:00.000Z` }];
  }
}
