import type { ForwardingEvents } from '@dittoo/contracts';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { transmissionFailure, type TransmissionFailed } from '../egress/transmission-failed.js';
import { forwardingDecider } from '../ledger/forwarding.decider.js';
import { Recipients } from '../ledger/recipients.js';
import type { MailProvider } from '../mail/mail-provider.js';
import { HeldMail } from '../mailbox/held-mail.js';
import { mailForgotten, MailRecords, type KnownMail } from '../mailbox/mail-records.js';
import { messageIdOf } from '../mailbox/messages.js';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import { companionRow } from '../queue/companion.js';
import type { Item } from '../queue/item.js';
import { Lanes } from '../queue/lanes.js';
import type { QueueTables } from '../queue/queue-tables.js';
import { Outcomes } from './outcomes.js';
import { retryOf } from './retry.js';
import { contextOf, nextOf, type Next, type Turn } from './turn.js';

type Answer = Pick<ForwardingEvents['ErasureAnswered'], 'answer' | 'reason'>;

/**
 * A recipient's answer to an erasure. What the erasure took out of the queue is recorded as cancelled first. We delete the mail in the mailbox ourselves and check it; the other processors have
 * no call for it, so their answer follows from the register and from whether they ever received anything.
 *
 * Dies anywhere: what is deleted stays deleted, and the next worker that takes the lane deletes the rest.
 */
@Injectable()
export class RecipientErasure {
  constructor(
    private readonly commands: Commands,
    private readonly lanes: Lanes,
    private readonly recipients: Recipients,
    private readonly records: MailRecords,
    private readonly held: HeldMail,
    private readonly outcomes: Outcomes,
    @Inject(REGISTER) private readonly register: Register,
    @Inject(FORWARDING_CONFIG) private readonly config: ForwardingConfig,
  ) {}

  async run(turn: Turn): Promise<Next> {
    const { connection, item } = turn;
    const { mail } = connection;
    await this.recordCancelled(item);
    if (mail === null) return this.answer(turn, await this.withoutCall(turn));
    // A person's task, because only a person knows when the hold has ended and what it was about.
    if (await this.held.keeps(item.subjectId)) {
      return this.answer(turn, { answer: 'notSupported', reason: 'legalHold' });
    }
    const known = await this.records.of(item.subjectId);
    if (known.sent.length + known.received.length === 0) return this.answer(turn, await this.withoutCall(turn));
    try {
      await connection.pace(1);
      await connection.call(() => deleteMail(mail, known));
    } catch (error) {
      return this.failed(turn, transmissionFailure(error));
    }
    return this.answer(turn, { answer: 'acknowledged', reason: 'deleted' });
  }

  /** For a processor that is asked nothing now, because it does not answer: what an erasure cancelled is known at once. */
  async recordAhead(tables: QueueTables): Promise<void> {
    for (const item of await this.lanes.cancelling(tables)) {
      await this.recordCancelled(item);
      await this.lanes.cancelled(tables, item);
    }
  }

  private async recordCancelled(item: Item): Promise<void> {
    const cancel = { type: 'CancelForwarding', reason: 'subjectErased' } as const;
    const { cancelled = [] } = item.payload;
    await Promise.all(cancelled.map((id) => this.commands.execute(forwardingDecider, id, cancel, contextOf({ item }))));
  }

  async failed(turn: Turn, failed: TransmissionFailed): Promise<Next> {
    const { item, lane } = turn;
    this.outcomes.log(turn, item.attempt, failed.failure);
    const { counted, delayMs, left } = retryOf(turn, failed, this.config);
    if (failed.then.retry && left) {
      await this.lanes.retry(lane, item, delayMs, { unknown: false, counted });
      return 'leave';
    }
    return this.answer(turn, { answer: 'failed', reason: failed.failure });
  }

  private async withoutCall({ connection, item }: Turn): Promise<Answer> {
    const { processorId } = connection.tables;
    const reason = this.register.processors[processorId]?.erasure.reason ?? 'manual';
    return (await this.recipients.has(processorId, item.subjectId))
      ? { answer: 'notSupported', reason }
      : { answer: 'acknowledged', reason: 'nothingHeld' };
  }

  private async answer(turn: Turn, answer: Answer): Promise<Next> {
    const { item } = turn;
    const requestId = item.payload.requestId ?? '';
    await this.outcomes.record(turn, 'answered', { type: 'AnswerErasure', requestId, ...answer });
    this.outcomes.log(turn, item.attempt, answer.answer);
    return this.end(turn, answer.reason === 'deleted');
  }

  /** The answer is in the stream already: what was deleted is forgotten here as well. */
  async settle(turn: Turn): Promise<Next> {
    const history = turn.known?.history ?? [];
    return this.end(
      turn,
      history.some(({ event }) => event.type === 'ErasureAnswered' && event.data.reason === 'deleted'),
    );
  }

  private async end({ item, lane }: Turn, deleted: boolean): Promise<Next> {
    const forgotten = deleted ? mailForgotten : [];
    const also = forgotten.map((companion) => companionRow(companion, { subject_id: item.subjectId }));
    return nextOf(await this.lanes.settle(lane, item, also));
  }
}

/** Our mail and its answers by message id, other mail by the place it was taken in from. */
const deleteMail = async ({ sender, mailbox }: MailProvider, { sent, received }: KnownMail): Promise<void> => {
  const ids = sent.map((forwardingId) => messageIdOf(sender.domain, forwardingId));
  await mailbox.delete([...received, ...(await mailbox.find(ids))]);
};
