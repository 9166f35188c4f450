import { Clock } from '@dittoo/kernel';
import { LOGGER } from '@dittoo/platform';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { TransmissionFailed } from '../egress/transmission-failed.js';
import { forwardingDecider, type Disclosure, type ForwardingCommand } from '../ledger/forwarding.decider.js';
import type { Forwarding } from '../ledger/forwarding.js';
import { recipientAdded } from '../ledger/recipients.js';
import { PaymentNotInState } from '../payment/payment-not-in-state.js';
import type { Payment } from '../payment/payment-processor.port.js';
import { PaymentWatch } from '../payment/payment-watch.js';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import type { SendingRecord } from '../queue/item.js';
import { companionRow, type CompanionRow } from '../queue/companion.js';
import { Lanes } from '../queue/lanes.js';
import { AttemptMetrics } from './attempt-metrics.js';
import type { Refusal } from './preparation.js';
import { retryOf } from './retry.js';
import {
  causeOf,
  labelsOf,
  ledgerOf,
  nextOf,
  paymentForwardingOf,
  type LoadedForwarding,
  type Next,
  type Turn,
} from './turn.js';

/**
 * What became of an item: appended to its stream first, then the row follows under the lane's token. Dies between the
 * two: the stream is right, and the next worker that takes the lane updates the row.
 */
@Injectable()
export class Outcomes {
  constructor(
    private readonly commands: Commands,
    private readonly lanes: Lanes,
    private readonly watch: PaymentWatch,
    private readonly clock: Clock,
    private readonly metrics: AttemptMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(FORWARDING_CONFIG) private readonly config: ForwardingConfig,
  ) {}

  async delivered(
    turn: Turn,
    attempt: number,
    payment: Payment | null,
    disclosures: readonly Disclosure[],
    known?: LoadedForwarding,
  ): Promise<Next> {
    const { item } = turn;
    const opened = item.kind === 'openPayment' ? payment : null;
    // The payment's state first: it belongs to the payment's stream, and the command that changed it ends afterwards.
    if (payment !== null && opened === null) await this.paymentRead(turn, payment, known);
    const checkout = opened === null ? {} : { checkout: checkoutOf(opened) };
    const state = await this.record(turn, 'delivered', { type: 'RecordDelivery', attempt, disclosures, ...checkout });
    this.metrics.delivered.observe(labelsOf(turn), (Date.now() - item.queuedAt.getTime()) / 1000);
    return this.settleRow(turn, state, disclosures.length > 0);
  }

  /** @param record what was sent; `null` = it failed before that, which is no attempt: the next send takes the number */
  async failed(
    turn: Turn,
    failed: TransmissionFailed,
    record: SendingRecord | null,
    attempt = record === null ? turn.item.attempt : turn.item.attempt + 1,
  ): Promise<Next> {
    const { item, lane } = turn;
    const { outcome, then, failure } = failed;
    const unknown = outcome === 'unknown';
    const disclosures = outcome === 'notSent' ? [] : ledgerOf(record, outcome);
    const { counted, delayMs, left } = retryOf(turn, failed, this.config);
    const again = then.retry && (!counted || left);
    const nextAttemptAt = again ? new Date(Date.parse(this.clock.now()) + delayMs).toISOString() : null;
    await this.record(turn, 'failed', { type: 'RecordFailure', attempt, disclosures, failure, nextAttemptAt });
    this.metrics.failures.inc({ ...labelsOf(turn), reason: failure });
    if (again) {
      const also = this.disclosed(turn, disclosures.length > 0);
      await this.lanes.retry(lane, item, delayMs, { unknown, counted }, also);
      return 'leave';
    }
    this.metrics.parked.inc({ ...labelsOf(turn), reason: failure });
    this.logger.error({ forwardingId: item.forwardingId, ...labelsOf(turn), failure }, 'forwarding.parked');
    return this.parkRow(turn, unknown, disclosures.length > 0);
  }

