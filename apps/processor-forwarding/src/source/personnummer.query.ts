import { EventStore, streamName, type RecordedEvent, type SubjectId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { SealedValues, type Opened } from './sealed-values.query.js';

/** Reads a person's number from their stream, at the moment of the attempt. */
@Injectable()
export class Personnummers {
  constructor(
    private readonly store: EventStore,
    private readonly sealed: SealedValues,
  ) {}

  /** The number recorded last. `null` = none, removed, or its key is destroyed. */
  async current(subjectId: SubjectId): Promise<Opened<string> | null> {
    let last: RecordedEvent | null = null;
    for await (const recorded of this.store.readStream(streamName('customer', subjectId))) {
      if (recorded.type === 'PersonnummerRecorded') last = recorded;
      if (recorded.type === 'PersonnummerRemoved') last = null;
    }
    return last === null ? null : this.sealed.open<string>(last, 'number');
  }
}
