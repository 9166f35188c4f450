import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { transmissionFailure, type TransmissionFailed } from '../egress/transmission-failed.js';
import { judge } from '../gate/gate.js';
import type { Standing } from '../gate/standing.js';
import { Standings } from '../gate/standing.query.js';
import { forwardingDecider } from '../ledger/forwarding.decider.js';
import type { Payment } from '../payment/payment-processor.port.js';
import { PaymentWatch } from '../payment/payment-watch.js';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import type { CompanionRow } from '../queue/companion.js';
import { Lanes } from '../queue/lanes.js';
import { AttemptMetrics } from './attempt-metrics.js';
import { LateCancellation } from './late-cancellation.js';
import { isNotFound, Outcomes } from './outcomes.js';
import { retryOf } from './retry.js';
import { labelsOf, nextOf, type LoadedForwarding, type Next, type Turn } from './turn.js';

/**
 * Reads a payment back from the processor. A reading appends an event where the payment changed, and none where it did
 * not or the reading failed: another follows. Dies anywhere: the payment is read again.
 */
@Injectable()
export class PaymentReading {
  constructor(
    private readonly commands: Commands,
    private readonly standings: Standings,
    private readonly lanes: Lanes,
    private readonly watch: PaymentWatch,
    private readonly lateCancellation: LateCancellation,
    private readonly outcomes: Outcomes,
    private readonly clock: Clock,
    private readonly metrics: AttemptMetrics,
    @Inject(REGISTER) private readonly register: Register,
    @Inject(FORWARDING_CONFIG) private readonly config: ForwardingConfig,
  ) {}

  async run(turn: Turn): Promise<Next> {
    const { connection, item } = turn;
    const { processor } = connection;
    await connection.pace(1);
    const [known, standing] = await Promise.all([
      this.commands.load(forwardingDecider, item.forwardingId),
      this.standings.of(item.subjectId),
    ]);
    const { state } = known;
    const reference = state.status === 'none' ? null : (state.payment?.reference ?? null);
    const allowed = this.mayRead(turn, standing);
    if (reference === null || processor === null || !allowed) return this.unread(turn);
    let payment: Payment;
    try {
      payment = await connection.call(() => processor.readPayment(reference));
    } catch (error) {
      const failed = transmissionFailure(error);
      if (!isNotFound(failed)) return this.failed(turn, failed);
      await this.outcomes.paymentMissed(turn, known);
      return this.settled(turn, [this.watch.stop(item.forwardingId)]);
    }
    if (payment.status === 'pending' && this.isTooOld(known)) {
      await this.outcomes.paymentAbandoned(turn, known);
      return this.settled(turn, [this.watch.stop(item.forwardingId)]);
    }
    await this.outcomes.paymentRead(turn, payment, known);
    if (isHeld(payment)) await this.lateCancellation.requestIfCancelled(turn);
    return this.settled(turn, this.watchOn(turn, payment));
  }

  private isTooOld({ history }: LoadedForwarding): boolean {
    const opened = history.find(({ event }) => event.type === 'CheckoutOpened');
    if (opened === undefined) return false;
    const ageMs = Date.parse(this.clock.now()) - Date.parse(opened.recorded.metadata.recordedAt);
    return ageMs >= this.config.pendingDays * 86_400_000;
  }

  /** What may still change without us is looked at again. */
  private watchOn({ connection, item }: Turn, { status }: Payment): CompanionRow[] {
    const { watchReservedMs, watchTakenMs } = this.config;
    const { tables } = connection;
    switch (status) {
      case 'pending':
        return [this.watch.noted(item.forwardingId, { failed: false })];
      case 'approved':
        return [this.watch.slowly(tables, item, watchReservedMs, null)];
      case 'captured':
        return [this.watch.slowly(tables, item, watchTakenMs, watchTakenDays)];
      case 'cancelled':
      case 'denied':
      case 'expired':
        return [this.watch.stop(item.forwardingId)];
    }
  }

  private mayRead(turn: Turn, standing: Standing): boolean {
    const { connection, item } = turn;
    const { processorId } = connection.tables;
    const asked = { processorId, intent: item.kind, purposes: item.payload.purposes };
    const verdict = judge(this.register, asked, standing, this.clock.now());
    if (!verdict.allowed) this.metrics.refusals.inc({ ...labelsOf(turn), reason: verdict.reason });
    return verdict.allowed;
  }

  /** Where no attempt is left, the payment is looked at again when that is due. */
  async failed(turn: Turn, failed: TransmissionFailed): Promise<Next> {
    const { item, lane } = turn;
    this.outcomes.log(turn, item.attempt, failed.failure);
    this.metrics.failures.inc({ ...labelsOf(turn), reason: failed.failure });
    const { counted, delayMs, left } = retryOf(turn, failed, this.config);
    if (failed.then.retry && left) {
      await this.lanes.retry(lane, item, delayMs, { unknown: false, counted });
      return 'leave';
    }
    return this.unread(turn);
  }

  /** Nothing is known that was not known before, and a person sees how long that has been so. */
  private unread(turn: Turn): Promise<Next> {
    return this.settled(turn, [this.watch.noted(turn.item.forwardingId, { failed: true })]);
  }

  private async settled({ item, lane }: Turn, also: readonly CompanionRow[] = []): Promise<Next> {
    return nextOf(await this.lanes.settle(lane, item, also));
  }
}

/** For so long after it was taken, money is looked after: it may be paid back at the processor. */
const watchTakenDays = 90;

/** Does the processor keep money? */
const isHeld = ({ amount, refundedMinor, status }: Payment): boolean =>
  status === 'approved' || (status === 'captured' && refundedMinor < amount.amountMinor);
