import type {
  CampaignEntryEvents,
  CollectionMethod,
  ConsentPurpose,
  CustomerEvents,
  DataSubjectEvents,
  NewsletterEvents,
} from '@dittoo/contracts';
import { DomainError, type Delivered } from '@dittoo/kernel';
import { causedBy, Commands, Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { consentDecider } from './consent.decider.js';
import { historyOf } from './consent.query.js';
import { isAnswer } from './consent.js';
import { recordIdOf } from './record-id.js';
import { People } from '../person/people.query.js';

const group = 'consent.choices';

/**
 * Applies events of other streams to a person's consents: the boxes of a form, a mailed question, an objection, and the
 * erasure.
 *
 * Dies between the append and the checkpoint: the event is redelivered and the stream already holds the result.
 */
@Controller()
export class ConsentReactor {
  constructor(
    private readonly commands: Commands,
    private readonly people: People,
  ) {}

  /** Any address can be typed: until its owner confirms it, a yes is only asked for. */
  @Handles('RegistrationReceived', { group, reacts: true })
  async registrationReceived(@Payload() event: Delivered<CustomerEvents, 'RegistrationReceived'>): Promise<void> {
    const { choices, locale: language, noticeDigest, noticeVersion } = event.data;
    const subjectId = event.metadata.dataSubjectId;
    const asked = (choices ?? [])
      .filter(({ given }) => given)
      .map(({ purpose }) => ({
        ...{ recordId: recordIdOf(subjectId, purpose), purpose, noticeVersion, noticeDigest, language },
        method: methodOf(purpose),
      }));
    if (asked.length === 0) return;
    const context = { ...causedBy(event, group), noticeVersion };
    const command = { type: 'RequestConsents', choices: asked } as const;
    await this.unlessErased(() => this.commands.execute(consentDecider, subjectId, command, context));
  }

  /** The address is confirmed: the answers of the form count. */
  @Handles('ConsentChoicesCollected', { group, reacts: true })
  async choicesCollected(@Payload() event: Delivered<CustomerEvents, 'ConsentChoicesCollected'>): Promise<void> {
    await this.collect(event, event.data.choices, 'registrationForm');
  }

  /** The registration was never confirmed: nobody answers any more. */
  @Handles('RegistrationEnded', { group, reacts: true })
  async registrationEnded(@Payload() event: Delivered<CustomerEvents, 'RegistrationEnded'>): Promise<void> {
    const command = { type: 'LetRequestsExpire', at: event.metadata.recordedAt } as const;
    const subjectId = event.metadata.dataSubjectId;
    await this.unlessErased(() => this.commands.execute(consentDecider, subjectId, command, causedBy(event, group)));
  }

  /** A yes to the newsletter from a person without an account is first confirmed by mail (see newsletter). */
  @Handles('CampaignEntered', { group, reacts: true })
  async campaignEntered(@Payload() event: Delivered<CampaignEntryEvents, 'CampaignEntered'>): Promise<void> {
    const customer = await this.people.isCustomer(event.metadata.dataSubjectId);
    const choices = event.data.choices.filter(({ given, purpose }) => customer || !given || purpose !== 'newsletter');
    await this.collect(event, choices, 'campaignForm');
  }

  @Handles('NewsletterSubscriptionRequested', { group, reacts: true })
  async subscriptionRequested(
    @Payload() event: Delivered<NewsletterEvents, 'NewsletterSubscriptionRequested'>,
  ): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    const { language, noticeDigest, noticeVersion } = event.data;
    const purpose = 'newsletter' as const;
    const recordId = recordIdOf(subjectId, purpose);
    const choice = { recordId, purpose, noticeVersion, noticeDigest, language, method: 'doubleOptIn' as const };
    await this.unlessErased(() =>
      this.commands.execute(
        consentDecider,
        subjectId,
        { type: 'RequestConsents', choices: [choice] },
        causedBy(event, group),
      ),
    );
  }

  @Handles('ProcessingObjected', { group, reacts: true })
  async objected(@Payload() event: Delivered<DataSubjectEvents, 'ProcessingObjected'>): Promise<void> {
    const command = { type: 'EndConsents', purposes: event.data.purposes, method: 'objection' } as const;
    await this.commands.execute(consentDecider, event.metadata.dataSubjectId, command, causedBy(event, group));
  }

  @Handles('SubjectKeysDestroyed', { group, reacts: true })
  async subjectErased(@Payload() event: Delivered<DataSubjectEvents, 'SubjectKeysDestroyed'>): Promise<void> {
    if (event.data.requestId === null) return; // a retention period ended; the person is still a customer
    const subjectId = event.metadata.dataSubjectId;
    await this.commands.execute(consentDecider, subjectId, { type: 'InvalidateConsents' }, causedBy(event, group));
  }

  private async collect(
    event: Delivered<CustomerEvents, 'ConsentChoicesCollected'> | Delivered<CampaignEntryEvents, 'CampaignEntered'>,
    choices: FormEvent['choices'],
    method: CollectionMethod,
  ): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    const { language, noticeDigest, noticeVersion } = event.data;
    const { history } = await this.commands.load(consentDecider, subjectId);
    // A new customer has no earlier answers; for a campaign, count the answers given by the time of its form.
    const before = (purpose: ConsentPurpose): number =>
      method === 'registrationForm'
        ? 0
        : historyOf(history, purpose).filter(
            (said) => isAnswer(said.event) && said.recorded.metadata.recordedAt < event.metadata.recordedAt,
          ).length;
    const collected = choices.map(({ given, purpose }) => {
      const recordId = recordIdOf(subjectId, purpose);
      const how = method === 'registrationForm' && given ? methodOf(purpose) : method;
      const choice = { recordId, purpose, noticeVersion, noticeDigest, language, method: how };
      return { given, choice, answers: before(purpose) };
    });
    const context = { ...causedBy(event, group), noticeVersion };
    await this.unlessErased(() =>
      this.commands.execute(consentDecider, subjectId, { type: 'CollectChoices', choices: collected }, context),
    );
  }

  /** An event from before the erasure that is handled after it changes nothing. */
  private async unlessErased(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'subject-erased')) throw error;
    }
  }
}

/** The mail that confirms a registration names the newsletter: its link is the second yes to it. */
const methodOf = (purpose: ConsentPurpose): CollectionMethod =>
  purpose === 'newsletter' ? 'doubleOptIn' : 'registrationForm';

type FormEvent = CustomerEvents['ConsentChoicesCollected'];
