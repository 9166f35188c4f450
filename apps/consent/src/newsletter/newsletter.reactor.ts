import type { CampaignEntryEvents, ConsentEvents, DataSubjectEvents, OrderEvents } from '@dittoo/contracts';
import { asRecorded, isErased, Sealer, streamId, type Delivered } from '@dittoo/kernel';
import { ContactDirectory, SuppressionList } from '@dittoo/personal-data';
import { causedBy, Commands, Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Choices } from '../consent/choices.js';
import { People } from '../person/people.query.js';
import { newsletterDecider } from './newsletter.decider.js';
import { Subscriptions } from './subscriptions.js';

const group = 'consent.newsletter';
/** An objection to one of these purposes is an objection to mailed advertisements. */
const mailed = new Set(['newsletter', 'marketing', 'similarGoods']);

/**
 * Applies events of other streams to advertising mail: a purchase (soft opt-in), a yes in a campaign (confirmed by mail
 * first), an objection, and a customer's new choice.
 *
 * Dies between an append and the checkpoint: the event is redelivered, and handling it twice changes nothing.
 */
@Controller()
export class NewsletterReactor {
  constructor(
    private readonly commands: Commands,
    private readonly subscriptions: Subscriptions,
    private readonly choices: Choices,
    private readonly people: People,
    private readonly contacts: ContactDirectory,
    private readonly suppressions: SuppressionList,
    private readonly sealer: Sealer,
  ) {}

  /** A paid order allows soft opt-in, unless the customer refused advertisements. */
  @Handles('PaymentApproved', { group, reacts: true })
  async sold(@Payload() event: Delivered<OrderEvents, 'PaymentApproved'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    const declined = await this.choices.declined(subjectId, ['newsletter', 'marketing']);
    const command = { type: 'NoteSoftOptIn', orderId: streamId(event.stream), declined } as const;
    await this.commands.execute(newsletterDecider, subjectId, command, causedBy(event, group));
  }

  /** A campaign's form accepts any address, so a person without an account confirms it by mail first. */
  @Handles('CampaignEntered', { group, reacts: true })
  async campaignEntered(@Payload() event: Delivered<CampaignEntryEvents, 'CampaignEntered'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    const { choices, language, noticeDigest, noticeVersion } = event.data;
    const wanted = choices.some(({ given, purpose }) => given && purpose === 'newsletter');
    if (!wanted || (await this.people.isCustomer(subjectId))) return;
    const sealed = asRecorded({ ...event, data: { email: event.data.email } });
    const [opened] = await this.sealer.open([sealed]);
    const { email } = opened!.event.data as { readonly email: unknown };
    if (typeof email !== 'string' || isErased(email)) return;
    const notice = { noticeVersion, noticeDigest, language };
    await this.subscriptions.request(subjectId, email, notice, { ...causedBy(event, group), noticeVersion });
  }

  /** The consents it names are withdrawn by the consent reactor. */
  @Handles('ProcessingObjected', { group, reacts: true })
  async objected(@Payload() event: Delivered<DataSubjectEvents, 'ProcessingObjected'>): Promise<void> {
    if (!event.data.purposes.some((purpose) => mailed.has(purpose))) return;
    await this.subscriptions.endMail(event.metadata.dataSubjectId, 'objection', causedBy(event, group));
  }

  /**
   * A customer says yes in My account, or by confirming a registration, after an unsubscription: mail to the confirmed
   * address is allowed again.
   */
  @Handles('ConsentGiven', { group, reacts: true })
  async given(@Payload() event: Delivered<ConsentEvents, 'ConsentGiven'>): Promise<void> {
    const { method, purpose } = event.data;
    if (purpose !== 'newsletter' || !(method === 'myAccount' || method === 'doubleOptIn')) return;
    const subjectId = event.metadata.dataSubjectId;
    const email = await this.people.confirmedEmailOf(subjectId);
    // Read last: a yes that is handled late must not undo a later no.
    if (email === null || (await this.choices.standsOn(subjectId, 'newsletter')) === null) return;
    await this.suppressions.lift(email);
  }

  @Handles('ConsentWithdrawn', { group, reacts: true })
  async withdrawn(@Payload() event: Delivered<ConsentEvents, 'ConsentWithdrawn'>): Promise<void> {
    await this.endAsContact(event);
  }

  @Handles('ConsentRefused', { group, reacts: true })
  async refused(@Payload() event: Delivered<ConsentEvents, 'ConsentRefused'>): Promise<void> {
    await this.endAsContact(event);
  }

  /** A customer says no in My account: this also ends a newsletter subscription of the same address. */
  private async endAsContact(event: Delivered<ConsentEvents, 'ConsentWithdrawn' | 'ConsentRefused'>): Promise<void> {
    const { method, purpose } = event.data;
    if (purpose !== 'newsletter' || method !== 'myAccount') return;
    const email = await this.people.emailOf(event.metadata.dataSubjectId);
    const contactId = email === null ? null : await this.contacts.find(email);
    if (contactId === null) return;
    const context = { ...causedBy(event, group), dataSubjectId: contactId };
    await this.choices.end(contactId, ['newsletter'], method, context);
  }
}
