import { keptMinor, paymentOf, type Refund } from '@dittoo/contracts';
import { Clock, type RecordedEvent } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { transmissionFailure } from '../egress/transmission-failed.js';
import { judge, type Verdict } from '../gate/gate.js';
import type { Standing } from '../gate/standing.js';
import { Standings } from '../gate/standing.query.js';
import { forwardingDecider } from '../ledger/forwarding.decider.js';
import type { Customer, PaymentProcessor, RefundedLines } from '../payment/payment-processor.port.js';
import type { Item } from '../queue/item.js';
import { Orders, type OrderFacts, type ReadOrder } from '../source/order.query.js';
import { Personnummers } from '../source/personnummer.query.js';
import { disclosureOf, refused, type Prepare, type Prepared } from './preparation.js';
import { orderOf, paymentForwardingOf, type LoadedForwarding, type Turn } from './turn.js';

type Allowed = Extract<Verdict, { allowed: true }>;

/** What a command about a payment is prepared from, still sealed. */
interface Sources {
  readonly order: ReadOrder | null;
  readonly standing: Standing;
  readonly number: RecordedEvent | null;
  /** The payment's own stream; `null` = this command opens it. */
  readonly payment: LoadedForwarding | null;
}

/**
 * Prepares a command about a payment, at every attempt anew: the person's streams and the order are read together, the
 * gate judges, and only then are values opened. It throws where the store, the keys or the database do not answer: nothing is sent.
 */
@Injectable()
export class PaymentPreparation {
  constructor(
    private readonly commands: Commands,
    private readonly standings: Standings,
    private readonly orders: Orders,
    private readonly personnummers: Personnummers,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  async read(turn: Turn): Promise<Prepare> {
    const { item } = turn;
    const isOpening = item.kind === 'openPayment';
    const needsNumber = item.payload.purposes.some(({ fields }) => fields.includes('personnummer'));
    const [order, standing, number, payment] = await Promise.all([
      this.orders.read(orderOf(item)),
      this.standings.of(item.subjectId),
      needsNumber ? this.personnummers.read(item.subjectId) : null,
      isOpening ? null : this.commands.load(forwardingDecider, paymentForwardingOf(turn)),
    ]);
    return () => this.prepare(turn, { order, standing, number, payment });
  }

  private async prepare(turn: Turn, { number, order, payment, standing }: Sources): Promise<Prepared> {
    const { connection, item } = turn;
    const { processor, tables } = connection;
    const { purposes } = item.payload;
    if (order === null) return { failure: 'no-such-order' };
    if (item.kind === 'openPayment' && order.facts.stage === 'cancelled') return { cancelled: true };
    const at = this.clock.now();
    const asked = { processorId: tables.processorId, intent: item.kind, purposes };
    const verdict = judge(this.register, asked, standing, at);
    if (!verdict.allowed) return { refused: verdict };
    const everything = purposes.flatMap(({ fields }) => fields);
    if (processor === null) return refused('unknownProcessor', everything);
    return payment === null
      ? this.opening(processor, item, order, number, verdict, at)
      : this.command(turn, processor, order.facts, payment, at);
  }

  /** Opens the values of the order. A personnummer is a disclosure of its own, under a purpose of its own. */
  private async opening(
    processor: PaymentProcessor,
    item: Item,
    order: ReadOrder,
    recorded: RecordedEvent | null,
    { legalEntity, permissions }: Allowed,
    at: string,
  ): Promise<Prepared> {
    const { lines, locale, total } = order.facts;
    const numberPermission = permissions.find(({ fields }) => fields.includes('personnummer'));
    const [recipient, number] = await Promise.all([
      this.orders.recipient(order),
      numberPermission === undefined || recorded === null ? null : this.personnummers.open(recorded),
    ]);
    if (recipient === null) return refused('valueGone', permissions[0]?.fields ?? []);
    if (numberPermission !== undefined && number === null) {
      return refused('valueGone', numberPermission.fields, numberPermission.purpose);
    }
    const { givenName, familyName, email, phone, address } = recipient.value;
    const customer: Customer = { givenName, familyName, email, phone, address, personnummer: number?.value ?? null };
    const noticeVersion = item.payload.noticeVersion ?? this.register.noticeVersion;
    const disclosures = permissions.map((permission) => {
      const fields = permission.fields.filter((field) => field !== 'phone' || phone !== null);
      const { digest } = permission === numberPermission && number !== null ? number : recipient;
      return disclosureOf({ ...permission, fields }, { legalEntity, noticeVersion, ciphertextDigest: digest });
    });
    const opening = { orderId: orderOf(item), lines, currency: total.currency, locale, customer };
    try {
      return { record: { at, disclosures }, run: processor.prepareOpening(opening) };
    } catch (error) {
      return { failure: transmissionFailure(error).failure };
    }
  }

  /** Capture, cancellation or refund: the processor's own reference, amounts, and no personal data. */
  private command(
    { item }: Turn,
    processor: PaymentProcessor,
    order: OrderFacts,
    payment: LoadedForwarding,
    at: string,
  ): Prepared {
    const { state } = payment;
    const reference = state.status === 'none' ? null : (state.payment?.reference ?? null);
    const record = { at, disclosures: [] };
    const refunds = paymentOf(order)?.refunds ?? [];
    if (reference === null) {
      return item.kind === 'cancelPayment' ? { record, run: async () => null } : { failure: 'no-payment' };
    }
    switch (item.kind) {
      case 'capturePayment': {
        const keeping = { keptMinor: keptMinor(order), lines: refundedLines(order, refunds) };
        return { record, payment, run: () => processor.capturePayment(reference, keeping) };
      }
      case 'cancelPayment':
        // An order that was approved rightly after all keeps its payment.
        if (keptMinor(order) > 0) return { record, run: async () => null };
        return { record, payment, run: () => processor.cancelPayment(reference) };
      default: {
        const place = refunds.findIndex((one) => one.refundId === item.payload.refundId);
        const refund = refunds[place];
        if (refund === undefined) return { failure: 'no-such-refund' };
        const { refundId } = refund;
        // Together with those before it, which may not have been paid; later ones have a call of their own.
        const laterMinor = refunds.slice(place + 1).reduce((sum, { amountMinor }) => sum + amountMinor, 0);
        const lines = refundedLines(order, [refund, ...refunds.slice(0, place)]);
        const keeping = { refundId, keptMinor: keptMinor(order) + laterMinor, lines };
        return { record, payment, run: () => processor.refundPayment(reference, keeping) };
      }
    }
  }
}

const refundedLines = ({ lines }: OrderFacts, refunds: readonly Refund[]): RefundedLines =>
  refunds.flatMap((refund) =>
    refund.lines.map(({ quantity, sku }) => {
      const unitPriceMinor = lines.find((line) => line.sku === sku)?.unitPriceMinor ?? 0;
      return { sku, quantity, unitPriceMinor };
    }),
  );
