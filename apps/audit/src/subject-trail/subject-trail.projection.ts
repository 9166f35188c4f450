import { asRecorded, isUuid, type AnyDelivered, type EventContext, type RecordedEvent } from '@dittoo/kernel';
import { Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';

const group = 'audit.subject-trail';

const addRows = `
INSERT INTO audit.subject_trail (subject_id, position, stream, revision, event_id, type, recorded_at)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::bigint[], $5::uuid[], $6::text[], $7::timestamptz[])
ON CONFLICT DO NOTHING`;

/**
 * The events that contain or concern each person: positions and stream names, no contents. The rows stay when a person
 * is erased: the existence of the events is not personal, and an audit must show their erased fields.
 */
@Controller()
export class SubjectTrailProjection {
  @Handles('*', { group })
  recorded(@Payload() event: AnyDelivered, @Ctx() { gather }: EventContext): void {
    const { eventId, metadata, position, revision, stream, type } = event;
    for (const subjectId of subjectsOf(asRecorded(event))) {
      gather(addRows, [subjectId, String(position), stream, String(revision), eventId, type, metadata.recordedAt]);
    }
  }
}

/**
 * The data subject and any other person the event names: an officer's view is in the officer's trail and in the
 * person's.
 */
const subjectsOf = ({ data, metadata }: RecordedEvent): Set<string> =>
  new Set([metadata.dataSubjectId, data['subjectId']].filter(isUuid).map((id) => id.toLowerCase()));
