import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Clock, derivedId } from '@dittoo/kernel';
import { LOGGER, REGISTER } from '@dittoo/platform';
import { keptSince, type Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import { MAIL_PROVIDER, mailProcessorId, type MailProvider } from '../mailbox/mail-provider.js';
import { messageIdOf } from '../mail/outgoing-mail.js';
import type { MessageHead, MessagePlace } from '../mailbox/messages.js';
import { MailboxRecords } from '../mailbox/mail-records.js';
import { processorDecider } from '../mailbox/processor.decider.js';

/**
 * Once a day: mail older than the register lets the provider keep it is deleted in every folder, the trash too, and
 * looked for again. The provider's date decides, and ours for what we sent, whichever is earlier: a message that was
 * moved may look younger than it is. What a legal hold covers stays until the hold ends.
 *
 * Dies anywhere: the day is not done, and whoever comes next does it again; what is gone stays gone.
 */
@Injectable()
export class MailboxRetentionReactor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly commands: Commands,
    private readonly records: MailboxRecords,
    private readonly clock: Clock,
    @Inject(MAIL_PROVIDER) private readonly mail: MailProvider | null,
    @Inject(REGISTER) private readonly register: Register,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(FORWARDING_CONFIG) private readonly config: ForwardingConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (this.mail !== null) this.running = this.loop(this.mail);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async loop(mail: MailProvider): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      try {
        const before = keptSince(this.register, mailProcessorId, this.clock.now());
        if (before !== null && (await this.records.beginSweep(before))) await this.sweep(mail, before);
      } catch (error) {
        // The day stays undone, and is begun again after a quarter of an hour.
        this.logger.warn({ failure: error instanceof Error ? error.name : 'unknown' }, 'mailbox.sweep-failed');
      }
      await sleep(this.config.sweepPauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** What a legal hold keeps, ours and what answers it, theirs by the place it was taken in from. */
  private async staying({ mailbox, sender }: MailProvider): Promise<ReadonlySet<string>> {
    const { received, sent } = await this.records.held();
    const ids = sent.map((id) => messageIdOf(sender.domain, id));
    return new Set([...received, ...(ids.length === 0 ? [] : await mailbox.find(ids))].map(placeOf));
  }

  private async sweep({ mailbox, sender }: MailProvider, before: string): Promise<void> {
    const sent = (await this.records.sentBefore(before)).map((id) => messageIdOf(sender.domain, id));
    const ours = new Set(sent);
    // Of what answers them, each has its own age.
    const known = sent.length === 0 ? [] : (await mailbox.find(sent)).filter(({ messageId }) => ours.has(messageId!));
    const stays = await this.staying({ mailbox, sender });
    const old = unique([...(await mailbox.before(before)), ...known]).filter((head) => !stays.has(placeOf(head)));
    await mailbox.delete(old);
    const left = (await mailbox.before(before)).filter((head) => !stays.has(placeOf(head)));
    if (left.length > 0) throw new Error('mail that should be gone is still there');
    const folders = [...new Set(old.map(({ folder }) => folder))].sort();
    const command = {
      type: 'RecordSweep',
      processorId: mailProcessorId,
      before,
      folders: folders.map((folder) => ({ folder, deleted: old.filter((head) => head.folder === folder).length })),
      digest: createHash('sha256').update(old.map(({ messageId }) => messageId ?? '').sort().join('\n')).digest('hex'), // prettier-ignore
    } as const;
    const processor = derivedId('processor', mailProcessorId);
    const sweepId = derivedId(processor, before, this.clock.now());
    await this.commands.execute(processorDecider, processor, command, {
      dataSubjectId: null,
      actor: { kind: 'system', id: 'forwarding.mailbox-retention' },
      correlationId: sweepId,
      causationId: sweepId,
      traceparent: null,
      noticeVersion: null,
    });
    await this.records.endSweep(before, old);
    this.logger.info({ processor: mailProcessorId, before, deleted: old.length }, 'mailbox.swept');
  }
}

const placeOf = ({ folder, uid, uidValidity }: MessagePlace): string => `${folder}/${uidValidity}/${uid}`;

const unique = (heads: readonly MessageHead[]): MessageHead[] => [
  ...new Map(heads.map((head) => [placeOf(head), head])).values(),
];
