import { schemaMap } from '@dittoo/contracts';
import type { EventTypes, RecordedEvent, RetentionEffect, SchemaMap } from '@dittoo/kernel';
import type { Register } from '@dittoo/processor-register';

/** The rules for last days: the register's table, and how long an answer is readable. */
export interface RetentionRules {
  readonly register: Register;
  readonly copyLifetimeMs: number;
}

/** The parts of an event that the rules may read: type, plain fields, place and time. */
export interface RetentionEvent {
  readonly type: string;
  readonly fields: { readonly [field: string]: unknown };
  readonly stream: string;
  readonly eventId: string;
  readonly recordedAt: string;
}

/** The parts of a recorded event; sealed fields stay sealed. */
export const retentionEvent = ({ data, eventId, metadata, stream, type }: RecordedEvent): RetentionEvent => ({
  type,
  fields: data,
  stream,
  eventId,
  recordedAt: metadata.recordedAt,
});

/** An effect on a key, not on the account or of an erasure. */
export type KeyEffect = Extract<RetentionEffect, { readonly keyPer: unknown }>;

/** The scope of a key that covers a whole category. */
export const wholeCategory = '00000000-0000-0000-0000-000000000000';

const definitions: SchemaMap = schemaMap;

/** Every event type that begins, extends or ends a period. */
export const typesWithRetention: readonly (keyof EventTypes & string)[] = Object.keys(schemaMap)
  .map((type) => type as keyof EventTypes & string)
  .filter((type) => definitions[type]?.retention !== undefined);

/** The effects that the schema map declares for this event and whose condition it meets. */
export const effectsOf = ({ fields, type }: RetentionEvent): RetentionEffect[] =>
  (definitions[type]?.retention ?? []).filter((effect) => !('when' in effect) || meets(fields, effect.when));

const meets = (fields: RetentionEvent['fields'], when: KeyEffect['when'] = {}): boolean =>
  Object.entries(when).every(([field, values]) => {
    const value = fields[field];
    return values === 'given' ? value !== undefined && value !== null : values === undefined || values.includes(value);
  });

/** `RetentionRules` for Nest. */
export const RETENTION_RULES = Symbol('RetentionRules');
