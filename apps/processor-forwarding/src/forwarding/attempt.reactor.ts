import type { RefusalReason } from '@dittoo/contracts';
import { Clock, derivedId, type Uuid } from '@dittoo/kernel';
import { LOGGER, REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands, type CommandContext } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../forwarding.config.js';
import { forwardingIdOf } from '../forwarding-id.js';
import { ForwardingMetrics } from '../forwarding.metrics.js';
import { judge, type Permission, type Verdict } from '../gate/gate.query.js';
import { Source, type OrderFacts } from '../gate/source.query.js';
import { LaneIntake } from '../lanes/lane-intake.port.js';
import type { Item, Lane, Lanes, SendingDisclosure, SendingRecord } from '../lanes/lanes.port.js';
import type { TableSet } from '../lanes/table-set.port.js';
import {
  TransmissionFailed,
  type Customer,
  type OpenedPayment,
  type Payment,
  type PaymentProcessor,
} from '../payson/payment-processor.port.js';
import type { Disclosure, ForwardingCommand } from './forwarding.decider.js';
import { forwardingDecider } from './forwarding.decider.js';
import type { Forwarding } from './forwarding.js';
import { creditTargets, paymentCommandFields } from './intents.js';

/** One processor's queue and everything that belongs to it. */
export interface ProcessorQueue {
  readonly tables: TableSet;
  readonly lanes: Lanes;
  /** `null` = not connected: nothing can be sent, so everything that would be is refused. */
  readonly processor: PaymentProcessor | null;
  /** Waits until so many requests may go. */
  pace(requests: number): Promise<void>;
  /** What came of a call, for the breaker. */
  called(failed: TransmissionFailed | null): void;
}

/** What the worker does next with the lane: its next item, or leave it. */
export type Next = 'next' | 'leave';

/** A call, ready to go: the gate has said yes and the values are open. */
interface Call {
  readonly record: SendingRecord;
  run(): Promise<Payment | null>;
}

