import { schemaMap } from '@dittoo/contracts';
import type { Actor, DataCategory, KeyPer, SchemaMap } from '@dittoo/kernel';
import { classOf, type CopiedEvent } from '../person/subject-events.query.js';

/** A current or earlier value of a personal field of one record (a customer, an order, a support case). */
export interface KnownValue {
  readonly field: string;
  readonly stream: string;
  /** The record within a stream that has several, for instance a refund. */
  readonly recordId: string | null;
  /** The value, `Erased` with date and request, or `Withheld`. */
  readonly value: unknown;
  readonly since: string;
  /** `null` = it is the current value. */
  readonly until: string | null;
  readonly source: Actor['kind'];
  readonly purpose: string;
  readonly legalBasis: string;
  readonly eventId: string;
}

/** A value with the class of the key that seals it. */
export interface KeyedValue {
  readonly category: DataCategory;
  readonly keyPer: KeyPer;
  readonly event: CopiedEvent;
  readonly value: KnownValue;
}

/** The last plain field values of one record. */
export interface KnownRecord {
  readonly stream: string;
  readonly recordId: string | null;
  readonly lastEvent: { readonly type: string; readonly recordedAt: string };
  readonly fields: { readonly [field: string]: unknown };
}

const definitions: SchemaMap = schemaMap;

/** Fields that identify the records of one stream. */
const identities = ['recordId', 'refundId'];

const recordIdOf = ({ fields }: CopiedEvent): string | null => {
  const id = identities.map((name) => fields[name]).find((value) => typeof value === 'string');
  return typeof id === 'string' ? id : null;
};

/** Whether an event's values wait for a mailed token: until then they do not replace the current ones. */
const awaitsItsToken = (type: string): boolean => {
  const token = definitions[type]?.fields['token'];
  return token?.kind === 'personal' && token.secret === true;
};

/**
 * The values of one stream, from its events in order, without knowledge of event types. A value is returned when the
 * next one replaces it, and the last ones at the end; in memory are only the current values of this stream.
 */
export class StreamValues {
  private readonly holding = new Map<string, KeyedValue>();
  private readonly records = new Map<string, KnownRecord>();

  /** @returns the replaced values, and those that nothing can replace */
  add(event: CopiedEvent): KeyedValue[] {
    this.addRecord(event);
    const { eventId, fields, legalBasis, purpose, recordedAt, source, stream, type } = event;
    const recordId = recordIdOf(event);
    const values: KeyedValue[] = [];
    for (const [field, value] of Object.entries(fields)) {
      const fieldClass = classOf(type, field);
      if (fieldClass?.kind !== 'personal') continue;
      const { category, keyPer } = fieldClass;
      const current = { field, stream, recordId, value, since: recordedAt, until: null };
      const keyedValue = { category, keyPer, event, value: { ...current, source, purpose, legalBasis, eventId } };
      // A value with a key per event is its own record: a message does not replace the previous one.
      if (keyPer === 'event') values.push(keyedValue);
      else {
        const key = [recordId ?? '', awaitsItsToken(type) ? type : '', category, field].join('\n');
        const before = this.holding.get(key);
        if (before !== undefined) values.push({ ...before, value: { ...before.value, until: recordedAt } });
        this.holding.set(key, keyedValue);
      }
    }
    return values;
  }

  /** At the end of the stream: the current values, and the last plain values of each record. */
  end(): { readonly values: readonly KeyedValue[]; readonly records: readonly KnownRecord[] } {
    return { values: [...this.holding.values()], records: [...this.records.values()] };
  }

  private addRecord(event: CopiedEvent): void {
    const { recordedAt, stream, type } = event;
    const recordId = recordIdOf(event);
    const plainFields = Object.entries(event.fields).filter(([name]) => classOf(type, name)?.kind === 'plain');
    const fields = { ...this.records.get(recordId ?? '')?.fields, ...Object.fromEntries(plainFields) };
    this.records.set(recordId ?? '', { stream, recordId, lastEvent: { type, recordedAt }, fields });
  }
}
