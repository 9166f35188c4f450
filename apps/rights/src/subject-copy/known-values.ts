import { schemaMap } from '@dittoo/contracts';
import type { Actor, DataCategory, KeyPer, SchemaMap } from '@dittoo/kernel';
import { classOf, type CopiedEvent } from '../person/subject-events.query.js';

/** One value that a personal field of one thing (a customer, an order, a support case) has or had. */
export interface KnownValue {
  readonly field: string;
  readonly stream: string;
  /** Where a stream holds several things, which: a refund. */
  readonly recordId: string | null;
  /** The value, `Erased` with date and request, or `Withheld`. */
  readonly value: unknown;
  readonly since: string;
  /** `null` = it still holds. */
  readonly until: string | null;
  readonly source: Actor['kind'];
  readonly purpose: string;
  readonly legalBasis: string;
  readonly eventId: string;
}

/** A value, and by which key it is sealed. */
export interface FoundValue {
  readonly category: DataCategory;
  readonly keyPer: KeyPer;
  readonly event: CopiedEvent;
  readonly value: KnownValue;
}

/** What is known beside the personal values: the last plain field values of one thing. */
export interface KnownRecord {
  readonly stream: string;
  readonly recordId: string | null;
  readonly lastEvent: { readonly type: string; readonly recordedAt: string };
  readonly fields: { readonly [field: string]: unknown };
}

const definitions: SchemaMap = schemaMap;

/** Fields that tell the things of one stream apart. */
const identities = ['recordId', 'refundId'];

const recordIdOf = ({ fields }: CopiedEvent): string | null => {
  const id = identities.map((name) => fields[name]).find((value) => typeof value === 'string');
  return typeof id === 'string' ? id : null;
};

/** What waits for its mailed token is asked, not yet so: it does not take the place of what holds. */
const awaitsItsToken = (type: string): boolean => {
  const token = definitions[type]?.fields['token'];
  return token?.kind === 'personal' && token.secret === true;
};

/**
 * What one stream says, from its events in order. Knows no event type. A value is given out when the next one takes its
 * place, and the last ones at the end; in memory is what holds, of this stream alone.
 */
export class StreamValues {
  private readonly holding = new Map<string, FoundValue>();
  private readonly records = new Map<string, KnownRecord>();

  /** @returns the values that hold no longer, and those that nothing will replace */
  add(event: CopiedEvent): FoundValue[] {
    this.addRecord(event);
    const { eventId, fields, legalBasis, purpose, recordedAt, source, stream, type } = event;
    const recordId = recordIdOf(event);
    const given: FoundValue[] = [];
    for (const [field, value] of Object.entries(fields)) {
      const fieldClass = classOf(type, field);
      if (fieldClass?.kind !== 'personal') continue;
      const { category, keyPer } = fieldClass;
      const said = { field, stream, recordId, value, since: recordedAt, until: null };
      const found = { category, keyPer, event, value: { ...said, source, purpose, legalBasis, eventId } };
      // What has a key of its own is a thing of its own: a message does not take the place of the one before it.
      if (keyPer === 'event') given.push(found);
      else {
        const key = [recordId ?? '', awaitsItsToken(type) ? type : '', category, field].join('\n');
        const before = this.holding.get(key);
        if (before !== undefined) given.push({ ...before, value: { ...before.value, until: recordedAt } });
        this.holding.set(key, found);
      }
    }
    return given;
  }

  /** At the end: the values that still hold, and the last plain values of each thing. */
  end(): { readonly values: readonly FoundValue[]; readonly records: readonly KnownRecord[] } {
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
