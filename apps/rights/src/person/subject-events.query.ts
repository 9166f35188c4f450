import { schemaMap } from '@dittoo/contracts';
import {
  EventStore,
  isErased,
  Sealer,
  type Actor,
  type Erased,
  type FieldClass,
  type LegalBasis,
  type OpenedEvent,
  type RecordedEvent,
  type SchemaMap,
} from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { SubjectStreams, subjectsOf, type SubjectStream } from './subject-streams.js';

/** The value is there and is not given out: it proves who somebody is (art. 15(4), art. 32). */
export interface Withheld {
  readonly withheld: 'secret';
}

/** A value as it was, or why it is not shown. */
export type CopiedValue = unknown;

/** One event as the person gets it. */
export interface CopiedEvent {
  readonly eventId: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  /** Place in the whole log; `null` = so new that it has none yet. */
  readonly position: number | null;
  readonly recordedAt: string;
  /** Who did it: `dataSubject` is the person. Of staff no more is said than that. */
  readonly source: Actor['kind'];
  readonly purpose: string;
  readonly legalBasis: LegalBasis;
  readonly noticeVersion: string | null;
  readonly fields: { readonly [field: string]: CopiedValue | Erased | Withheld };
}

const definitions: SchemaMap = schemaMap;
const batchSize = 500;
const readsAtOnce = 4;

/** How the schema map classifies a field. */
export const classOf = (type: string, field: string): FieldClass | undefined => definitions[type]?.fields[field];

export const isWithheld = (value: unknown): value is Withheld =>
  typeof value === 'object' && value !== null && (value as { withheld?: unknown }).withheld === 'secret';

/**
 * Everything the log holds about a person, opened: every event of theirs and every one that names them, whichever
 * service wrote it. Streams are read and opened in batches, so that what is in memory is what the copy says.
 */
@Injectable()
export class SubjectEvents {
  constructor(
    private readonly streams: SubjectStreams,
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Oldest first; everything acknowledged before this call is in it.
   *
   * @throws KeyMissing a key row is not there: that is no erasure, a person looks
   */
  async of(subjectId: string): Promise<CopiedEvent[]> {
    const waiting = await this.streams.of(subjectId);
    const copied: CopiedEvent[] = [];
    const reader = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        for await (const event of this.ofStream(subjectId, next)) copied.push(event);
      }
    };
    await Promise.all(Array.from({ length: readsAtOnce }, reader));
    return copied.sort(inOrder);
  }

  private async *ofStream(subjectId: string, { sinceRevision, stream }: SubjectStream): AsyncGenerator<CopiedEvent> {
    let batch: RecordedEvent[] = [];
    for await (const event of this.store.readStream(stream, { fromRevision: sinceRevision })) {
      if (subjectsOf(event).has(subjectId)) batch.push(event);
      if (batch.length < batchSize) continue;
      yield* await this.opened(subjectId, batch);
      batch = [];
    }
    if (batch.length > 0) yield* await this.opened(subjectId, batch);
  }

  private async opened(subjectId: string, events: readonly RecordedEvent[]): Promise<CopiedEvent[]> {
    // What somebody else's event says of its owner is not opened at all: only the plain fields name this person.
    const own = events.filter(({ metadata }) => isOf(subjectId, metadata.dataSubjectId));
    const others = events.filter(({ metadata }) => !isOf(subjectId, metadata.dataSubjectId));
    const opened: OpenedEvent[] = await this.sealer.open(own);
    return [
      ...opened.map(({ event, recorded }) => copyOf(recorded, event.data)),
      ...others.map((recorded) => copyOf(recorded, plainFieldsOf(recorded))),
    ];
  }
}

const isOf = (subjectId: string, id: string | null): boolean => id?.toLowerCase() === subjectId;

const plainFieldsOf = ({ data, type }: RecordedEvent): object =>
  Object.fromEntries(Object.entries(data).filter(([field]) => classOf(type, field)?.kind === 'plain'));

const copyOf = (recorded: RecordedEvent, data: object): CopiedEvent => {
  const { eventId, metadata, stream, type } = recorded;
  const { actor, legalBasis, noticeVersion, purpose, recordedAt } = metadata;
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) {
    const fieldClass = classOf(type, name);
    const hidden = fieldClass?.kind === 'personal' && fieldClass.secret === true && !isErased(value);
    fields[name] = hidden ? ({ withheld: 'secret' } satisfies Withheld) : (value as unknown);
  }
  const position = recorded.position < 0n ? null : Number(recorded.position);
  const place = { eventId, type, stream, revision: Number(recorded.revision), position };
  return { ...place, recordedAt, source: actor.kind, purpose, legalBasis, noticeVersion, fields };
};

const inOrder = (a: CopiedEvent, b: CopiedEvent): number =>
  (a.position ?? Infinity) === (b.position ?? Infinity)
    ? a.recordedAt.localeCompare(b.recordedAt) || a.revision - b.revision
    : (a.position ?? Infinity) - (b.position ?? Infinity);
