import type { CustomerEvents } from '@dittoo/contracts';
import { Clock, derivedId, type Delivered } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { causedBy, Commands, Handles } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Recipients } from '../recipients/recipients.query.js';
import { notSupportedBy } from './notification.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import { requestDueAt } from '../rights-request/swedish-calendar.js';

const group = 'rights.rectification';

type Rectified<Type extends keyof CustomerEvents & string> = Delivered<CustomerEvents, Type>;

/**
 * A person corrected something themselves -> every recipient that holds the old value is to be told (art. 19). Where
 * nobody does, nothing is said. Who holds it is read from the streams of the ledger, to their end. One append: it
 * happened as a whole, or the event comes again.
 */
@Controller()
export class RectificationReactor {
  constructor(
    private readonly commands: Commands,
    private readonly recipients: Recipients,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Handles('NameRectified', { group, reacts: true })
  name(@Payload() event: Rectified<'NameRectified'>): Promise<void> {
    return this.tell(event, ['givenName', 'familyName']);
  }

  @Handles('PhoneRectified', { group, reacts: true })
  phone(@Payload() event: Rectified<'PhoneRectified'>): Promise<void> {
    return this.tell(event, ['phone']);
  }

  @Handles('AddressRectified', { group, reacts: true })
  address(@Payload() event: Rectified<'AddressRectified'>): Promise<void> {
    return this.tell(event, ['street', 'postalCode', 'city', 'country']);
  }

  @Handles('EmailRectified', { group, reacts: true })
  email(@Payload() event: Rectified<'EmailRectified'>): Promise<void> {
    return this.tell(event, ['email']);
  }

  private async tell(
    event:
      | Rectified<'NameRectified'>
      | Rectified<'PhoneRectified'>
      | Rectified<'AddressRectified'>
      | Rectified<'EmailRectified'>,
    fields: readonly string[],
  ): Promise<void> {
    // An officer's correction answers a request, and that one tells the recipients.
    if (event.metadata.actor.kind !== 'dataSubject') return;
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId === null) return;
    const holders = await this.recipients.of(subjectId, fields);
    if (holders.length === 0) return;
    const now = this.clock.now();
    const { noticeVersion } = this.register;
    await this.commands.execute(
      rightsRequestDecider,
      derivedId('rectification', event.eventId),
      {
        type: 'RecordRectification',
        kind: 'rectification',
        detail: null,
        dueAt: requestDueAt(now),
        noticeVersion,
        now,
        answers: notSupportedBy(holders),
      },
      { ...causedBy(event, group), noticeVersion },
    );
  }
}
