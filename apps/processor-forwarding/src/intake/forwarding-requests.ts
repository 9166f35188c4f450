import type { ForwardingIntent } from '@dittoo/contracts';
import { derivedId, type Uuid } from '@dittoo/kernel';
import { causedBy, Commands, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import { LaneIntake, type QueuedLetter } from '../queue/queue-intake.js';
import { tableSetOf } from '../queue/queue-tables.js';
import { forwardingDecider, type ForwardingCommand } from '../ledger/forwarding.decider.js';
import type { PurposeFields } from '../payment/payment-fields.js';

type Cause = Parameters<typeof causedBy>[0];

export interface Intent {
  readonly processorId: string;
  readonly kind: ForwardingIntent;
  /** What the intent is about: with processor and kind it names the forwarding. */
  readonly key: string;
  readonly orderId: Uuid | null;
  readonly purposes: readonly PurposeFields[];
  readonly refundId?: string;
  readonly requestId?: string;
  readonly letter?: QueuedLetter;
}

/**
 * Says what is asked of a processor, then queues it in the lane of the person it concerns, in the transaction of the
 * event that asks. Dies between the two: the event comes again, the stream holds its answer already.
 */
@Injectable()
export class IntentReactor {
  constructor(
    private readonly commands: Commands,
    private readonly intake: LaneIntake,
  ) {}

  /** @param group whose reaction this is: its name goes into the trail */
  async ask(event: Cause, transaction: EntityManager, group: string, intent: Intent): Promise<void> {
    const { processorId, kind, key, orderId, purposes, refundId = null, requestId = null, letter = null } = intent;
    const forwardingId = forwardingIdOf(processorId, kind, key);
    const fields = purposes.flatMap((part) => part.fields);
    const cause = causedBy(event, group);
    await this.say(forwardingId, { type: 'RequestForwarding', processorId, intent: kind, orderId, fields }, cause);
    const tables = tableSetOf(processorId);
    if (tables === null) {
      // A processor without a queue cannot be sent anything, so it holds nothing.
      if (requestId !== null) await this.answerNothingHeld(forwardingId, requestId, cause);
      else await this.say(forwardingId, refusedUnknown(fields), next(cause, 'refused'));
      return;
    }
    await this.intake.enqueue(transaction, tables, {
      intentId: forwardingId,
      forwardingId,
      subjectId: cause.dataSubjectId!,
      orderId,
      kind,
      payload: {
        purposes,
        refundId,
        requestId,
        letter,
        noticeVersion: cause.noticeVersion,
        correlationId: cause.correlationId,
        traceparent: cause.traceparent,
      },
    });
  }

  private async answerNothingHeld(forwardingId: Uuid, requestId: string, cause: CommandContext): Promise<void> {
    const answer = { answer: 'acknowledged', reason: 'nothingHeld' } as const;
    await this.say(forwardingId, { type: 'AnswerErasure', requestId, ...answer }, next(cause, 'answered'));
  }

  async say(forwardingId: Uuid, command: ForwardingCommand, context: CommandContext): Promise<void> {
    await this.commands.execute(forwardingDecider, forwardingId, command, context);
  }
}

const refusedUnknown = (fields: readonly string[]): ForwardingCommand => ({
  type: 'RefuseForwarding',
  reason: 'unknownProcessor',
  fields,
  purpose: null,
  consentRecordId: null,
});

/** A second saying to the same stream for the same event needs a cause of its own. */
const next = (cause: CommandContext, step: string): CommandContext => ({
  ...cause,
  causationId: derivedId(cause.causationId, step),
});
