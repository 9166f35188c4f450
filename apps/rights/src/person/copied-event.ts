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

/** A stored value that the copy does not contain, because it authenticates the person (art. 15(4), art. 32). */
export interface Withheld {
  readonly withheld: 'secret';
}

/** A value as it was recorded, or the reason why it is not shown. */
export type CopiedValue = unknown;

/** One event in the copy. */
export interface CopiedEvent {
  readonly eventId: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  /** Position in the whole log. */
  readonly position: number;
  readonly recordedAt: string;
  /** Who caused it: `dataSubject` is the person. Members of staff are not named. */
  readonly source: Actor['kind'];
  readonly purpose: string;
  readonly legalBasis: LegalBasis;
  readonly noticeVersion: string | null;
  readonly fields: { readonly [field: string]: CopiedValue | Erased | Withheld };
}

const definitions: SchemaMap = schemaMap;

/** The schema map's class of a field. */
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
