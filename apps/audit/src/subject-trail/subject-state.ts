import type { TrailEvent } from './subject-trail.query.js';

export interface KnownField {
  readonly value: unknown;
  /** When and in which event it was last set. */
  readonly since: string;
  readonly position: number;
}

/** A person's data in one stream (a customer, an order, a consent record). */
export interface KnownRecord {
  readonly stream: string;
  /** If a stream holds several items, which one: a consent record, a refund. */
  readonly recordId: string | null;
  readonly lastEvent: { readonly type: string; readonly recordedAt: string; readonly position: number };
  readonly fields: Readonly<Record<string, KnownField>>;
}

/** Fields that distinguish the items of one stream. */
const identities = ['recordId', 'refundId'];

/**
 * The last value of each field, item by item, in the order of first appearance. Generic over event types: additions to
 * the schema map need no change here.
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
