import { Clock } from '@dittoo/kernel';
import { LOGGER } from '@dittoo/platform';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import { ForwardingMetrics } from './attempt-metrics.js';
import type { Item, Lane, SendingRecord } from '../queue/lanes.js';
import type { OpenedPayment, Payment } from '../payment/payment-processor.port.js';
import type { TransmissionFailed } from '../egress/transmission-failed.js';
import { forwardingDecider, type Disclosure, type ForwardingCommand } from '../ledger/forwarding.decider.js';
import type { Forwarding } from '../ledger/forwarding.js';
import {
  causeOf,
  disclosedBy,
  labelsOf,
  ledgerOf,
  nextOf,
  paymentForwardingOf,
  type Next,
  type ProcessorQueue,
} from './turn.js';
import type { Refusal } from './payment-preparation.js';

/**
 * What became of an item: appended to its stream first, then the row follows under the lane's token. Dies between the
 * two: the stream is right, and whoever takes the lane next brings the row after it.
 */
@Injectable()
export class OutcomeReactor {
  constructor(
    private readonly commands: Commands,
    private readonly clock: Clock,
    private readonly metrics: ForwardingMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(FORWARDING_CONFIG) private readonly config: ForwardingConfig,
  ) {}

  async delivered(
    queue: ProcessorQueue,
    lane: Lane,
    item: Item,
    attempt: number,
    payment: Payment | null,
    disclosures: readonly Disclosure[],
  ): Promise<Next> {
    const opened = item.kind === 'openPayment';
    // The payment's state first: it stands in the payment's stream, and what asked for it ends afterwards.
    if (payment !== null && !opened) await this.observe(queue, lane, item, payment);
    const state = await this.say(item, lane, 'delivered', {
      type: 'RecordDelivery',
      attempt,
      disclosures,
      ...(opened ? { checkout: checkoutOf(payment as OpenedPayment) } : {}),
    });
    this.config.interrupt('recorded');
    this.metrics.delivered.observe(labelsOf(queue, item), (Date.now() - item.queuedAt.getTime()) / 1000);
    return this.settled(queue, lane, item, state, disclosures.length > 0);
  }

  async settled(
    queue: ProcessorQueue,
    lane: Lane,
    item: Item,
    state: Forwarding,
    disclosed = disclosedBy(item.sending),
  ): Promise<Next> {
    const watch = item.kind === 'openPayment' && state.status === 'completed';
    const left = await queue.lanes.settle(lane, item, {
      disclosed,
      ...(watch ? { watch: { startInMs: this.config.watchPauseMs } } : {}),
    });
    return nextOf(left);
  }

  async fail(
    queue: ProcessorQueue,
    lane: Lane,
    item: Item,
    failed: TransmissionFailed,
    record: SendingRecord | null,
    // What failed before it was sent is no attempt: the next send takes the number.
    attempt = record === null ? item.attempt : item.attempt + 1,
  ): Promise<Next> {
    const { outcome, then, failure } = failed;
    const unknown = outcome === 'unknown';
    const disclosures = outcome === 'notSent' ? [] : ledgerOf(record, outcome);
    const alongside = { unknown, disclosed: disclosures.length > 0 };
    // Refused credentials use up no attempt: it is not this item that is wrong.
    const counted = then.credentials !== true;
    const again = then.retry && (!counted || lane.attempt + 1 < queue.limits.attempts);
    const delayMs = this.delayMs(queue, lane, failed);
    const nextAttemptAt = again ? new Date(Date.parse(this.clock.now()) + delayMs).toISOString() : null;
    await this.say(item, lane, 'failed', { type: 'RecordFailure', attempt, disclosures, failure, nextAttemptAt });
    this.config.interrupt('recorded');
    this.metrics.failures.inc({ ...labelsOf(queue, item), reason: failure });
    if (again) {
      await queue.lanes.retry(lane, item, delayMs, { ...alongside, counted });
      return 'leave';
    }
    this.metrics.parked.inc({ ...labelsOf(queue, item), reason: failure });
    this.logger.error({ forwardingId: item.forwardingId, ...labelsOf(queue, item), failure }, 'forwarding.parked');
    return this.parkRow(queue, lane, item, unknown, alongside.disclosed);
  }

  async refuse(queue: ProcessorQueue, lane: Lane, item: Item, refusal: Refusal): Promise<Next> {
    const { reason, fields, purpose, consentRecordId } = refusal;
    await this.say(item, lane, 'refused', { type: 'RefuseForwarding', reason, fields, purpose, consentRecordId });
    this.metrics.refusals.inc({ ...labelsOf(queue, item), reason });
    this.log(queue, item, item.attempt, `refused:${reason}`);
    return nextOf(await queue.lanes.settle(lane, item));
  }

  async parkRow(
    queue: ProcessorQueue,
    lane: Lane,
    item: Item,
    unknown: boolean,
    disclosed = unknown && disclosedBy(item.sending),
  ): Promise<Next> {
    return nextOf(await queue.lanes.park(lane, item, { unknown, disclosed }));
  }

  async observe({ tables }: ProcessorQueue, lane: Lane, item: Item, payment: Payment): Promise<void> {
    const { reference: paymentReference, status, amount, refundedMinor } = payment;
    const command = { type: 'ObservePayment', paymentReference, status, amount, refundedMinor } as const;
    const context = causeOf(item, 'observed', lane);
    await this.commands.execute(forwardingDecider, paymentForwardingOf(tables, item), command, context);
  }

  /** Full jitter, or what the processor asked for; the effect of a call without an answer gets time to show itself. */
  delayMs({ limits }: ProcessorQueue, { attempt }: Lane, { outcome, failure, then }: TransmissionFailed): number {
    const { retryBaseMs, reconcileAfterMs } = this.config;
    const { retryCapMs } = limits;
    const unanswered = outcome === 'unknown' && !failure.startsWith('http-');
    const jitter = Math.random() * Math.min(retryCapMs, retryBaseMs * 2 ** Math.min(attempt, 20));
    return Math.ceil(Math.max(jitter, then.retryAfterMs ?? 0, unanswered ? reconcileAfterMs : 0));
  }

  async say(item: Item, lane: Lane, step: string, command: ForwardingCommand): Promise<Forwarding> {
    const context = causeOf(item, step, lane);
    return (await this.commands.execute(forwardingDecider, item.forwardingId, command, context)).state;
  }

  log(queue: ProcessorQueue, item: Item, attempt: number, outcome: string, started?: number): void {
    const durationMs = started === undefined ? undefined : Math.round(performance.now() - started);
    const { forwardingId } = item;
    this.logger.info({ forwardingId, ...labelsOf(queue, item), attempt, outcome, durationMs }, 'forwarding.attempted');
  }
}

const checkoutOf = ({ reference, action }: OpenedPayment) => ({ paymentReference: reference, action });
