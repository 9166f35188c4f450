import { derivedId } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import { Customers } from '../person/customers.query.js';
import { RequestsInFlight } from '../rights-request/requests-in-flight.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import { requestDueAt } from '../rights-request/swedish-calendar.js';
import { retentionActor } from './ended-periods.js';

/** Requests the erasure of an account that was unused for too long. Safe to repeat. */
@Injectable()
export class ErasureByRetention {
  constructor(
    private readonly commands: Commands,
    private readonly inFlight: RequestsInFlight,
    private readonly customers: Customers,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  async request(subjectId: string, announcedFor: string): Promise<void> {
    const own = derivedId('inactivityErasure', subjectId, announcedFor);
    const likeness = this.inFlight.likeness('erasure', null);
    if ((await this.inFlight.idFor(subjectId, likeness, own)) !== own) return;
    const { noticeVersion } = this.register;
    // Nobody asked, but the person is told when it is done.
    const address = await this.customers.answerAddress(subjectId);
    await this.commands.execute(
      rightsRequestDecider,
      own,
      (now) => ({
        type: 'ReceiveRequest' as const,
        kind: 'erasure' as const,
        detail: null,
        noticeVersion,
        dueAt: requestDueAt(now),
        identifiedBy: 'retentionPeriod' as const,
        ...(address === null ? {} : { address }),
      }),
      {
        dataSubjectId: subjectId,
        actor: { kind: 'system', id: retentionActor },
        correlationId: own,
        causationId: own,
        traceparent: null,
        noticeVersion,
      },
    );
  }
}