type Refusal = Extract<Verdict, { allowed: false }>;
type Prepared = Call | { readonly refused: Refusal } | { readonly cancelled: true } | { readonly failure: string };

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
    private readonly source: Source,
    private readonly intake: LaneIntake,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly metrics: ForwardingMetrics,
    @Inject(REGISTER) private readonly register: Register,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(FORWARDING_CONFIG) private readonly config: ForwardingConfig,
  ) {}

  async run(queue: ProcessorQueue, lane: Lane, item: Item): Promise<Next> {
    if (item.kind === 'readPayment') return this.read(queue, lane, item);
    const { state } = await this.commands.load(forwardingDecider, item.forwardingId);
    // The outcome is in the stream already: the process died before the row followed.
    if (state.status === 'parked') return this.parkRow(queue, lane, item, item.sending !== null);
    if (state.status !== 'open') return this.settled(queue, lane, item, state);
    if (item.kind === 'eraseSubject') return this.erase(queue, lane, item);
    if (await this.overtakes(queue, item)) return this.fail(queue, lane, item, chainStopped, null);
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
        return this.delivered(queue, lane, item, item.attempt, found, ledgerOf(item.sending, 'delivered'));
    }
    // It never happened (or reads before it writes): the ledger says what may have been seen, then it goes again.
    if (state.status !== 'none' && state.attempt < item.attempt) {
      const lost = { attempt: item.attempt, disclosures, failure: 'outcome-lost', nextAttemptAt: this.clock.now() };
      await this.say(item, lane, 'lost', { type: 'RecordFailure', ...lost });
    }
    await queue.lanes.markQueued(lane, item, { disclosed: disclosures.length > 0 });
    return this.send(queue, lane, { ...item, state: 'queued', sending: null });
  }

  private async stillUnknown(queue: ProcessorQueue, lane: Lane, item: Item, error: unknown): Promise<Next> {
    const failed = transmission(error);
    queue.called(failed);
    this.log(queue, item, item.attempt, `reconcile:${failed.failure}`);
    const disclosed = (item.sending?.disclosures.length ?? 0) > 0;
    if (lane.attempt + 1 < this.config.attempts || failed.then.credentials === true) {
      const counted = failed.then.credentials !== true;
      await queue.lanes.retry(lane, item, this.delayMs(lane, failed), { unknown: true, counted, disclosed });
      return 'leave';
    }
    const unknown = new TransmissionFailed('outcome-unknown', 'unknown', { retry: false });
    return this.fail(queue, lane, item, unknown, item.sending, item.attempt);
  }

  private async send(queue: ProcessorQueue, lane: Lane, item: Item): Promise<Next> {
    await queue.pace(item.kind === 'openPayment' ? 1 : 2);
    const prepared = await this.prepare(queue, item);
    if ('refused' in prepared) return this.refuse(queue, lane, item, prepared.refused);
    if ('cancelled' in prepared) {
      await this.say(item, lane, 'cancelled', { type: 'CancelForwarding', reason: 'orderCancelled' });
      return this.next(await queue.lanes.settle(lane, item));
    }
    if ('failure' in prepared) {
      const failed = new TransmissionFailed(prepared.failure, 'notSent', { retry: false });
      return this.fail(queue, lane, item, failed, null);
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
      this.log(queue, item, item.attempt + 1, failed.failure, started);
      this.config.interrupt('sent');
      return this.fail(queue, lane, item, failed, prepared.record);
    }
    queue.called(null);
    this.log(queue, item, item.attempt + 1, 'delivered', started);
    this.config.interrupt('sent');
    return this.delivered(queue, lane, item, item.attempt + 1, payment, ledgerOf(prepared.record, 'delivered'));
  }

  /** The gate, then the values, in that order and in one breath. */
  private async prepare(queue: ProcessorQueue, item: Item): Promise<Prepared> {
    const { processor, tables } = queue;
    const { purposes } = item.payload;
    const order = await this.source.order(item.orderId!);
    if (order === null) return { failure: 'no-such-order' };
    if (item.kind === 'openPayment' && order.cancelled) return { cancelled: true };
    const standing = await this.source.standing(item.subjectId);
    const at = this.clock.now();
    const asked = { processorId: tables.processorId, intent: item.kind, purposes };
    const verdict = judge(this.register, asked, standing, at);
    if (!verdict.allowed) return { refused: verdict };
    const everything = purposes.flatMap(({ fields }) => fields);
    if (processor === null) return refused('unknownProcessor', everything);
    if (item.kind === 'openPayment') {
      return this.opening(processor, item, order, verdict.permissions, { at, legalEntity: verdict.legalEntity });
    }
    const { state } = await this.commands.load(forwardingDecider, this.paymentOf(tables, item));
    const reference = state.status === 'none' ? null : (state.payment?.reference ?? null);
    const record = { at, disclosures: [] };
    if (reference === null) {
      return item.kind === 'cancelPayment' ? { record, run: async () => null } : { failure: 'no-payment' };
    }
    switch (item.kind) {
      case 'capturePayment':
        return { record, run: () => processor.capturePayment(reference) };
      case 'cancelPayment':
        return { record, run: () => processor.cancelPayment(reference) };
      default: {
        const targets = creditTargets(order.placed.lines, order.refunds, item.payload.refundId ?? '');
        return { record, run: () => processor.refundPayment(reference, targets) };
      }
    }
  }

  private async opening(
    processor: PaymentProcessor,
    item: Item,
    { placed }: OrderFacts,
    permissions: readonly Permission[],
    at: { readonly at: string; readonly legalEntity: string },
  ): Promise<Prepared> {
    const numberPermission = permissions.find(({ fields }) => fields.includes('personnummer'));
    const recipient = await this.source.recipient(item.orderId!);
    const number = numberPermission === undefined ? null : await this.source.personnummer(item.subjectId);
    if (recipient === null) return refused('valueGone', permissions[0]?.fields ?? []);
    if (numberPermission !== undefined && number === null) {
      return refused('valueGone', numberPermission.fields, numberPermission.purpose);
    }
    const { givenName, familyName, email, phone, address } = recipient.value;
    const customer: Customer = { givenName, familyName, email, phone, address, personnummer: number?.value ?? null };
    const noticeVersion = item.payload.noticeVersion ?? this.register.noticeVersion;
    const disclosures = permissions.map(({ purpose, legalBasis, fields, consent }) => ({
      legalEntity: at.legalEntity,
      fields: fields.filter((field) => field !== 'phone' || phone !== null),
      purpose,
      legalBasis,
      consentRecordId: consent?.recordId ?? null,
      consentRevision: consent?.revision ?? null,
      noticeVersion,
      ciphertextDigest: fields.includes('personnummer') ? number!.digest : recipient.digest,
    }));
    const { lines, locale, total } = placed;
    const opening = { orderId: item.orderId!, lines, currency: total.currency, locale, customer };
    return { record: { at: at.at, disclosures }, run: () => processor.openPayment(opening) };
  }

  private async delivered(
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
    await this.say(item, lane, 'delivered', {
      type: 'RecordDelivery',
      attempt,
      disclosures,
      ...(opened ? { checkout: checkoutOf(payment as OpenedPayment) } : {}),
    });
    this.config.interrupt('recorded');
    this.metrics.delivered.observe(labels(queue, item), (Date.now() - item.queuedAt.getTime()) / 1000);
    const { state } = await this.commands.load(forwardingDecider, item.forwardingId);
    return this.settled(queue, lane, item, state, disclosures.length > 0);
  }

  private async settled(
    queue: ProcessorQueue,
    lane: Lane,
    item: Item,
    state: Forwarding,
    disclosed = (item.sending?.disclosures.length ?? 0) > 0,
  ): Promise<Next> {
    const watch = item.kind === 'openPayment' && state.status === 'completed';
    const left = await queue.lanes.settle(lane, item, {
      disclosed,
      ...(watch ? { watch: { startInMs: this.config.watchPauseMs } } : {}),
    });
    return this.next(left);
  }

  private async fail(
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
    const again = then.retry && (!counted || lane.attempt + 1 < this.config.attempts);
    const delayMs = this.delayMs(lane, failed);
    const nextAttemptAt = again ? new Date(Date.parse(this.clock.now()) + delayMs).toISOString() : null;
    await this.say(item, lane, 'failed', { type: 'RecordFailure', attempt, disclosures, failure, nextAttemptAt });
    this.config.interrupt('recorded');
    this.metrics.failures.inc({ ...labels(queue, item), reason: failure });
    if (again) {
      await queue.lanes.retry(lane, item, delayMs, { ...alongside, counted });
      return 'leave';
    }
    this.metrics.parked.inc({ ...labels(queue, item), reason: failure });
    this.logger.error({ forwardingId: item.forwardingId, ...labels(queue, item), failure }, 'forwarding.parked');
    return this.parkRow(queue, lane, item, unknown, alongside.disclosed);
  }

  private async refuse(queue: ProcessorQueue, lane: Lane, item: Item, refusal: Refusal): Promise<Next> {
    const { reason, fields, purpose, consentRecordId } = refusal;
    await this.say(item, lane, 'refused', { type: 'RefuseForwarding', reason, fields, purpose, consentRecordId });
    this.metrics.refusals.inc({ ...labels(queue, item), reason });
    this.log(queue, item, item.attempt, `refused:${reason}`);
    return this.next(await queue.lanes.settle(lane, item));
  }

  /** The answer of a recipient that has no call for it follows from the register and from what it ever received. */
  private async erase(queue: ProcessorQueue, lane: Lane, item: Item): Promise<Next> {
    const erasure = this.register.processors[queue.tables.processorId]?.erasure;
    const held = await queue.lanes.received(item.subjectId);
    const requestId = item.payload.requestId ?? '';
    await this.say(item, lane, 'answered', {
      type: 'AnswerErasure',
      requestId,
      ...(held
        ? { answer: 'notSupported', reason: erasure?.reason ?? 'manual' }
        : { answer: 'acknowledged', reason: 'nothingHeld' }),
    });
    this.log(queue, item, item.attempt, held ? 'notSupported' : 'acknowledged');
    return this.next(await queue.lanes.settle(lane, item));
  }

  /** A reading leaves an event where it learned something, and none where it did not or failed: another will follow. */
  private async read(queue: ProcessorQueue, lane: Lane, item: Item): Promise<Next> {
    const { processor, tables } = queue;
    const { state } = await this.commands.load(forwardingDecider, item.forwardingId);
    const reference = state.status === 'none' ? null : (state.payment?.reference ?? null);
    const standing = await this.source.standing(item.subjectId);
    const asked = { processorId: tables.processorId, intent: item.kind, purposes: item.payload.purposes };
    const verdict = judge(this.register, asked, standing, this.clock.now());
    if (!verdict.allowed) this.metrics.refusals.inc({ ...labels(queue, item), reason: verdict.reason });
    if (reference === null || processor === null || !verdict.allowed) {
      return this.next(await queue.lanes.settle(lane, item));
    }
    await queue.pace(1);
    let payment: Payment;
    try {
      payment = await processor.readPayment(reference);
    } catch (error) {
      const failed = transmission(error);
      queue.called(failed);
      this.log(queue, item, item.attempt, failed.failure);
      this.metrics.failures.inc({ ...labels(queue, item), reason: failed.failure });
      if (failed.then.retry && lane.attempt + 1 < this.config.attempts) {
        const counted = failed.then.credentials !== true;
        await queue.lanes.retry(lane, item, this.delayMs(lane, failed), { unknown: false, counted });
        return 'leave';
      }
      return this.next(await queue.lanes.settle(lane, item));
    }
    queue.called(null);
    await this.observe(queue, lane, item, payment);
    if (payment.status === 'approved') await this.cancelIfTooLate(queue, item);
    return this.next(await queue.lanes.settle(lane, item, payment.status === 'pending' ? {} : { watch: 'stop' }));
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

  private async observe({ tables }: ProcessorQueue, lane: Lane, item: Item, payment: Payment): Promise<void> {
    const { reference: paymentReference, status, amount, refundedMinor } = payment;
    const command = { type: 'ObservePayment', paymentReference, status, amount, refundedMinor } as const;
    const context = causeOf(item, 'observed', lane);
    await this.commands.execute(forwardingDecider, this.paymentOf(tables, item), command, context);
  }

  /** The forwarding whose stream holds the payment's state. */
  private paymentOf({ processorId }: TableSet, item: Item): Uuid {
    return forwardingIdOf(processorId, 'openPayment', item.orderId!);
  }

  /** A chain of commands about money is strict: what follows a parked one may not overtake it. */
  private async overtakes({ lanes }: ProcessorQueue, item: Item): Promise<boolean> {
    return item.kind !== 'openPayment' && (await lanes.chainStopped(item));
  }

  private async parkRow(
    queue: ProcessorQueue,
    lane: Lane,
    item: Item,
    unknown: boolean,
    disclosed = unknown && (item.sending?.disclosures.length ?? 0) > 0,
  ): Promise<Next> {
    return this.next(await queue.lanes.park(lane, item, { unknown, disclosed }));
  }

  private next(somethingLeft: boolean): Next {
    return somethingLeft ? 'next' : 'leave';
  }

  /** Full jitter, or what the processor asked for; an unknown outcome gets time to show itself. */
  private delayMs({ attempt }: Lane, { outcome, then }: TransmissionFailed): number {
    const { retryBaseMs, retryCapMs, reconcileAfterMs } = this.config;
    const jitter = Math.random() * Math.min(retryCapMs, retryBaseMs * 2 ** Math.min(attempt, 20));
    return Math.ceil(Math.max(jitter, then.retryAfterMs ?? 0, outcome === 'unknown' ? reconcileAfterMs : 0));
  }

  private async say(item: Item, lane: Lane, step: string, command: ForwardingCommand): Promise<void> {
    await this.commands.execute(forwardingDecider, item.forwardingId, command, causeOf(item, step, lane));
  }

  private log(queue: ProcessorQueue, item: Item, attempt: number, outcome: string, started?: number): void {
    const durationMs = started === undefined ? undefined : Math.round(performance.now() - started);
    const { forwardingId } = item;
    this.logger.info({ forwardingId, ...labels(queue, item), attempt, outcome, durationMs }, 'forwarding.attempted');
  }
}

