import type { CustomerEvents } from '@dittoo/contracts';
import type { Delivered } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Sessions } from './sessions.js';

/**
 * An account is closed -> nobody is signed in to it any more, and nobody can sign in again. Deletes rows of its own, before
 * the transaction of the group; safe to repeat.
 */
@Controller()
export class SessionReactor {
  constructor(private readonly sessions: Sessions) {}

  @Handles('AccountClosed', { group: 'identity.sessions', reacts: true })
  async accountClosed(@Payload() event: Delivered<CustomerEvents, 'AccountClosed'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId !== null) await this.sessions.endAll(subjectId);
  }
}
