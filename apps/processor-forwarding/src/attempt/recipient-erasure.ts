import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import type { ForwardingEvents } from '@dittoo/contracts';
import type { Item, Lane } from '../queue/lanes.js';
import type { MailProvider } from '../mailbox/mail-provider.js';
import { messageIdOf } from '../mail/outgoing-mail.js';
import { MailboxRecords } from '../mailbox/mail-records.js';
import { nextOf, transmission, type Next, type ProcessorQueue } from './turn.js';
import { OutcomeReactor } from './outcomes.js';

type Answer = Pick<ForwardingEvents['ErasureAnswered'], 'answer' | 'reason'>;

/**
 * What a recipient makes of an erasure. The mailbox is cleaned by us and looked at afterwards; the others have no call
 * for it, so their answer follows from the register and from what they ever received.
 *
 * Dies anywhere: what is gone stays gone, and the rest is deleted by whoever takes the lane next.
 */
@Injectable()
export class ErasureReactor {
  constructor(
    private readonly records: MailboxRecords,
    private readonly outcomes: OutcomeReactor,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  async run(queue: ProcessorQueue, lane: Lane, item: Item): Promise<Next> {
    const { mail, lanes } = queue;
    if (mail === null) return this.answer(queue, lane, item, await this.withoutCall(queue, item));
    // A person's task, because only a person knows when the hold has ended and what it was about.
    if (await this.records.isHeld(item.subjectId)) {
      return this.answer(queue, lane, item, { answer: 'notSupported', reason: 'legalHold' });
    }
    const { sent, received } = await this.records.of(item.subjectId);
    if (sent.length + received.length === 0) {
      return this.answer(queue, lane, item, await this.withoutCall(queue, item));
    }
    try {
      await queue.pace(1);
      await cleaned(mail, { sent, received });
      queue.called(null);
    } catch (error) {
      const failed = transmission(error);
      queue.called(failed);
      this.outcomes.log(queue, item, item.attempt, failed.failure);
      if (failed.then.retry && lane.attempt + 1 < queue.limits.attempts) {
        const counted = failed.then.credentials !== true;
        await lanes.retry(lane, item, this.outcomes.delayMs(queue, lane, failed), { unknown: false, counted });
        return 'leave';
      }
      return this.answer(queue, lane, item, { answer: 'failed', reason: failed.failure });
    }
    return this.answer(queue, lane, item, { answer: 'acknowledged', reason: 'deleted' });
  }

  private async withoutCall({ lanes, tables }: ProcessorQueue, { subjectId }: Item): Promise<Answer> {
    const reason = this.register.processors[tables.processorId]?.erasure.reason ?? 'manual';
    return (await lanes.received(subjectId))
      ? { answer: 'notSupported', reason }
      : { answer: 'acknowledged', reason: 'nothingHeld' };
  }

  private async answer(queue: ProcessorQueue, lane: Lane, item: Item, answer: Answer): Promise<Next> {
    const requestId = item.payload.requestId ?? '';
    await this.outcomes.say(item, lane, 'answered', { type: 'AnswerErasure', requestId, ...answer });
    this.outcomes.log(queue, item, item.attempt, answer.answer);
    const mailDeleted = answer.reason === 'deleted';
    return nextOf(await queue.lanes.settle(lane, item, { mailDeleted }));
  }
}

/** Ours and the answers to them by message id, theirs by the place they were taken in from. */
const cleaned = async (
  { sender, mailbox }: MailProvider,
  { sent, received }: Awaited<ReturnType<MailboxRecords['of']>>,
): Promise<void> => {
  const ids = sent.map((forwardingId) => messageIdOf(sender.domain, forwardingId));
  await mailbox.delete([...received, ...(await mailbox.find(ids))]);
};
