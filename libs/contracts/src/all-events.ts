import type { AccountEvents } from './account.events.js';
import type { AttentionEvents } from './attention.events.js';
import type { ConsentEvents } from './consent.events.js';
import type { CustomerEvents } from './customer.events.js';
import type { DataSubjectEvents } from './data-subject.events.js';
import type { CampaignEntryEvents, CommentEvents, SupportCaseEvents } from './engagement.events.js';
import type { ForwardingEvents } from './forwarding.events.js';
import type { LegalHoldEvents } from './legal-hold.events.js';
import type { NewsletterEvents } from './newsletter.events.js';
import type { OfficerAccessEvents } from './officer-access.events.js';
import type { OrderEvents } from './order.events.js';
import type { ProcessorEvents } from './processor.events.js';
import type { RightsRequestEvents } from './rights-request.events.js';

/** Every event of the house by its type; `schemaMap` has an entry for each. */
export interface AllEvents
  extends
    CustomerEvents,
    DataSubjectEvents,
    AccountEvents,
    ConsentEvents,
    NewsletterEvents,
    OrderEvents,
    CommentEvents,
    SupportCaseEvents,
    CampaignEntryEvents,
    ForwardingEvents,
    ProcessorEvents,
    RightsRequestEvents,
    OfficerAccessEvents,
    LegalHoldEvents,
    AttentionEvents {}

declare module '@dittoo/kernel' {
  // Entered here, so that what is generic over the events (`Handles`) knows them without importing them.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface is what can be added to
  interface EventTypes extends AllEvents {}
}
