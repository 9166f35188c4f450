import { evolveStanding, unrestricted, type DataSubjectEvents } from '@dittoo/contracts';
import { EventStore, recordedAs, streamName, type RecordedEvent, type SubjectId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { readWhole } from '../source/streams.js';
import { advertisingPurposes, consentsOf, notObjected, softOptInOf, type Standing } from './standing.js';

/**
 * Reads what the gate judges from the event store itself, at that moment: a projection can be behind, a stream cannot.
 * If the store does not answer, this throws and the caller holds the item: nothing is sent on what was true earlier.
 */
@Injectable()
export class Standings {
  constructor(private readonly store: EventStore) {}

  async of(subjectId: SubjectId): Promise<Standing> {
    const read = (category: string) => readWhole(this.store, streamName(category, subjectId));
    const [chosen, mailed, ofPerson] = await Promise.all([read('consent'), read('newsletter'), read('dataSubject')]);
    const objections: RecordedEvent[] = [];
    let processing = unrestricted;
    for (const recorded of ofPerson) {
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
