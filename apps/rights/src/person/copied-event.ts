import { schemaMap } from '@dittoo/contracts';
import {
  isErased,
  type Actor,
  type Erased,
  type FieldClass,
  type LegalBasis,
  type RecordedEvent,
  type SchemaMap,
} from '@dittoo/kernel';

/** The value is there and is not given out: it proves who a person is (art. 15(4), art. 32). */
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
  /** Place in the whole log. */
  readonly position: number;
  readonly recordedAt: string;
  /** Who did it: `dataSubject` is the person. Of staff no more is said than that. */
  readonly source: Actor['kind'];
  readonly purpose: string;
  readonly legalBasis: LegalBasis;
  readonly noticeVersion: string | null;
  readonly fields: { readonly [field: string]: CopiedValue | Erased | Withheld };
}

const definitions: SchemaMap = schemaMap;

/** How the schema map classifies a field. */
export const classOf = (type: string, field: string): FieldClass | undefined => definitions[type]?.fields[field];

export const isWithheld = (value: unknown): value is Withheld =>
  typeof value === 'object' && value !== null && (value as { withheld?: unknown }).withheld === 'secret';

export const ownerIs = (subjectId: string, { metadata }: RecordedEvent): boolean =>
  metadata.dataSubjectId?.toLowerCase() === subjectId;

export const plainFieldsOf = ({ data, type }: RecordedEvent): object =>
  Object.fromEntries(Object.entries(data).filter(([field]) => classOf(type, field)?.kind === 'plain'));

/** @param data the fields, opened */
export const copiedEvent = (recorded: RecordedEvent, data: object): CopiedEvent => {
  const { eventId, metadata, stream, type } = recorded;
  const { actor, legalBasis, noticeVersion, purpose, recordedAt } = metadata;
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) {
    const fieldClass = classOf(type, name);
    const hidden = fieldClass?.kind === 'personal' && fieldClass.secret === true && !isErased(value);
    fields[name] = hidden ? ({ withheld: 'secret' } satisfies Withheld) : (value as unknown);
  }
  const place = { eventId, type, stream, revision: Number(recorded.revision), position: Number(recorded.position) };
  return { ...place, recordedAt, source: actor.kind, purpose, legalBasis, noticeVersion, fields };
};
