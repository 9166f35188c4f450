import type { TrailEvent } from './subject-trail.query.js';

export interface KnownField {
  readonly value: unknown;
  /** When it was last said, and where. */
  readonly since: string;
  readonly position: number;
}

/** What one stream (a customer, an order, a consent record) said about a person. */
export interface KnownRecord {
  readonly stream: string;
  /** Where a stream holds several things, which: a consent record, a refund. */
  readonly recordId: string | null;
  readonly lastEvent: { readonly type: string; readonly recordedAt: string; readonly position: number };
  readonly fields: Readonly<Record<string, KnownField>>;
}

/** Fields that tell the things of one stream apart. */
const identities = ['recordId', 'refundId'];

/**
 * The last value of each field, thing by thing, in the order they first appeared. Knows no event type: what is added
 * to the schema map is in here without a change.
 */
export const knownRecords = (events: readonly TrailEvent[]): KnownRecord[] => {
  const records = new Map<string, KnownRecord & { fields: Record<string, KnownField> }>();
  for (const { fields, position, recordedAt, stream, type } of events) {
    const identity = identities.map((name) => fields[name]).find((id) => typeof id === 'string');
    const recordId = typeof identity === 'string' ? identity : null;
    const key = `${stream}\n${recordId ?? ''}`;
    const known = records.get(key);
    const said = Object.entries(fields).map(([name, value]) => [name, { value, since: recordedAt, position }]);
    records.set(key, {
      stream,
      recordId,
      lastEvent: { type, recordedAt, position },
      fields: { ...known?.fields, ...Object.fromEntries(said) },
    });
  }
  return [...records.values()];
};
