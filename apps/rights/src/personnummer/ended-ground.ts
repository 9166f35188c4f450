import { derivedId, type Uuid } from '@dittoo/kernel';
import { Commands, systemContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { dataSubjectDecider } from '../data-subject/data-subject.decider.js';
import { Customers } from '../person/customers.query.js';
import { PersonnummerConsent } from './personnummer-consent.query.js';

/** Says that nothing needs a personnummer any more; identity then removes it. */
@Injectable()
export class PersonnummerGround {
  constructor(
    private readonly commands: Commands,
    private readonly customers: Customers,
    private readonly consent: PersonnummerConsent,
  ) {}

  /** Nothing where there is no number, or a consent carries it still. Said once of each number. */
  async end(subjectId: Uuid): Promise<void> {
    const customer = await this.customers.of(subjectId);
    const ground = customer?.personnummer?.ground;
    if (customer === null || ground === undefined) return;
    if (ground === 'consent' && (await this.consent.stands(subjectId))) return;
    const { personnummerRemovals: afterRemovals } = customer;
    const reason = ground === 'consent' ? 'consentWithdrawn' : 'groundEnded';
    const cause = derivedId(
      'personnummerGroundEnded',
      subjectId,
      String(afterRemovals),
      customer.numberKeys.at(-1) ?? '',
    );
    const command = { type: 'EndPersonnummerGround', reason, afterRemovals } as const;
    const context = systemContext('rights.personnummer', subjectId, cause);
    await this.commands.execute(dataSubjectDecider, subjectId, command, context);
  }
}
