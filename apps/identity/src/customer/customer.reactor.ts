import type { CustomerEvents, DataSubjectEvents, RightsRequestEvents } from '@dittoo/contracts';
import { asRecorded, isErased, readable, Sealer, type Delivered, type DomainEvent } from '@dittoo/kernel';
import { EmailIndex } from '@dittoo/personal-data';
import { causedBy, Commands, Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Addresses } from './addresses.js';
import { customerDecider } from './customer.decider.js';
import { profileOf } from './customer.js';
import { PersonnummerConsent } from './personnummer-consent.query.js';

const group = 'identity.customers';

type CorrectionDecided = DomainEvent<'CorrectionDecided', RightsRequestEvents['CorrectionDecided']>;

/**
 * Applies decisions of rights about a person to their account.
 *
 * Acts before the transaction of the rows. Dies between append and checkpoint: the event comes again, the stream already
 * holds its answer.
 */
@Controller()
export class CustomerReactor {
  constructor(
    private readonly commands: Commands,
    private readonly sealer: Sealer,
    private readonly consent: PersonnummerConsent,
    private readonly emails: EmailIndex,
    private readonly addresses: Addresses,
  ) {}

  /** The fence: nothing personal is recorded from here on. Rights waits for `AccountClosed` before it destroys keys. */
  @Handles('ErasureRequested', { group, reacts: true })
  async erasureRequested(@Payload() event: Delivered<DataSubjectEvents, 'ErasureRequested'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    const command = { type: 'CloseAccount', requestId: event.data.requestId } as const;
    await this.commands.execute(customerDecider, subjectId, command, causedBy(event, group));
  }

  @Handles('CorrectionDecided', { group, reacts: true })
  async correctionDecided(@Payload() event: Delivered<RightsRequestEvents, 'CorrectionDecided'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    const [opened] = await this.sealer.open<CorrectionDecided>([asRecorded(event)]);
    const changes = opened?.event.data.changes;
    if (changes === undefined || isErased(changes)) return;
    const { state } = await this.commands.load(customerDecider, subjectId);
    if (state.status !== 'registered') return;
    const context = { ...causedBy(event, group), actor: event.metadata.actor };
    await this.commands.execute(customerDecider, subjectId, { type: 'RectifyProfile', changes }, context);
  }

  @Handles('PersonnummerGroundEnded', { group, reacts: true })
  async personnummerGroundEnded(
    @Payload() event: Delivered<DataSubjectEvents, 'PersonnummerGroundEnded'>,
  ): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    const consentStands = await this.consent.stands(subjectId);
    const command = { type: 'EndPersonnummer', ...event.data, consentStands } as const;
    await this.commands.execute(customerDecider, subjectId, command, causedBy(event, group));
  }

  /** Completes a confirmation that died half way, and ends the registrations that waited for the same address. */
  @Handles('EmailConfirmed', { group, reacts: true })
  async emailConfirmed(@Payload() event: Delivered<CustomerEvents, 'EmailConfirmed'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    const { state } = await this.commands.load(customerDecider, subjectId);
    const email = readable(profileOf(state)?.email, null);
    if (email === null) return;
    await this.emails.keepOnly(subjectId, email);
    await this.addresses.endOthers(email, subjectId, (other) => ({ ...causedBy(event, group), dataSubjectId: other }));
  }

  /** The time to confirm a registration is over and its keys are gone: its stream says so. */
  @Handles('SubjectKeysDestroyed', { group, reacts: true })
  async keysDestroyed(@Payload() event: Delivered<DataSubjectEvents, 'SubjectKeysDestroyed'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    const context = causedBy(event, group);
    await this.commands.execute(customerDecider, subjectId, { type: 'EndRegistration' }, context);
  }
}
