import type { RefusalReason } from '@dittoo/contracts';
import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { judge, type Permission, type Verdict } from '../gate/gate.js';
import { Source, type OrderFacts } from '../source/source.query.js';
import type { Item, SendingRecord } from '../queue/lanes.js';
import type { Customer, Payment, PaymentProcessor } from '../payment/payment-processor.port.js';
import { forwardingDecider } from '../ledger/forwarding.decider.js';
import { creditTargets } from '../payment/payment-fields.js';
import { paymentForwardingOf, type ProcessorQueue } from './turn.js';

/** A call, ready to go: the gate has said yes and the values are open, in this object and nowhere else. */
export interface Call {
  readonly record: SendingRecord;
  run(): Promise<Payment | null>;
}

export type Refusal = Extract<Verdict, { allowed: false }>;
export type Prepared =
  Call | { readonly refused: Refusal } | { readonly cancelled: true } | { readonly failure: string };

/**
 * Gets a call ready, at every attempt anew: what is true is read from the source, the gate judges, and only then are
 * values opened. An error here means that something of ours did not answer: nothing is sent.
 */
@Injectable()
export class PreparationReactor {
  constructor(
    private readonly commands: Commands,
    private readonly source: Source,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  async prepare(queue: ProcessorQueue, item: Item): Promise<Prepared> {
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
    const { state } = await this.commands.load(forwardingDecider, paymentForwardingOf(tables, item));
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
        const refund = order.refunds.find(({ refundId }) => refundId === item.payload.refundId);
        if (refund === undefined) return { failure: 'no-such-refund' };
        const { refundId, amount } = refund;
        const targets = creditTargets(order.placed.lines, order.refunds, refundId);
        const { amountMinor } = amount;
        return { record, run: () => processor.refundPayment(reference, { refundId, amountMinor, targets }) };
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
}

export const refused = (reason: RefusalReason, fields: readonly string[], purpose: string | null = null): Prepared => ({
  refused: { allowed: false, reason, fields, purpose, consentRecordId: null },
});
