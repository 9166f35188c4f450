import type { ForwardingIntent } from '@dittoo/contracts';
import { derivedId, type ForwardingId, type OrderId, type RequestId, type SubjectId } from '@dittoo/kernel';
import { causedBy, Commands, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { forwardingDecider, type ForwardingCommand } from '../ledger/forwarding.decider.js';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import type { PurposeFields, QueuedNotification } from '../queue/item.js';
import { QueueIntake } from '../queue/queue-intake.js';
import { queueTablesOf } from '../queue/queue-tables.js';

/** One group for all intents, so that an erasure keeps its place among them. */
export const intakeGroup = 'forwarding.intake';

type Cause = Parameters<typeof causedBy>[0];

/** What is asked of a processor. */
export interface Intent {
  readonly processorId: string;
  readonly kind: ForwardingIntent;
  /** What the intent is about: with processor and kind it identifies the forwarding. */
  readonly key: string;
  readonly orderId: OrderId | null;
  readonly purposes: readonly PurposeFields[];
  readonly refundId?: string;
  readonly requestId?: string;
  readonly notification?: QueuedNotification;
}

/**
 * Appends `ForwardingRequested`, then queues the intent in the lane of the person it concerns, in the transaction of the
 * event that asks. Dies between the two: the event comes again, the stream holds its answer already, the row is written
 * now.
 */
@Injectable()
export class ForwardingRequests {
  constructor(
    private readonly commands: Commands,
    private readonly intake: QueueIntake,
  ) {}

  async request(event: Cause, subjectId: SubjectId, transaction: EntityManager, intent: Intent): Promise<void> {
    const { processorId, kind, key, orderId, purposes } = intent;
    const { refundId = null, requestId = null, notification = null } = intent;
    const forwardingId = forwardingIdOf(processorId, kind, key);
    const fields = purposes.flatMap((part) => part.fields);
    const cause = causedBy(event, intakeGroup);
    await this.execute(forwardingId, { type: 'RequestForwarding', processorId, intent: kind, orderId, fields }, cause);
    const tables = queueTablesOf(processorId);
    if (tables === null) return this.endUnsendable(forwardingId, fields, requestId, cause);
    const { noticeVersion, correlationId, traceparent } = cause;
    await this.intake.enqueue(transaction, tables, {
      intentId: forwardingId,
      forwardingId,
      subjectId,
      orderId,
      kind,
      payload: { purposes, refundId, requestId, notification, noticeVersion, correlationId, traceparent },
    });
  }

  /** Removes what is queued for the subject and has not left, at one processor. */
  async cancelDisclosures(
    event: Cause,
    subjectId: SubjectId,
    transaction: EntityManager,
    processorId: string,
  ): Promise<void> {
    const tables = queueTablesOf(processorId);
    if (tables === null) return;
    for (const forwardingId of await this.intake.cancelDisclosures(transaction, tables, subjectId)) {
      const command = { type: 'CancelForwarding', reason: 'subjectErased' } as const;
      await this.execute(forwardingId, command, causedBy(event, intakeGroup));
    }
  }

  /** A processor without a queue can be sent nothing, so it holds nothing either. */
  private async endUnsendable(
    forwardingId: ForwardingId,
    fields: readonly string[],
    requestId: RequestId | null,
    cause: CommandContext,
  ): Promise<void> {
    const step = requestId === null ? 'refused' : 'answered';
    // A second append to the same stream for the same event needs a cause of its own.
    const context = { ...cause, causationId: derivedId(cause.causationId, step) };
    const command: ForwardingCommand =
      requestId === null
        ? { type: 'RefuseForwarding', reason: 'unknownProcessor', fields, purpose: null, consentRecordId: null }
        : { type: 'AnswerErasure', requestId, answer: 'acknowledged', reason: 'nothingHeld' };
    await this.execute(forwardingId, command, context);
  }

  private async execute(
    forwardingId: ForwardingId,
    command: ForwardingCommand,
    context: CommandContext,
  ): Promise<void> {
    await this.commands.execute(forwardingDecider, forwardingId, command, context);
  }
}
