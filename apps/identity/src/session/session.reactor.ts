import type { DataSubjectEvents } from '@dittoo/contracts';
import type { Delivered } from '@dittoo/kernel';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Sessions } from './sessions.js';

/** The erasure of a person begins -> nobody is signed in as them any more. Repeating it changes nothing. */
@Controller()
export class SessionReactor {
  constructor(private readonly sessions: Sessions) {}

  @EventPattern('ErasureRequested', { group: 'identity.sessions' })
  async erasureRequested(@Payload() event: Delivered<DataSubjectEvents, 'ErasureRequested'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId !== null) await this.sessions.endAll(subjectId);
  }
}
