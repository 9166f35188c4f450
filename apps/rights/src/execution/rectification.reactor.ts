import type { CustomerEvents } from '@dittoo/contracts';
import { derivedId, type Delivered } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { causedBy, Commands, Handles } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Recipients } from '../recipients/recipients.query.js';
import { notSupportedBy } from './notification.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';

const group = 'rights.rectification';

type Rectified<Type extends keyof CustomerEvents & string> = Delivered<CustomerEvents, Type>;

/**
 * A person corrected a value themselves -> every recipient that must correct the old value is an officer's task
 * (art. 19). It is no request, and the person gets no letter about it. Without such recipients nothing is recorded. The recipients are read from the disclosure ledger's streams, to their end. It is one
 * append: it happens as a whole, or the event is redelivered.
 */
@Controller()
export class RectificationReactor {
  constructor(
    private readonly commands: Commands,
    private readonly recipients: Recipients,
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
    // An officer's correction belongs to a request, which notifies the recipients.
    if (event.metadata.actor.kind !== 'dataSubject') return;
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId === null) return;
    const holders = await this.recipients.ofCorrection(subjectId, fields);
    if (holders.length === 0) return;
    const { noticeVersion } = this.register;
    const answers = notSupportedBy(holders);
    await this.commands.execute(
      rightsRequestDecider,
      derivedId('rectification', event.eventId),
      (now) => ({ type: 'NoteOwnCorrection', fields, now, answers }) as const,
      { ...causedBy(event, group), noticeVersion },
    );
  }
}
