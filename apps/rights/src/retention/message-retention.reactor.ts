import type {
  CampaignEntryEvents,
  CommentEvents,
  LegalHoldEvents,
  OfficerAccessEvents,
  SupportCaseEvents,
} from '@dittoo/contracts';
import { streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { RetentionDays } from './retention-days.js';
import { keepUntil, moveLastDay } from './retention-rows.js';

const group = 'rights.retention';

type Context = EventContext<EntityManager>;
type Message = Pick<Delivered<SupportCaseEvents>, 'stream' | 'eventId' | 'metadata'>;

/** What a person tells the shop -> until when its key is kept: each message for itself, a comment until it is deleted. */
@Controller()
export class MessageRetentionReactor {
  constructor(private readonly days: RetentionDays) {}

  @EventPattern<string>('SupportCaseOpened', { group })
  opened(@Payload() event: Message, @Ctx() context: Context): Promise<void> {
    return this.message(event, context);
  }

  @EventPattern<string>('SupportMessageReceived', { group })
  received(@Payload() event: Message, @Ctx() context: Context): Promise<void> {
    return this.message(event, context);
  }

  @EventPattern<string>('SupportReplied', { group })
  replied(@Payload() event: Message, @Ctx() context: Context): Promise<void> {
    return this.message(event, context);
  }

  /** Why an officer looked: the officer's words, in a key of their own. */
  @EventPattern<string>('SubjectHistoryViewed', { group })
  viewed(
    @Payload() event: Delivered<OfficerAccessEvents, 'SubjectHistoryViewed'>,
    @Ctx() context: Context,
  ): Promise<void> {
    return this.message(event, context);
  }

  @EventPattern<string>('LegalHoldRequested', { group })
  holdRequested(
    @Payload() { data, metadata, stream }: Delivered<LegalHoldEvents, 'LegalHoldRequested'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    // As long after the hold as a message is kept.
    const lastDay = this.days.lastDay('support', data.expiresAt);
    return keepUntil(transaction, metadata.dataSubjectId!, 'contact', streamId(stream), lastDay);
  }

  @EventPattern<string>('CommentPosted', { group })
  posted(@Payload() event: Delivered<CommentEvents, 'CommentPosted'>, @Ctx() { transaction }: Context): Promise<void> {
    return keepUntil(transaction, event.metadata.dataSubjectId!, 'engagement', streamId(event.stream), null);
  }

  @EventPattern<string>('CommentDeleted', { group })
  deleted(
    @Payload() { metadata, stream }: Delivered<CommentEvents, 'CommentDeleted'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    return moveLastDay(transaction, 'engagement', streamId(stream), this.days.overAt(metadata.recordedAt));
  }

  @EventPattern<string>('CampaignEntered', { group })
  entered(
    @Payload() { metadata, stream }: Delivered<CampaignEntryEvents, 'CampaignEntered'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    const lastDay = this.days.lastDay('advertising', metadata.recordedAt);
    return keepUntil(transaction, metadata.dataSubjectId!, 'advertising', streamId(stream), lastDay);
  }

  private message({ eventId, metadata }: Omit<Message, 'stream'>, { transaction }: Context): Promise<void> {
    const lastDay = this.days.lastDay('support', metadata.recordedAt);
    return keepUntil(transaction, metadata.dataSubjectId!, 'support', eventId, lastDay);
  }
}
