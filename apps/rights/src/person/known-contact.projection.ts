import type { CampaignEntryEvents, NewsletterEvents, SupportCaseEvents } from '@dittoo/contracts';
import type { Delivered, EventContext } from '@dittoo/kernel';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { KnownContact } from './known-contact.entity.js';

/** The group that judges requests: what came before one in the log is known when it is judged. */
const group = 'rights.requests';

type Context = EventContext<EntityManager>;

/** First words of who is known by an address -> `rights.known_contact`: is anything held beside the request itself? */
@Controller()
export class KnownContactProjection {
  @EventPattern<string>('NewsletterSubscriptionRequested', { group })
  subscribed(
    @Payload() event: Delivered<NewsletterEvents, 'NewsletterSubscriptionRequested'>,
    @Ctx() context: Context,
  ): Promise<void> {
    return know(event, context);
  }

  @EventPattern<string>('SupportCaseOpened', { group })
  wrote(@Payload() event: Delivered<SupportCaseEvents, 'SupportCaseOpened'>, @Ctx() context: Context): Promise<void> {
    return know(event, context);
  }

  @EventPattern<string>('CampaignEntered', { group })
  entered(@Payload() event: Delivered<CampaignEntryEvents, 'CampaignEntered'>, @Ctx() context: Context): Promise<void> {
    return know(event, context);
  }
}

const know = async (event: Pick<Delivered<NewsletterEvents>, 'metadata'>, { transaction }: Context): Promise<void> => {
  const subjectId = event.metadata.dataSubjectId;
  if (subjectId === null) return;
  await transaction.createQueryBuilder().insert().into(KnownContact).values({ subjectId }).orIgnore().execute();
};
