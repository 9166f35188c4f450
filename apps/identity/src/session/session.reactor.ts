import type { CustomerEvents } from '@dittoo/contracts';
import type { Delivered } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Sessions } from './sessions.js';

/** Ends every session of a closed account. Safe to repeat. */
@Controller()
export class SessionReactor {
  constructor(private readonly sessions: Sessions) {}

  @Handles('AccountClosed', { group: 'identity.sessions' })
  async accountClosed(@Payload() event: Delivered<CustomerEvents, 'AccountClosed'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId !== null) await this.sessions.endAll(subjectId);
  }
}
