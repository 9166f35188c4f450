import type { ForwardingIntent } from '@dittoo/contracts';
import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { TransmissionFailed, transmissionFailure } from '../egress/transmission-failed.js';
import { forwardingDecider } from '../ledger/forwarding.decider.js';
import { MailRecords } from '../mailbox/mail-records.js';
import type { Payment } from '../payment/payment-processor.port.js';
import { Lanes } from '../queue/lanes.js';
import { MailPreparation } from './mail-preparation.js';
import { Outcomes } from './outcomes.js';
import { PaymentPreparation } from './payment-preparation.js';
import { PaymentReading } from './payment-reading.js';
import { RecipientErasure } from './recipient-erasure.js';
import { Reconciliation } from './reconciliation.js';
import { ledgerOf, type Next, type Turn } from './turn.js';

/** Commands about one payment keep their order: none overtakes an earlier one that is parked. */
const inOrder: readonly ForwardingIntent[] = ['capturePayment', 'cancelPayment', 'refundPayment'];
const chainStopped = new TransmissionFailed('chain-stopped', 'notSent', { retry: false });

/**
 * One item of a lane, from its turn to its outcome: gate -> mark `sending` -> call -> append -> settle.
 *
 * Dies before the mark: nothing has left; the lease ends and the item is taken again as if never begun.
 * Dies after the mark: the item stays `sending`; the next worker reconciles it with the processor first.
 * Dies after the append: the stream says how it ended; the row is settled and nothing is sent.
 * No transaction is open during a call.
 */
@Injectable()
export class Attempts {
  constructor(
    private readonly commands: Commands,
    private readonly lanes: Lanes,
    private readonly payments: PaymentPreparation,
    private readonly mails: MailPreparation,
    private readonly mailRecords: MailRecords,
    private readonly erasure: RecipientErasure,
    private readonly reading: PaymentReading,
    private readonly reconciliation: Reconciliation,
    private readonly outcomes: Outcomes,
  ) {}

  async run(turn: Turn): Promise<Next> {
    const { item, lane } = turn;
    if (item.kind === 'readPayment') return this.reading.run(turn);
    const { state } = await this.commands.load(forwardingDecider, item.forwardingId);
    // The outcome is in the stream already: the process died before the row followed.
    if (state.status === 'parked') return this.outcomes.parkRow(turn, item.sending !== null);
    if (state.status !== 'open') return this.outcomes.settleRow(turn, state);
    if (item.kind === 'eraseSubject') return this.erasure.run(turn);
    if (inOrder.includes(item.kind) && (await this.lanes.hasParkedPredecessor(lane, item))) {
      return this.outcomes.failed(turn, chainStopped, null);
    }
    if (item.state === 'queued') return this.send(turn);
    const next = await this.reconciliation.run(turn, state);
    return next === 'send' ? this.send({ ...turn, item: { ...item, state: 'queued', sending: null } }) : next;
  }

  private async send(turn: Turn): Promise<Next> {
    const { connection, item, lane } = turn;
    const isMail = item.kind === 'sendMail';
    await connection.pace(isMail || item.kind === 'openPayment' ? 1 : 2);
    const prepared = await (isMail ? this.mails : this.payments).prepare(turn);
    if ('refused' in prepared) return this.outcomes.refused(turn, prepared.refused);
    if ('cancelled' in prepared) return this.outcomes.cancelled(turn);
    if ('failure' in prepared) {
      const failed = new TransmissionFailed(prepared.failure, 'notSent', { retry: false });
      return this.outcomes.failed(turn, failed, null);
    }
    const { record } = prepared;
    const marked = await this.lanes.markSending(lane, item, record, async (client) => {
      if (isMail) await this.mailRecords.sending(client, item.forwardingId, item.subjectId);
    });
    if (!marked) return 'next'; // an erasure cancelled it
    const started = performance.now();
    const attempt = item.attempt + 1;
    let payment: Payment | null;
    try {
      payment = await connection.call(() => prepared.run());
    } catch (error) {
      const failed = transmissionFailure(error);
      this.outcomes.log(turn, attempt, failed.failure, started);
      return this.outcomes.failed(turn, failed, record);
    }
    this.outcomes.log(turn, attempt, 'delivered', started);
    return this.outcomes.delivered(turn, attempt, payment, ledgerOf(record, 'delivered'));
  }
}
