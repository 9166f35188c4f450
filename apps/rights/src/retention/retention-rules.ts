import { schemaMap } from '@dittoo/contracts';
import type { EventTypes, RecordedEvent, RetentionEffect, SchemaMap } from '@dittoo/kernel';
import type { Register } from '@dittoo/processor-register';

/** What decides the days: the register's table, and how long an answer can be read. */
export interface RetentionRules {
  readonly register: Register;
  readonly copyLifetimeMs: number;
}

/** An event by what the rules may read: its type, its plain fields, its place and its time. */
export interface RetentionEvent {
  readonly type: string;
  readonly fields: { readonly [field: string]: unknown };
  readonly stream: string;
  readonly eventId: string;
  readonly recordedAt: string;
}

/** As it was recorded; sealed fields stay sealed. */
export const retentionEvent = ({ data, eventId, metadata, stream, type }: RecordedEvent): RetentionEvent => ({
  type,
  fields: data,
  stream,
  eventId,
  recordedAt: metadata.recordedAt,
});

/** An effect on a key, not on the account or of an erasure. */
export type KeyEffect = Extract<RetentionEffect, { readonly keyPer: unknown }>;

/** The scope of a key that covers all of its category. */
export const wholeCategory = '00000000-0000-0000-0000-000000000000';

const definitions: SchemaMap = schemaMap;

/** Every event type that begins, extends or ends a period. */
export const typesWithRetention: readonly (keyof EventTypes & string)[] = Object.keys(schemaMap)
  .map((type) => type as keyof EventTypes & string)
  .filter((type) => definitions[type]?.retention !== undefined);

/** What the schema map declares of this event, less the effects whose condition it does not meet. */
export const effectsOf = ({ fields, type }: RetentionEvent): RetentionEffect[] =>
  (definitions[type]?.retention ?? []).filter((effect) => !('when' in effect) || meets(fields, effect.when));

const meets = (fields: RetentionEvent['fields'], when: KeyEffect['when'] = {}): boolean =>
  Object.entries(when).every(([field, values]) => {
    const value = fields[field];
    return values === 'given' ? value !== undefined && value !== null : values === undefined || values.includes(value);
  });

/** `RetentionRules` for Nest. */
export const RETENTION_RULES = Symbol('RetentionRules');
