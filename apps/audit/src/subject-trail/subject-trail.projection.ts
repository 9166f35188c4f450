import { isUuid, type EventContext, type RecordedEvent } from '@dittoo/kernel';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';

const group = 'audit.subject-trail';

/**
 * Which events carry or concern which person: positions and names of streams, nothing of what they say. Stays when a
 * person is erased: that the events are there is no secret, and their erased fields are what an audit must show.
 */
@Controller()
export class SubjectTrailProjection {
  @EventPattern<string>('*', { group })
  async recorded(@Payload() event: RecordedEvent, @Ctx() { transaction }: EventContext<EntityManager>): Promise<void> {
    const { eventId, position, revision, stream, type } = event;
    for (const subjectId of subjectsOf(event)) {
      await transaction.query(
        `INSERT INTO audit.subject_trail (subject_id, position, stream, revision, event_id, type, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
        [subjectId, String(position), stream, String(revision), eventId, type, event.metadata.recordedAt],
      );
    }
  }
}

/** Whose data it is, and whom it names besides: an officer's look is in the officer's trail and in the person's. */
const subjectsOf = ({ data, metadata }: RecordedEvent): Set<string> =>
  new Set([metadata.dataSubjectId, data['subjectId']].filter(isUuid).map((id) => id.toLowerCase()));
