import { Clock } from '@dittoo/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { TransmissionFailed, transmissionFailure } from '../egress/transmission-failed.js';
import type { Forwarding } from '../ledger/forwarding.js';
import { messageIdOf } from '../mailbox/messages.js';
import type { Payment } from '../payment/payment-processor.port.js';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import { Lanes } from '../queue/lanes.js';
import { Outcomes } from './outcomes.js';
import { retryOf } from './retry.js';
import { ledgerOf, orderOf, type Next, type Turn } from './turn.js';

/** The effect of an earlier send, as the processor shows it. */
interface Effect {
  readonly payment: Payment | null;
}

/**
 * An item whose outcome is not known: asks the processor before anything is sent again. A payment is searched for by our
 * order id, a mail by its message id in the mailbox; the other commands read before they write anyway. The question
 * carries no personal data, so the gate is not asked.
 *
 * Dies anywhere: the item is still `sending` and is reconciled again.
 */
@Injectable()
export class Reconciliation {
  constructor(
    private readonly lanes: Lanes,
    private readonly outcomes: Outcomes,
    private readonly clock: Clock,
    @Inject(FORWARDING_CONFIG) private readonly config: ForwardingConfig,
  ) {}

  /** @returns `'send'`: it did not happen, or the command reads before it writes; the item is queued again */
  async run(turn: Turn, state: Forwarding): Promise<Next | 'send'> {
    const { item, lane } = turn;
    const effect = await this.effectOf(turn).catch((error: unknown) => transmissionFailure(error));
    if (effect instanceof TransmissionFailed) return this.stillUnknown(turn, effect);
    if (effect !== null) {
      return this.outcomes.delivered(turn, item.attempt, effect.payment, ledgerOf(item.sending, 'delivered'));
    }
    const disclosures = ledgerOf(item.sending, 'unknown');
    // The ledger says first what the processor may have received.
    if (state.status !== 'none' && state.attempt < item.attempt) {
      const lost = { attempt: item.attempt, disclosures, failure: 'outcome-lost', nextAttemptAt: this.clock.now() };
      await this.outcomes.record(turn, 'lost', { type: 'RecordFailure', ...lost });
    }
    await this.lanes.markQueued(lane, item, this.outcomes.disclosed(turn, disclosures.length > 0));
    return 'send';
  }

  /** `null` = none was found, or the command reads before it writes. */
  private async effectOf({ connection, item }: Turn): Promise<Effect | null> {
    const { mail, processor } = connection;
    if (item.kind === 'openPayment' && processor !== null && item.sending !== null) {
      const { at } = item.sending;
      await connection.pace(1);
      const payment = await connection.call(() => processor.findPayment(orderOf(item), at));
      return payment === null ? null : { payment };
    }
    if (item.kind === 'sendMail' && mail !== null) {
      const id = messageIdOf(mail.sender.domain, item.forwardingId);
      // An answer to the mail proves its delivery as well.
      const messages = await connection.call(() => mail.mailbox.find([id]));
      return messages.length === 0 ? null : { payment: null };
    }
    return null;
  }

  private async stillUnknown(turn: Turn, failed: TransmissionFailed): Promise<Next> {
    const { item, lane } = turn;
    this.outcomes.log(turn, item.attempt, `reconcile:${failed.failure}`);
    const { counted, delayMs, left } = retryOf(turn, failed, this.config);
    if (left || !counted) {
      const disclosed = (item.sending?.disclosures.length ?? 0) > 0;
      await this.lanes.retry(lane, item, delayMs, { unknown: true, counted }, this.outcomes.disclosed(turn, disclosed));
      return 'leave';
    }
    const unknown = new TransmissionFailed('outcome-unknown', 'unknown', { retry: false });
    return this.outcomes.failed(turn, unknown, item.sending, item.attempt);
  }
}