  async refused(turn: Turn, { reason, fields, purpose, consentRecordId }: Refusal): Promise<Next> {
    const { item, lane } = turn;
    await this.record(turn, 'refused', { type: 'RefuseForwarding', reason, fields, purpose, consentRecordId });
    this.metrics.refusals.inc({ ...labelsOf(turn), reason });
    this.log(turn, item.attempt, `refused:${reason}`);
    return nextOf(await this.lanes.settle(lane, item));
  }

  async cancelled(turn: Turn): Promise<Next> {
    await this.record(turn, 'cancelled', { type: 'CancelForwarding', reason: 'orderCancelled' });
    return nextOf(await this.lanes.settle(turn.lane, turn.item));
  }

  /** The row follows a stream that has ended; a payment that was opened is watched until it is pending no longer. */
  async settleRow(turn: Turn, state: Forwarding, disclosed = wasDisclosed(turn)): Promise<Next> {
    const { connection, item, lane } = turn;
    const opened = item.kind === 'openPayment' && state.status === 'completed';
    const watched = opened ? [this.watch.start(connection.tables, item, this.config.watchPauseMs)] : [];
    return nextOf(await this.lanes.settle(lane, item, [...this.disclosed(turn, disclosed), ...watched]));
  }

  /** The row follows a stream that is parked. @param unknown the outcome is: reconcile before it is sent again */
  async parkRow(turn: Turn, unknown: boolean, disclosed = unknown && wasDisclosed(turn)): Promise<Next> {
    return nextOf(await this.lanes.park(turn.lane, turn.item, { unknown }, this.disclosed(turn, disclosed)));
  }

  /** Records what the processor says of a payment, in the payment's own stream. */
  async paymentRead(turn: Turn, payment: Payment, known?: LoadedForwarding): Promise<void> {
    const { reference: paymentReference, status, amount, refundedMinor } = payment;
    const command = { type: 'ObservePayment', paymentReference, status, amount, refundedMinor } as const;
    const context = causeOf(turn, 'observed');
    await this.commands.execute(forwardingDecider, paymentForwardingOf(turn), command, context, known);
  }

  /** Records what a failed command about a payment has shown of it. */
  async shown(turn: Turn, failed: TransmissionFailed, payment?: LoadedForwarding): Promise<void> {
    if (payment === undefined) return;
    if (failed instanceof PaymentNotInState) await this.paymentRead(turn, failed.payment, payment);
    else if (isNotFound(failed)) await this.paymentMissed(turn, payment);
  }

  /** Records that the processor does not know the payment, in the payment's own stream. */
  async paymentMissed(turn: Turn, known: LoadedForwarding): Promise<void> {
    const context = causeOf(turn, 'missed');
    await this.commands.execute(forwardingDecider, paymentForwardingOf(turn), { type: 'MissPayment' }, context, known);
  }

  async record(turn: Turn, step: string, command: ForwardingCommand): Promise<Forwarding> {
    const context = causeOf(turn, step);
    return (await this.commands.execute(forwardingDecider, turn.item.forwardingId, command, context, turn.known)).state;
  }

  /** Remembers the processor as a recipient of the subject's data, with the end of the attempt. */
  disclosed({ connection, item }: Turn, disclosed: boolean): CompanionRow[] {
    if (!disclosed) return [];
    const { processorId } = connection.tables;
    return [companionRow(recipientAdded, { processor_id: processorId, subject_id: item.subjectId })];
  }

  log(turn: Turn, attempt: number, outcome: string, started?: number): void {
    const durationMs = started === undefined ? undefined : Math.round(performance.now() - started);
    const { forwardingId } = turn.item;
    this.logger.info({ forwardingId, ...labelsOf(turn), attempt, outcome, durationMs }, 'forwarding.attempted');
  }
}

export const isNotFound = ({ failure }: TransmissionFailed): boolean =>
  failure === 'http-404' || failure === 'http-410';

/** Did the send in the item's record carry personal data? */
const wasDisclosed = ({ item }: Turn): boolean => (item.sending?.disclosures.length ?? 0) > 0;

const checkoutOf = ({ reference, action }: Payment) => {
  if (action === null) throw new Error('a payment was opened without a way for the customer to continue');
  return { paymentReference: reference, action };
};
