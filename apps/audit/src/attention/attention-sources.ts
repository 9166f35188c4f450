import type { AttentionAbout, AttentionKind, ForwardingEvents, PaymentDiscrepancy } from '@dittoo/contracts';
import { streamId, type Delivered, type EventTypes, type Uuid } from '@dittoo/kernel';
import type { ServiceName } from '@dittoo/platform';

export type EventName = keyof EventTypes & string;
type Told<Type extends EventName> = Delivered<EventTypes, Type>;

/** What an event opens: the fact, or `null` where this one says none of the kind. */
export type Opening<Type extends EventName, About> = (
  event: Told<Type>,
) => { readonly key: string; readonly about: About; readonly since: string } | null;
/** What an event closes: the key of the fact, or `null`. */
export type Closing<Type extends EventName> = (event: Told<Type>) => string | null;

/** Opened and closed by events, each of which names the fact. */
export interface ByEvents<About> {
  /** The service that records the events. */
  readonly where: ServiceName;
  readonly opens: { readonly [Type in EventName]?: Opening<Type, About> };
  /** `byHand`: no event says that it is mended, so a person does. */
  readonly closes: { readonly [Type in EventName]?: Closing<Type> } | 'byHand';
}

/** Opened and closed by a watch of the service that knows the fact; `byHand`: nothing shows that it is mended. */
export interface ByWatch {
  readonly watchedBy: ServiceName | 'every service';
  readonly closes: 'watch' | 'byHand';
}

const forwardingOf = ({ stream }: { readonly stream: string }): Uuid => streamId(stream);

type GivenUpKind = 'deliveryParked' | 'mailAddressRefused' | 'paymentNotOpened';

/** RFC 5321 §4.2.3: the mailbox does not exist, has moved, or has no permitted name. */
const addressRefused = /^smtp-55[013]$/;

const kindOfParked = ({ failure, intent }: ForwardingEvents['ForwardingParked']): GivenUpKind => {
  if (intent === 'openPayment') return 'paymentNotOpened';
  return intent === 'sendMail' && addressRefused.test(failure) ? 'mailAddressRefused' : 'deliveryParked';
};

/** A delivery that was given up; asked for again, or cancelled, it is no longer. */
const givenUp = (kind: GivenUpKind): ByEvents<AttentionAbout[GivenUpKind]> => ({
  where: 'processor-forwarding',
  opens: {
    ForwardingParked: (event) => {
      if (kindOfParked(event.data) !== kind) return null;
      const forwardingId = forwardingOf(event);
      return { key: forwardingId, about: { forwardingId, ...event.data }, since: event.metadata.recordedAt };
    },
  },
  closes: { RedeliveryRequested: forwardingOf, ForwardingCancelled: forwardingOf },
});

/** What a person must mend before the like of it can be sent; the other refusals are the person's own choice. */
const faultyReasons = new Set<string>(['noAgreementInForce', 'noLegalBasis', 'fieldNotAllowed', 'unknownProcessor']);

/** A question about an order's money; what kinds it has is the order's to say. */
const moneyQuestion = (
  asks: (kind: PaymentDiscrepancy) => boolean,
): ByEvents<AttentionAbout['paymentDiscrepancy']> => ({
  where: 'order',
  opens: {
    PaymentDiscrepancyFound: ({ data: { failure, kind, processorId }, metadata, stream }) =>
      asks(kind)
        ? {
            key: `${streamId(stream)}/${kind}`,
            about: { orderId: streamId(stream), processorId, discrepancy: kind, failure },
            since: metadata.recordedAt,
          }
        : null,
  },
  closes: {
    PaymentDiscrepancyResolved: ({ data: { kind }, stream }) => (asks(kind) ? `${streamId(stream)}/${kind}` : null),
  },
});

const taskOf = (event: Told<'RecipientAnswered' | 'RecipientTaskDone'>): string =>
  `${streamId(event.stream)}/${event.data.processorId}`;

/**
 * Every kind of attention item with what opens and what closes it. A kind that is missing here does not compile; a new
 * event that opens or closes one is a line here.
 */
export const attentionSources: { readonly [Kind in AttentionKind]: ByEvents<AttentionAbout[Kind]> | ByWatch } = {
  paymentNotOpened: givenUp('paymentNotOpened'),
  deliveryParked: givenUp('deliveryParked'),
  mailAddressRefused: givenUp('mailAddressRefused'),
  deliveryRefused: {
    where: 'processor-forwarding',
    opens: {
      // One item stands for all that is refused for the same reason; what it means for an order, the order says.
      ForwardingRefused: ({ data: { intent, processorId, reason }, metadata }) =>
        faultyReasons.has(reason)
          ? {
              key: `${processorId}/${intent}/${reason}`,
              about: { processorId, intent, reason },
              since: metadata.recordedAt,
            }
          : null,
    },
    closes: 'byHand',
  },
  refundNotCarriedOut: moneyQuestion((kind) => kind === 'refundNotPaid'),
  paymentDiscrepancy: moneyQuestion((kind) => kind !== 'refundNotPaid'),
  answerUndelivered: {
    where: 'rights',
    opens: {
      AnswerUndelivered: ({ data: { reason }, metadata, stream }) => ({
        key: streamId(stream),
        about: { requestId: streamId(stream), reason },
        since: metadata.recordedAt,
      }),
    },
    closes: { AnswerDelivered: ({ stream }) => streamId(stream) },
  },
  recipientTask: {
    where: 'rights',
    opens: {
      RecipientAnswered: (event) => {
        const { processorId, state } = event.data;
        if (state === 'acknowledged') return null;
        const about = { requestId: streamId(event.stream), processorId, state };
        return { key: taskOf(event), about, since: event.metadata.recordedAt };
      },
    },
    closes: {
      RecipientAnswered: (event) => (event.data.state === 'acknowledged' ? taskOf(event) : null),
      RecipientTaskDone: taskOf,
    },
  },
  deliveryHeld: { watchedBy: 'processor-forwarding', closes: 'watch' },
  mailboxUnreachable: { watchedBy: 'processor-forwarding', closes: 'watch' },
  requestCloseToDue: { watchedBy: 'rights', closes: 'watch' },
  requestOverdue: { watchedBy: 'rights', closes: 'watch' },
  paymentUnread: { watchedBy: 'processor-forwarding', closes: 'watch' },
  taskFailing: { watchedBy: 'rights', closes: 'watch' },
  streamParked: { watchedBy: 'audit', closes: 'watch' },
  groupLagging: { watchedBy: 'every service', closes: 'watch' },
  sequencerLagging: { watchedBy: 'audit', closes: 'watch' },
  eventLeftOut: { watchedBy: 'relay', closes: 'byHand' },
  relayLagging: { watchedBy: 'relay', closes: 'watch' },
  sealRefused: { watchedBy: 'audit', closes: 'watch' },
  logNotSealed: { watchedBy: 'audit', closes: 'watch' },
  verificationFailed: { watchedBy: 'audit', closes: 'watch' },
  verificationOverdue: { watchedBy: 'audit', closes: 'watch' },
  keyMissing: { watchedBy: 'every service', closes: 'watch' },
  restoreDifference: { watchedBy: 'every service', closes: 'byHand' },
};
