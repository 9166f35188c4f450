import { LOGGER } from '@dittoo/platform';
import { isTransient } from '@dittoo/projections';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { TransmissionFailed, transmissionFailure } from '../egress/transmission-failed.js';
import { forwardingDecider } from '../ledger/forwarding.decider.js';
import { mailSending } from '../mailbox/mail-records.js';
import type { Payment } from '../payment/payment-processor.port.js';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import { companionRow } from '../queue/companion.js';
import type { SendingRecord } from '../queue/item.js';
import { LeaseLost } from '../queue/lane-writes.js';
import { Lanes } from '../queue/lanes.js';
import { MailPreparation } from './mail-preparation.js';
import { nameOf } from './name-of.js';
import { Outcomes } from './outcomes.js';
import { PaymentPreparation } from './payment-preparation.js';
import { PaymentReading } from './payment-reading.js';
import type { Prepare, Prepared } from './preparation.js';
import { RecipientErasure } from './recipient-erasure.js';
import { Reconciliation } from './reconciliation.js';
import { ownFailureOf } from './retry.js';
import { labelsOf, ledgerOf, type Next, type Turn } from './turn.js';

/** Is anything out that may have had its effect? Then an exception of our own leaves its outcome unknown. */
interface Sent {
  record: SendingRecord | null;
  attempt: number;
}

/**
 * One item of a lane, from its turn to its outcome: gate -> mark `sending` -> call -> append -> settle.
 *
 * Dies before the mark: nothing has left; the lease ends and the item is taken again as if never begun.
 * Dies after the mark: the item stays `sending`; the next worker reconciles it with the processor first.
 * Dies after the append: the stream says how it ended; the row is settled and nothing is sent.
 * No transaction is open during a call.
 *
 * An exception of our own is a failed attempt like others, and the item is parked after a few. Where the store, the keys
 * or the database do not answer it is thrown on: the worker holds the lane, and no attempt is used.
 */
@Injectable()
export class Attempts {
  constructor(
    private readonly commands: Commands,
    private readonly lanes: Lanes,
    private readonly payments: PaymentPreparation,
    private readonly mails: MailPreparation,
    private readonly erasure: RecipientErasure,
    private readonly reading: PaymentReading,
    private readonly reconciliation: Reconciliation,
    private readonly outcomes: Outcomes,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(FORWARDING_CONFIG) private readonly config: ForwardingConfig,
  ) {}

  /** @throws LeaseLost; and what does not answer */
  async run(turn: Turn): Promise<Next> {
    const { item } = turn;
    const sent: Sent = { record: item.state === 'sending' ? item.sending : null, attempt: item.attempt };
    try {
      return await this.deliver(turn, sent);
    } catch (error) {
      if (error instanceof LeaseLost || isTransient(error)) throw error;
      return this.failedOurselves(turn, sent, error);
    }
  }

  private async deliver(turn: Turn, sent: Sent): Promise<Next> {
    const { item } = turn;
    if (item.kind === 'readPayment') return this.reading.run(turn);
    const sends = item.kind !== 'eraseSubject' && item.state === 'queued';
    if (sends) await this.pace(turn);
    // Read at the same moment, and each stream once: what the gate judges is as old as the answer to this.
    const [known, prepare] = await Promise.all([
      this.commands.load(forwardingDecider, item.forwardingId),
      sends ? this.read(turn) : null,
    ]);
    const { state } = known;
    const knowing = { ...turn, known };
    // The outcome is in the stream already: the process died before the row followed.
    if (state.status === 'parked') return this.outcomes.parkRow(turn, item.sending !== null);
    if (state.status !== 'open') {
      return item.kind === 'eraseSubject' ? this.erasure.settle(knowing) : this.outcomes.settleRow(turn, state);
    }
    if (item.kind === 'eraseSubject') return this.erasure.run(knowing);
    if (prepare !== null) return this.send(knowing, await prepare(), sent);
    const next = await this.reconciliation.run(knowing, state);
    if (next !== 'send') return next;
    sent.record = null;
    const again = { ...turn, item: { ...item, state: 'queued' as const, sending: null } };
    await this.pace(again);
    const prepareAgain = await this.read(again);
    return this.send(again, await prepareAgain(), sent);
  }

  private read(turn: Turn): Promise<Prepare> {
    return (turn.item.kind === 'sendMail' ? this.mails : this.payments).read(turn);
  }

  /** Commands about a payment read it before they change it. */
  private pace({ connection, item }: Turn): Promise<void> {
    return connection.pace(item.kind === 'sendMail' || item.kind === 'openPayment' ? 1 : 2);
  }

  private async send(turn: Turn, prepared: Prepared, sent: Sent): Promise<Next> {
    const { connection, item, lane } = turn;
    if ('refused' in prepared) return this.outcomes.refused(turn, prepared.refused);
    if ('cancelled' in prepared) return this.outcomes.cancelled(turn);
    if ('failure' in prepared) {
      const failed = new TransmissionFailed(prepared.failure, 'notSent', { retry: false });
      return this.outcomes.failed(turn, failed, null);
    }
    const { record } = prepared;
    const mailed = { forwarding_id: item.forwardingId, subject_id: item.subjectId };
    const also = item.kind === 'sendMail' ? [companionRow(mailSending, mailed)] : [];
    if (!(await this.lanes.markSending(lane, item, record, also))) return 'next'; // an erasure cancelled it
    const started = performance.now();
    const attempt = item.attempt + 1;
    sent.record = record;
    sent.attempt = attempt;
    let payment: Payment | null;
    try {
      payment = await connection.call(() => prepared.run());
    } catch (error) {
      const failed = transmissionFailure(error);
      this.outcomes.log(turn, attempt, failed.failure, started);
      await this.outcomes.shown(turn, failed, prepared.payment);
      return this.outcomes.failed(turn, failed, record);
    }
    this.outcomes.log(turn, attempt, 'delivered', started);
    return this.outcomes.delivered(turn, attempt, payment, ledgerOf(record, 'delivered'), prepared.payment);
  }

  private failedOurselves(turn: Turn, { attempt, record }: Sent, error: unknown): Promise<Next> {
    const { forwardingId, kind } = turn.item;
    const failure = nameOf(error);
    this.logger.error({ forwardingId, ...labelsOf(turn), attempt, failure }, 'forwarding.failed-ourselves');
    const failed = ownFailureOf(turn, record === null ? 'notSent' : 'unknown', this.config);
    if (kind === 'readPayment') return this.reading.failed(turn, failed);
    if (kind === 'eraseSubject') return this.erasure.failed(turn, failed);
    return this.outcomes.failed(turn, failed, record, attempt);
  }
}
