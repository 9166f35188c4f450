import { evolveStanding, unrestricted, type DataSubjectEvents } from '@dittoo/contracts';
import { EventStore, recordedAs, streamName, type RecordedEvent, type SubjectId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { advertisingPurposes, consentsOf, notObjected, softOptInOf, type Standing } from './standing.js';

/**
 * Reads what the gate judges from the event store itself, at that moment: a projection can be behind, a stream cannot.
 * If the store does not answer, this throws and the caller holds the item: nothing is sent on what was true earlier.
 */
@Injectable()
export class Standings {
  constructor(private readonly store: EventStore) {}

  async of(subjectId: SubjectId): Promise<Standing> {
    const chosen: RecordedEvent[] = [];
    for await (const recorded of this.store.readStream(streamName('consent', subjectId))) chosen.push(recorded);
    const mailed: RecordedEvent[] = [];
    for await (const recorded of this.store.readStream(streamName('newsletter', subjectId))) mailed.push(recorded);
    const objections: RecordedEvent[] = [];
    let processing = unrestricted;
    for await (const recorded of this.store.readStream(streamName('dataSubject', subjectId))) {
      const event = recordedAs<DataSubjectEvents>(recorded);
      if (event.type === 'ProcessingObjected') objections.push(recorded);
      processing = evolveStanding(processing, event);
    }
    const { consents: given, declined } = consentsOf(chosen);
    const consents = notObjected(given, objections);
    const against = processing.objections.flatMap(({ purposes }) => purposes);
    const unwanted = declined || against.some((purpose) => advertisingPurposes.has(purpose));
    return {
      erased: processing.erasing,
      restricted: processing.restrictions.length > 0,
      objected: against.filter((purpose) => consents[purpose] === undefined),
      consents,
      softOptIn: unwanted ? { status: 'ended' } : softOptInOf(mailed),
    };
  }
}