const chainStopped = new TransmissionFailed('chain-stopped', 'notSent', { retry: false });

const refused = (reason: RefusalReason, fields: readonly string[], purpose: string | null = null): Prepared => ({
  refused: { allowed: false, reason, fields, purpose, consentRecordId: null },
});

const ledgerOf = (record: SendingRecord | null, outcome: Disclosure['outcome']): Disclosure[] =>
  (record?.disclosures ?? []).map((disclosure: SendingDisclosure) => ({ ...disclosure, outcome }));

const checkoutOf = ({ reference, action }: OpenedPayment) => ({ paymentReference: reference, action });

/** What a call may throw; anything else is ours to mend and goes up. */
const transmission = (error: unknown): TransmissionFailed => {
  if (error instanceof TransmissionFailed) return error;
  throw error;
};

const labels = ({ tables }: ProcessorQueue, { kind }: Item) => ({ processor: tables.processorId, intent: kind });

const contextOf = ({ subjectId, forwardingId, payload }: Item): CommandContext => ({
  dataSubjectId: subjectId,
  actor: { kind: 'system', id: 'forwarding.delivery' },
  correlationId: payload.correlationId,
  causationId: forwardingId,
  traceparent: payload.traceparent,
  noticeVersion: payload.noticeVersion,
});

/** One lease says one thing once; after a crash the next lease says it again, and the decider knows it already. */
const causeOf = (item: Item, step: string, lane: Lane): CommandContext => ({
  ...contextOf(item),
  causationId: derivedId(item.forwardingId, item.id, step, lane.token, String(item.attempt)),
});
