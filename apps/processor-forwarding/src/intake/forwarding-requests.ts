import type { ForwardingIntent } from '@dittoo/contracts';
import { derivedId, type Gather, type OrderId, type SubjectId } from '@dittoo/kernel';
import { causedBy, Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { forwardingDecider, type ForwardingCommand } from '../ledger/forwarding.decider.js';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import type { NewItem, PurposeFields, QueuedNotification } from '../queue/item.js';
import { QueueIntake } from '../queue/queue-intake.js';
import { queueTablesOf, type QueueTables } from '../queue/queue-tables.js';

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

/** An intent that is on record, and is to be queued in the transaction of the event that asks. */
export interface RequestedItem {
  readonly tables: QueueTables;
  readonly item: NewItem;
}

/**
 * Appends `ForwardingRequested`, outside any transaction; the item goes into the lane of the person it concerns with the
 * rows of the page. Dies between the two: the event comes again, the stream has its answer already, the row is written
 * then.
 */
@Injectable()
export class ForwardingRequests {
  constructor(
    private readonly commands: Commands,
    private readonly intake: QueueIntake,
  ) {}

  /** @returns what is to be queued; nothing for a processor without a queue */
  async request(event: Cause, subjectId: SubjectId, intent: Intent): Promise<RequestedItem[]> {
    const { processorId, kind, key, orderId, purposes } = intent;
    const { refundId = null, requestId = null, notification = null } = intent;
    const forwardingId = forwardingIdOf(processorId, kind, key);
    const fields = purposes.flatMap((part) => part.fields);
    const cause = causedBy(event, intakeGroup);
    const command = { type: 'RequestForwarding', processorId, intent: kind, orderId, fields } as const;
    const requested = await this.commands.begin(forwardingDecider, forwardingId, command, cause);
    const tables = queueTablesOf(processorId);
    if (tables === null) {
      // A second append to the same stream for the same event needs a cause of its own.
      const context = { ...cause, causationId: derivedId(cause.causationId, requestId === null ? 'refused' : 'answered') }; // prettier-ignore
      await this.commands.execute(forwardingDecider, forwardingId, unsendable(fields, requestId), context, requested);
      return [];
    }
    const { noticeVersion, correlationId, traceparent } = cause;
    const payload = { purposes, refundId, requestId, notification, noticeVersion, correlationId, traceparent };
    return [{ tables, item: { intentId: forwardingId, forwardingId, subjectId, orderId, kind, payload } }];
  }

  /** @param requested what the reactor of the event returned */
  queue(gather: Gather, requested: readonly RequestedItem[] | undefined): void {
    for (const { item, tables } of onRecord(requested)) this.intake.gather(gather, tables, item);
  }
}

/** @throws Error the event's rows are written although nothing acted on it: it must not be passed over */
export const onRecord = (requested: readonly RequestedItem[] | undefined): readonly RequestedItem[] => {
  if (requested === undefined) throw new Error('nothing was put on record for this event');
  return requested;
};

/** A processor without a queue can be sent nothing, so it holds nothing either. */
const unsendable = (fields: readonly string[], requestId: string | null): ForwardingCommand =>
  requestId === null
    ? { type: 'RefuseForwarding', reason: 'unknownProcessor', fields, purpose: null, consentRecordId: null }
    : { type: 'AnswerErasure', requestId, answer: 'acknowledged', reason: 'nothingHeld' };
