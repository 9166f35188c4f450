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
 * Which events carry or concern which person: positions and names of streams, nothing of what they say. Stays when a
 * person is erased: that the events are there is no secret, and their erased fields are what an audit must show.
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

/** Whose data it is, and whom it names besides: an officer's look is in the officer's trail and in the person's. */
const subjectsOf = ({ data, metadata }: RecordedEvent): Set<string> =>
  new Set([metadata.dataSubjectId, data['subjectId']].filter(isUuid).map((id) => id.toLowerCase()));
