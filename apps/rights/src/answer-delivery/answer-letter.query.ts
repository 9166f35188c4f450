import { notificationForwardingId, type ForwardingEvents, type RightsRequestEvent } from '@dittoo/contracts';
import { EventStore, recordedAs, streamName, type OpenedEvent } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';

/** What became of the mail with the answer. */
export type LetterOutcome =
  { readonly status: 'waiting' | 'delivered' } | { readonly status: 'refused'; readonly reason: string };

/** The answer of a request, and when it was recorded. */
export interface RecordedAnswer {
  readonly notification: 'requestAnswered' | 'requestRefused';
  readonly eventId: string;
  readonly at: string;
}

export const answerOf = (history: readonly OpenedEvent<RightsRequestEvent>[]): RecordedAnswer | null => {
  const last = history.findLast(({ event }) => event.type === 'RequestAnswered' || event.type === 'RequestRefused');
  if (last === undefined) return null;
  const { eventId, metadata } = last.recorded;
  const notification = last.event.type === 'RequestAnswered' ? 'requestAnswered' : 'requestRefused';
  return { notification, eventId, at: metadata.recordedAt };
};

/** Reads what became of the mail with an answer, from the stream of its forwarding. */
@Injectable()
export class AnswerLetters {
  constructor(private readonly store: EventStore) {}

  async outcomeOf({ eventId, notification }: RecordedAnswer): Promise<LetterOutcome> {
    let outcome: LetterOutcome = { status: 'waiting' };
    const stream = streamName('forwarding', notificationForwardingId(notification, eventId));
    for await (const recorded of this.store.readStream(stream)) {
      const { data, type } = recordedAs<ForwardingEvents>(recorded);
      if (type === 'ForwardingCompleted') outcome = { status: 'delivered' };
      if (type === 'ForwardingRefused' || type === 'ForwardingCancelled')
        outcome = { status: 'refused', reason: data.reason };
      if (type === 'ForwardingParked') outcome = { status: 'refused', reason: data.failure };
      if (type === 'RedeliveryRequested') outcome = { status: 'waiting' };
    }
    return outcome;
  }
}
