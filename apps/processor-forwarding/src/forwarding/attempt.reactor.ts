import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../forwarding.config.js';
import type { Item, Lane } from '../lanes/lanes.port.js';
import type { Payment } from '../payment/payment-processor.port.js';
import { TransmissionFailed } from '../transmission-failed.js';
import { forwardingDecider } from './forwarding.decider.js';
import type { Forwarding } from './forwarding.js';
import { OutcomeReactor } from './outcome.reactor.js';
import { PreparationReactor } from './preparation.reactor.js';
import { disclosedBy, ledgerOf, nextOf, transmission, type Next, type ProcessorQueue } from '../processor-queue.js';
import { ReadingReactor } from './reading.reactor.js';

/**
 * One item of a lane, from its turn to its outcome: gate -> mark `sending` -> call -> append -> settle.
 *
 * Dies before the mark: nothing has left, the lease ends and the item is taken again as if never begun.
 * Dies after the mark: the item stays `sending`; whoever takes it next looks at the processor first. A payment is
 * searched for by our order id before it is opened again; the other commands read before they write anyway.
 * Dies after the append: the stream says how it ended; the row is settled and nothing is sent.
 * No transaction is open during a call.
 */
@Injectable()
export class AttemptReactor {
  constructor(
    private readonly commands: Commands,
    private readonly preparation: PreparationReactor,
    private readonly outcomes: OutcomeReactor,
    private readonly reading: ReadingReactor,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
    @Inject(FORWARDING_CONFIG) private readonly config: ForwardingConfig,
  ) {}

  async run(queue: ProcessorQueue, lane: Lane, item: Item): Promise<Next> {
    if (item.kind === 'readPayment') return this.reading.run(queue, lane, item);
    const { state } = await this.commands.load(forwardingDecider, item.forwardingId);
    // The outcome is in the stream already: the process died before the row followed.
    if (state.status === 'parked') return this.outcomes.parkRow(queue, lane, item, item.sending !== null);
    if (state.status !== 'open') return this.outcomes.settled(queue, lane, item, state);
    if (item.kind === 'eraseSubject') return this.erase(queue, lane, item);
    if (await this.overtakes(queue, item)) return this.outcomes.fail(queue, lane, item, chainStopped, null);
    return item.state === 'sending' ? this.reconcile(queue, lane, item, state) : this.send(queue, lane, item);
  }

  /** An unknown outcome: look, and only then go on. Looking sends nothing personal, so the gate is not asked. */
  private async reconcile(queue: ProcessorQueue, lane: Lane, item: Item, state: Forwarding): Promise<Next> {
    const disclosures = ledgerOf(item.sending, 'unknown');
    const { processor } = queue;
    if (item.kind === 'openPayment' && processor !== null) {
      let found: Payment | null;
      try {
        await queue.pace(1);
        found = await processor.findPayment(item.orderId!, item.sending!.at);
        queue.called(null);
      } catch (error) {
        return this.stillUnknown(queue, lane, item, error);
      }
      if (found !== null)
        return this.outcomes.delivered(queue, lane, item, item.attempt, found, ledgerOf(item.sending, 'delivered'));
    }
    // It never happened (or reads before it writes): the ledger says what may have been seen, then it goes again.
    if (state.status !== 'none' && state.attempt < item.attempt) {
      const lost = { attempt: item.attempt, disclosures, failure: 'outcome-lost', nextAttemptAt: this.clock.now() };
      await this.outcomes.say(item, lane, 'lost', { type: 'RecordFailure', ...lost });
    }
    await queue.lanes.markQueued(lane, item, { disclosed: disclosures.length > 0 });
    return this.send(queue, lane, { ...item, state: 'queued', sending: null });
  }

  private async stillUnknown(queue: ProcessorQueue, lane: Lane, item: Item, error: unknown): Promise<Next> {
    const failed = transmission(error);
    queue.called(failed);
    this.outcomes.log(queue, item, item.attempt, `reconcile:${failed.failure}`);
    const disclosed = disclosedBy(item.sending);
    if (lane.attempt + 1 < this.config.attempts || failed.then.credentials === true) {
      const counted = failed.then.credentials !== true;
      await queue.lanes.retry(lane, item, this.outcomes.delayMs(lane, failed), { unknown: true, counted, disclosed });
      return 'leave';
    }
    const unknown = new TransmissionFailed('outcome-unknown', 'unknown', { retry: false });
    return this.outcomes.fail(queue, lane, item, unknown, item.sending, item.attempt);
  }

  private async send(queue: ProcessorQueue, lane: Lane, item: Item): Promise<Next> {
    await queue.pace(item.kind === 'openPayment' ? 1 : 2);
    const prepared = await this.preparation.prepare(queue, item);
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

  /** The answer of a recipient that has no call for it follows from the register and from what it ever received. */
  private async erase(queue: ProcessorQueue, lane: Lane, item: Item): Promise<Next> {
    const erasure = this.register.processors[queue.tables.processorId]?.erasure;
    const held = await queue.lanes.received(item.subjectId);
    const requestId = item.payload.requestId ?? '';
    await this.outcomes.say(item, lane, 'answered', {
      type: 'AnswerErasure',
      requestId,
      ...(held
        ? { answer: 'notSupported', reason: erasure?.reason ?? 'manual' }
        : { answer: 'acknowledged', reason: 'nothingHeld' }),
    });
    this.outcomes.log(queue, item, item.attempt, held ? 'notSupported' : 'acknowledged');
    return nextOf(await queue.lanes.settle(lane, item));
  }

  /** A chain of commands about money is strict: what follows a parked one may not overtake it. */
  private async overtakes({ lanes }: ProcessorQueue, item: Item): Promise<boolean> {
    return item.kind !== 'openPayment' && (await lanes.chainStopped(item));
  }
}

const chainStopped = new TransmissionFailed('chain-stopped', 'notSent', { retry: false });
