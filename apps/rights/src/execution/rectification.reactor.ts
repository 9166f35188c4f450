import type { CustomerEvents } from '@dittoo/contracts';
import { Clock, derivedId, type Delivered, type EventContext } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { causedBy, Commands } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { Recipients } from '../recipients/recipients.query.js';
import { notSupportedBy } from './notification.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import { requestDueAt } from '../rights-request/swedish-calendar.js';

/** The group that takes in the disclosure ledger: what left before a correction in the log is known here. */
const group = 'rights.requests';

type Context = EventContext<EntityManager>;
type Rectified<Type extends keyof CustomerEvents & string> = Delivered<CustomerEvents, Type>;

/**
 * A person corrected something themselves -> every recipient that holds the old value is to be told (art. 19). Where
 * nobody does, nothing is said. One append: it happened as a whole, or the event comes again.
 */
@Controller()
export class RectificationReactor {
  constructor(
    private readonly commands: Commands,
    private readonly recipients: Recipients,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @EventPattern<string>('NameRectified', { group })
  name(@Payload() event: Rectified<'NameRectified'>, @Ctx() context: Context): Promise<void> {
    return this.tell(event, ['givenName', 'familyName'], context);
  }

  @EventPattern<string>('PhoneRectified', { group })
  phone(@Payload() event: Rectified<'PhoneRectified'>, @Ctx() context: Context): Promise<void> {
    return this.tell(event, ['phone'], context);
  }

  @EventPattern<string>('AddressRectified', { group })
  address(@Payload() event: Rectified<'AddressRectified'>, @Ctx() context: Context): Promise<void> {
    return this.tell(event, ['street', 'postalCode', 'city', 'country'], context);
  }

  @EventPattern<string>('EmailRectified', { group })
  email(@Payload() event: Rectified<'EmailRectified'>, @Ctx() context: Context): Promise<void> {
    return this.tell(event, ['email'], context);
  }

  private async tell(
    event:
      | Rectified<'NameRectified'>
      | Rectified<'PhoneRectified'>
      | Rectified<'AddressRectified'>
      | Rectified<'EmailRectified'>,
    fields: readonly string[],
    { transaction }: Context,
  ): Promise<void> {
    // An officer's correction answers a request, and that one tells the recipients.
    if (event.metadata.actor.kind !== 'dataSubject') return;
    const holders = await this.recipients.of(event.metadata.dataSubjectId!, fields, transaction);
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
