import { schemaMap } from '@dittoo/contracts';
import { EventStore, streamCategory, type RecordedEvent, type SchemaMap } from '@dittoo/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { placeOf } from '../person/customers.query.js';
import { SubjectStreams, type SubjectStream } from '../person/subject-streams.js';
import { foldRetention, type RetentionFold } from './retention-fold.js';
import { RETENTION_RULES, retentionEvent, typesWithRetention, type RetentionRules } from './retention-rules.js';

const definitions: SchemaMap = schemaMap;
const types: ReadonlySet<string> = new Set(typesWithRetention);
const categories: ReadonlySet<string | undefined> = new Set(
  typesWithRetention.map((type) => definitions[type]?.stream),
);

/** The last days of a person's keys, from their streams read to the end: everything recorded until now counts. */
@Injectable()
export class SubjectRetention {
  constructor(
    private readonly streams: SubjectStreams,
    private readonly store: EventStore,
    @Inject(RETENTION_RULES) private readonly rules: RetentionRules,
  ) {}

  async of(subjectId: string): Promise<RetentionFold> {
    return this.among(subjectId, await this.streams.of(subjectId));
  }

  /** The same, if the person's streams are already known. */
  async among(subjectId: string, streams: readonly SubjectStream[]): Promise<RetentionFold> {
    const events: RecordedEvent[] = [];
    for (const { sinceRevision, stream } of streams) {
      if (!categories.has(streamCategory(stream))) continue;
      for await (const event of this.store.readStream(stream, { fromRevision: sinceRevision }))
        if (types.has(event.type) && event.metadata.dataSubjectId?.toLowerCase() === subjectId) events.push(event);
    }
    return foldRetention(this.rules, events.sort(inOrder).map(retentionEvent));
  }
}

const inOrder = (one: RecordedEvent, other: RecordedEvent): number => {
  const [a, b] = [placeOf(one), placeOf(other)];
  return a === b ? Number(one.revision - other.revision) : a < b ? -1 : 1;
};
