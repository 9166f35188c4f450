import { EventStore, streamName, type RecordedEvent, type SubjectId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { SealedValues, type Opened } from './sealed-values.query.js';
import { readWhole } from './streams.js';

/** Reads a person's number from their stream, at the moment of the attempt. */
@Injectable()
export class Personnummers {
  constructor(
    private readonly store: EventStore,
    private readonly sealed: SealedValues,
  ) {}

  /** Where the number recorded last is, still sealed; `null` = there is none, or it was removed. */
  async read(subjectId: SubjectId): Promise<RecordedEvent | null> {
    const events = await readWhole(this.store, streamName('customer', subjectId));
    const last = events.findLast(({ type }) => type === 'PersonnummerRecorded' || type === 'PersonnummerRemoved');
    return last?.type === 'PersonnummerRecorded' ? last : null;
  }

  /** `null` = its key is destroyed. */
  async open(recorded: RecordedEvent): Promise<Opened<string> | null> {
    return this.sealed.open<string>(recorded, 'number');
  }
}
