import { createHash } from 'node:crypto';
import { Clock, derivedId, type SubjectId } from '@dittoo/kernel';
import { LOGGER, REGISTER } from '@dittoo/platform';
import { keptSince, type Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { HeldMail } from './held-mail.js';
import type { ImapMailbox } from './imap-mailbox.js';
import { MailRecords } from './mail-records.js';
import { messageIdOf, type MessageHead, type MessagePlace } from './messages.js';
import { processorDecider } from './processor.decider.js';

/** The mailbox to sweep. */
export interface SweptMailbox {
  readonly processorId: string;
  readonly mailbox: ImapMailbox;
  /** Domain of our own message ids. */
  readonly domain: string;
}

/**
 * Deletes mail that is older than the register allows the provider to keep it, in every folder including the trash, and
 * checks that it is gone. The provider's date decides, or for sent mail the earlier of that and the shop's own date: a
 * moved message may look younger than it is. Mail under a legal hold is kept until the hold ends.
 *
 * Dies anywhere: the day is not marked as done, so the next run repeats it; deleted mail stays deleted.
 */
@Injectable()
export class MailboxSweep {
  constructor(
    private readonly commands: Commands,
    private readonly records: MailRecords,
    private readonly held: HeldMail,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Does nothing where the day is done, or another worker is sweeping. */
  async runIfDue(swept: SweptMailbox): Promise<void> {
    await this.held.readToEnd(); // so that an erasure finds little that is new
    const before = keptSince(this.register, swept.processorId, this.clock.now());
    if (before !== null && (await this.records.beginSweep(before))) await this.run(swept, before);
  }

  private async run(swept: SweptMailbox, before: string): Promise<void> {
    const { mailbox, processorId } = swept;
    const candidates = [...(await mailbox.before(before)), ...(await this.sentBefore(swept, before))];
    // Last, right before the deletion: what is deleted cannot be brought back.
    const holding = await this.held.subjects();
    const kept = await this.keptByLegalHold(swept, holding);
    const isKept = (head: MessageHead): boolean => kept.has(placeOf(head));
    const old = unique(candidates).filter((head) => !isKept(head));
    await mailbox.delete(old);
    const left = (await mailbox.before(before)).filter((head) => !isKept(head));
    if (left.length > 0) throw new Error('mail that should be deleted is still there');
    await this.record(processorId, before, old);
    await this.records.endSweep(before, old, holding);
    this.logger.info({ processor: processorId, before, deleted: old.length }, 'mailbox.swept');
  }

  /** Mail sent by the shop before that day, by its own date; not replies to it, which have their own age. */
  private async sentBefore({ domain, mailbox }: SweptMailbox, before: string): Promise<MessageHead[]> {
    const ids = (await this.records.sentBefore(before)).map((id) => messageIdOf(domain, id));
    if (ids.length === 0) return [];
    const ours = new Set<string | null>(ids);
    return (await mailbox.find(ids)).filter(({ messageId }) => ours.has(messageId));
  }

  /** Sent mail and replies to it by message id, other mail by the place it was received at. */
  private async keptByLegalHold(
    { domain, mailbox }: SweptMailbox,
    holding: readonly SubjectId[],
  ): Promise<ReadonlySet<string>> {
    const { received, sent } = await this.records.ofAll(holding);
    const ids = sent.map((id) => messageIdOf(domain, id));
    return new Set([...received, ...(ids.length === 0 ? [] : await mailbox.find(ids))].map(placeOf));
  }

  private async record(processorId: string, before: string, deleted: readonly MessageHead[]): Promise<void> {
    const folders = [...new Set(deleted.map(({ folder }) => folder))].sort();
    const ids = deleted.map(({ messageId }) => messageId ?? '').sort();
    const command = {
      type: 'RecordSweep',
      processorId,
      before,
      folders: folders.map((name) => ({
        folder: name,
        deleted: deleted.filter(({ folder }) => folder === name).length,
      })),
      digest: createHash('sha256').update(ids.join('\n')).digest('hex'),
    } as const;
    const processor = derivedId('processor', processorId);
    const sweepId = derivedId(processor, before, this.clock.now());
    await this.commands.execute(processorDecider, processor, command, {
      dataSubjectId: null,
      actor: { kind: 'system', id: 'forwarding.mailbox-retention' },
      correlationId: sweepId,
      causationId: sweepId,
      traceparent: null,
      noticeVersion: null,
    });
  }
}

const placeOf = ({ folder, uid, uidValidity }: MessagePlace): string => `${folder}/${uidValidity}/${uid}`;

const unique = (heads: readonly MessageHead[]): MessageHead[] => [
  ...new Map(heads.map((head) => [placeOf(head), head])).values(),
];
