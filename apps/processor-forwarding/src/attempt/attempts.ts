import type { ForwardingIntent } from '@dittoo/contracts';
import { Clock } from '@dittoo/kernel';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import type { Item, Lane } from '../queue/lanes.js';
import { messageIdOf } from '../mail/outgoing-mail.js';
import type { Payment } from '../payment/payment-processor.port.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import { ErasureReactor } from './recipient-erasure.js';
import { forwardingDecider } from '../ledger/forwarding.decider.js';
import type { Forwarding } from '../ledger/forwarding.js';
import { OutcomeReactor } from './outcomes.js';
import { LetterPreparationReactor } from './mail-preparation.js';
import { PreparationReactor } from './payment-preparation.js';
import { disclosedBy, ledgerOf, nextOf, transmission, type Next, type ProcessorQueue } from './turn.js';
import { ReadingReactor } from './payment-reading.js';

interface Found {
  readonly payment: Payment | null;
}

/**
 * One item of a lane, from its turn to its outcome: gate -> mark `sending` -> call -> append -> settle.
 *
 * Dies before the mark: nothing has left, the lease ends and the item is taken again as if never begun.
 * Dies after the mark: the item stays `sending`; whoever takes it next looks at the processor first. A payment is
 * searched for by our order id before it is opened again, a letter by its message id in the mailbox; the other commands
 * read before they write anyway.
 * Dies after the append: the stream says how it ended; the row is settled and nothing is sent.
 * No transaction is open during a call.
 */
@Injectable()
export class AttemptReactor {
  constructor(
    private readonly commands: Commands,
    private readonly preparation: PreparationReactor,
    private readonly letters: LetterPreparationReactor,
    private readonly erasure: ErasureReactor,
    private readonly outcomes: OutcomeReactor,
    private readonly reading: ReadingReactor,
    private readonly clock: Clock,
    @Inject(FORWARDING_CONFIG) private readonly config: ForwardingConfig,
  ) {}

  async run(queue: ProcessorQueue, lane: Lane, item: Item): Promise<Next> {
    if (item.kind === 'readPayment') return this.reading.run(queue, lane, item);
    const { state } = await this.commands.load(forwardingDecider, item.forwardingId);
    // The outcome is in the stream already: the process died before the row followed.
    if (state.status === 'parked') return this.outcomes.parkRow(queue, lane, item, item.sending !== null);
    if (state.status !== 'open') return this.outcomes.settled(queue, lane, item, state);
    if (item.kind === 'eraseSubject') return this.erasure.run(queue, lane, item);
    if (await this.overtakes(queue, item)) return this.outcomes.fail(queue, lane, item, chainStopped, null);
    return item.state === 'sending' ? this.reconcile(queue, lane, item, state) : this.send(queue, lane, item);
  }

  /** An unknown outcome: look, and only then go on. Looking sends nothing personal, so the gate is not asked. */
  private async reconcile(queue: ProcessorQueue, lane: Lane, item: Item, state: Forwarding): Promise<Next> {
    const disclosures = ledgerOf(item.sending, 'unknown');
    const found = await this.looked(queue, item).catch((error: unknown) => transmission(error));
    if (found instanceof TransmissionFailed) return this.stillUnknown(queue, lane, item, found);
    if (found !== null) {
      const { payment } = found;
      return this.outcomes.delivered(queue, lane, item, item.attempt, payment, ledgerOf(item.sending, 'delivered'));
    }
    // It never happened (or reads before it writes): the ledger says what may have been seen, then it goes again.
    if (state.status !== 'none' && state.attempt < item.attempt) {
      const lost = { attempt: item.attempt, disclosures, failure: 'outcome-lost', nextAttemptAt: this.clock.now() };
      await this.outcomes.say(item, lane, 'lost', { type: 'RecordFailure', ...lost });
    }
    await queue.lanes.markQueued(lane, item, { disclosed: disclosures.length > 0 });
    return this.send(queue, lane, { ...item, state: 'queued', sending: null });
  }

  /** What the processor holds of what may have happened; `null` = nothing, or it reads before it writes. */
  private async looked({ processor, mail, pace, called }: ProcessorQueue, item: Item): Promise<Found | null> {
    if (item.kind === 'openPayment' && processor !== null) {
      await pace(1);
      const payment = await processor.findPayment(item.orderId!, item.sending!.at);
      called(null);
      return payment === null ? null : { payment };
    }
    if (item.kind === 'sendMail' && mail !== null) {
      const id = messageIdOf(mail.sender.domain, item.forwardingId);
      const messages = await mail.mailbox.find([id]);
      called(null);
      // Somebody's answer to it says the same.
      return messages.length === 0 ? null : { payment: null };
    }
    return null;
  }

  private async stillUnknown(queue: ProcessorQueue, lane: Lane, item: Item, failed: TransmissionFailed): Promise<Next> {
    queue.called(failed);
    this.outcomes.log(queue, item, item.attempt, `reconcile:${failed.failure}`);
    const disclosed = disclosedBy(item.sending);
    if (lane.attempt + 1 < queue.limits.attempts || failed.then.credentials === true) {
      const counted = failed.then.credentials !== true;
      await queue.lanes.retry(lane, item, this.outcomes.delayMs(queue, lane, failed), {
        unknown: true,
        counted,
        disclosed,
      });
      return 'leave';
    }
    const unknown = new TransmissionFailed('outcome-unknown', 'unknown', { retry: false });
    return this.outcomes.fail(queue, lane, item, unknown, item.sending, item.attempt);
  }

  private async send(queue: ProcessorQueue, lane: Lane, item: Item): Promise<Next> {
    const letter = item.kind === 'sendMail';
    await queue.pace(letter || item.kind === 'openPayment' ? 1 : 2);
    const prepared = await (letter ? this.letters : this.preparation).prepare(queue, item);
    if ('refused' in prepared) return this.outcomes.refuse(queue, lane, item, prepared.refused);
    if ('cancelled' in prepared) {
      await this.outcomes.say(item, lane, 'cancelled', { type: 'CancelForwarding', reason: 'orderCancelled' });
      return nextOf(await queue.lanes.settle(lane, item));
    }
    if ('failure' in prepared) {
      const failed = new TransmissionFailed(prepared.failure, 'notSent', { retry: false });
      return this.outcomes.fail(queue, lane, item, failed, null);
    }
    if (!(await queue.lanes.markSending(lane, item, prepared.record))) return 'next'; // an erasure took it out
    this.config.interrupt('marked');
    const started = performance.now();
    let payment: Payment | null;
    try {
      payment = await prepared.run();
    } catch (error) {
      const failed = transmission(error);
      queue.called(failed);
      this.outcomes.log(queue, item, item.attempt + 1, failed.failure, started);
      this.config.interrupt('sent');
      return this.outcomes.fail(queue, lane, item, failed, prepared.record);
    }
    queue.called(null);
    this.outcomes.log(queue, item, item.attempt + 1, 'delivered', started);
    this.config.interrupt('sent');
    return this.outcomes.delivered(
      queue,
      lane,
      item,
      item.attempt + 1,
      payment,
      ledgerOf(prepared.record, 'delivered'),
    );
  }

  /** A chain of commands about money is strict: what follows a parked one may not overtake it. */
  private async overtakes({ lanes }: ProcessorQueue, item: Item): Promise<boolean> {
    return inChain.includes(item.kind) && (await lanes.chainStopped(item));
  }
}

const inChain: readonly ForwardingIntent[] = ['capturePayment', 'cancelPayment', 'refundPayment'];
const chainStopped = new TransmissionFailed('chain-stopped', 'notSent', { retry: false });
