import type {
  CampaignEntryEvents,
  CustomerEvents,
  DataSubjectEvents,
  NewsletterEvents,
  OrderEvents,
  RightsRequestEvents,
  SupportCaseEvents,
} from '@dittoo/contracts';
import {
  asRecorded,
  isEnvelope,
  isErased,
  Sealer,
  type AnyDelivered,
  type Delivered,
  type DomainEvent,
} from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SubjectIndex, type SubjectKind } from './subject-index.js';

const group = 'identity.subjectIndex';

type Written =
  | Delivered<OrderEvents, 'OrderPlaced'>
  | Delivered<CampaignEntryEvents, 'CampaignEntered'>
  | Delivered<CustomerEvents, 'CustomerRegistered' | 'PhoneRectified'>
  | Delivered<SupportCaseEvents, 'SupportCaseOpened'>
  | Delivered<NewsletterEvents, 'NewsletterSubscriptionRequested'>
  | Delivered<RightsRequestEvents, 'RightsRequestReceived'>;

const kindOf: Readonly<Record<Written['type'], SubjectKind | null>> = {
  CustomerRegistered: 'customer',
  PhoneRectified: null,
  OrderPlaced: 'guest',
  SupportCaseOpened: 'contact',
  RightsRequestReceived: 'contact',
  NewsletterSubscriptionRequested: 'subscriber',
  CampaignEntered: 'campaignEntrant',
};

/** The fields that hold a telephone number, or a recipient who has one. */
const phoneFields = ['phone', 'recipient'];

/**
 * What people give -> who the shop knows, as what, and by which number. A number is opened here, hashed under a key of the
 * key file, and forgotten.
 *
 * If the process dies before the rows are written, the event is redelivered; a repeated row changes nothing. A number
 * whose key was destroyed meanwhile leaves no mark.
 */
@Controller()
export class SubjectIndexReactor {
  constructor(
    private readonly index: SubjectIndex,
    private readonly sealer: Sealer,
  ) {}

  @Handles(
    [
      'CustomerRegistered',
      'PhoneRectified',
      'OrderPlaced',
      'SupportCaseOpened',
      'RightsRequestReceived',
      'NewsletterSubscriptionRequested',
      'CampaignEntered',
    ],
    { group, reacts: true },
  )
  async written(@Payload() event: Written): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId === null) return;
    const kind = kindOf[event.type];
    if (kind !== null) await this.index.noteKind(subjectId, kind);
    await this.notePhones(event, subjectId);
  }

  @Handles('SubjectKeysDestroyed', { group, reacts: true })
  async destroyed(@Payload() event: Delivered<DataSubjectEvents, 'SubjectKeysDestroyed'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId === null) return;
    await this.index.forgetPhones(
      subjectId,
      event.data.keys.map(({ kid }) => kid),
    );
  }

  private async notePhones(event: AnyDelivered, subjectId: string): Promise<void> {
    const recorded = asRecorded(event);
    for (const field of phoneFields) {
      const sealed = recorded.data[field];
      if (!isEnvelope(sealed)) continue;
      const [opened] = await this.sealer.open<DomainEvent<string, Record<string, unknown>>>([
        { ...recorded, data: { [field]: sealed } },
      ]);
      const phone = phoneIn(opened?.event.data[field]);
      if (phone !== null) await this.index.notePhone(subjectId, phone, sealed.kid);
    }
  }
}

const phoneIn = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || isErased(value) || !('phone' in value)) return null;
  return typeof value.phone === 'string' ? value.phone : null;
};
