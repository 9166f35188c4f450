import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ForwardingMetrics } from './attempt-metrics.js';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import { judge } from '../gate/gate.js';
import { Source } from '../source/source.query.js';
import { LaneIntake } from '../queue/queue-intake.js';
import type { Item, Lane } from '../queue/lanes.js';
import type { Payment } from '../payment/payment-processor.port.js';
import { forwardingDecider } from '../ledger/forwarding.decider.js';
import { paymentCommandFields } from '../payment/payment-fields.js';
import { OutcomeReactor } from './outcomes.js';
import { contextOf, labelsOf, nextOf, transmission, type Next, type ProcessorQueue } from './turn.js';

/**
 * Reads a payment back. A reading leaves an event where it learned something, and none where it did not or failed:
 * another will follow. Dies anywhere: it is read again.
 */
@Injectable()
export class ReadingReactor {
  constructor(
    private readonly commands: Commands,
    private readonly source: Source,
    private readonly intake: LaneIntake,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly metrics: ForwardingMetrics,
    private readonly outcomes: OutcomeReactor,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  async run(queue: ProcessorQueue, lane: Lane, item: Item): Promise<Next> {
    const { processor, tables } = queue;
    const { state } = await this.commands.load(forwardingDecider, item.forwardingId);
    const reference = state.status === 'none' ? null : (state.payment?.reference ?? null);
    const standing = await this.source.standing(item.subjectId);
    const asked = { processorId: tables.processorId, intent: item.kind, purposes: item.payload.purposes };
    const verdict = judge(this.register, asked, standing, this.clock.now());
    if (!verdict.allowed) this.metrics.refusals.inc({ ...labelsOf(queue, item), reason: verdict.reason });
    if (reference === null || processor === null || !verdict.allowed) {
      return nextOf(await queue.lanes.settle(lane, item));
    }
    await queue.pace(1);
    let payment: Payment;
    try {
      payment = await processor.readPayment(reference);
    } catch (error) {
      const failed = transmission(error);
      queue.called(failed);
      this.outcomes.log(queue, item, item.attempt, failed.failure);
      this.metrics.failures.inc({ ...labelsOf(queue, item), reason: failed.failure });
      if (failed.then.retry && lane.attempt + 1 < queue.limits.attempts) {
        const counted = failed.then.credentials !== true;
        await queue.lanes.retry(lane, item, this.outcomes.delayMs(queue, lane, failed), { unknown: false, counted });
        return 'leave';
      }
      // A payment the processor does not know (any more) is not asked for for ever.
      return nextOf(await queue.lanes.settle(lane, item, failed.then.retry ? {} : { watch: 'stop' }));
    }
    queue.called(null);
    await this.outcomes.observe(queue, lane, item, payment);
    if (payment.status === 'approved') await this.cancelIfTooLate(queue, item);
    return nextOf(await queue.lanes.settle(lane, item, payment.status === 'pending' ? {} : { watch: 'stop' }));
  }

  /** The customer paid an order that was cancelled before: what is reserved now is released. */
  private async cancelIfTooLate(queue: ProcessorQueue, item: Item): Promise<void> {
    const order = await this.source.order(item.orderId!);
    if (order?.cancelled !== true) return;
    const { processorId } = queue.tables;
    const kind = 'cancelPayment';
    const forwardingId = forwardingIdOf(processorId, kind, `${item.orderId}/paid-after-cancellation`);
    const purposes = paymentCommandFields;
    const fields = purposes.flatMap((part) => part.fields);
    const command = { type: 'RequestForwarding', processorId, intent: kind, orderId: item.orderId, fields } as const;
    const context = { ...contextOf(item), causationId: item.forwardingId };
    await this.commands.execute(forwardingDecider, forwardingId, command, context);
    const { subjectId, orderId } = item;
    await this.dataSource.transaction((transaction) =>
      this.intake.enqueue(transaction, queue.tables, {
        intentId: forwardingId,
        forwardingId,
        subjectId,
        orderId,
        kind,
        payload: { ...item.payload, purposes },
      }),
    );
  }
}
