import { schemaMap } from '@dittoo/contracts';
import type { Actor, DataCategory, KeyPer, SchemaMap } from '@dittoo/kernel';
import { classOf, type CopiedEvent } from '../person/subject-events.query.js';

/** One value a personal field had, from when to when, and who said it. */
export interface SaidValue {
  /** The value, `Erased` with date and request, or `Withheld`. */
  readonly value: unknown;
  readonly since: string;
  /** `null` = it still holds. */
  readonly until: string | null;
  readonly source: Actor['kind'];
  readonly purpose: string;
  readonly legalBasis: string;
  readonly eventId: string;
  /** The last day it is kept, as things stand; `null` = the period has not begun. */
  readonly keptUntil: string | null;
}

/** A personal field of one thing (a customer, an order, a support case), with all it ever held. */
export interface KnownField {
  readonly field: string;
  readonly stream: string;
  /** Where a stream holds several things, which: a refund. */
  readonly recordId: string | null;
  readonly current: SaidValue;
  /** Newest first. */
  readonly earlier: readonly SaidValue[];
}

const definitions: SchemaMap = schemaMap;

/** Fields that tell the things of one stream apart. */
const identities = ['recordId', 'refundId'];

export const recordIdOf = ({ fields }: CopiedEvent): string | null => {
  const id = identities.map((name) => fields[name]).find((value) => typeof value === 'string');
  return typeof id === 'string' ? id : null;
};

/** What waits for its mailed token is asked, not yet so: it does not take the place of what holds. */
const awaitsItsToken = (type: string): boolean => {
  const token = definitions[type]?.fields['token'];
  return token?.kind === 'personal' && token.secret === true;
};

/**
 * The personal fields of a category with their histories, in the order they first appeared. Knows no event type.
 *
 * @param keptUntil what the register says of a value: as fine as its key is
 */
export const knownFields = (
  category: DataCategory,
  events: readonly CopiedEvent[],
  keptUntil: (event: CopiedEvent, keyPer: KeyPer) => string | null,
): KnownField[] => {
  const said = new Map<string, { field: string; stream: string; recordId: string | null; values: SaidValue[] }>();
  for (const event of events) {
    const { eventId, fields, legalBasis, purpose, recordedAt, source, stream, type } = event;
    for (const [field, value] of Object.entries(fields)) {
      const fieldClass = classOf(type, field);
      if (fieldClass?.kind !== 'personal' || fieldClass.category !== category) continue;
      const recordId = recordIdOf(event);
      // What has a key of its own is a thing of its own: a letter does not take the place of the one before it.
      const alone = fieldClass.keyPer === 'event' ? eventId : '';
      const key = [stream, recordId ?? '', awaitsItsToken(type) ? type : '', field, alone].join('\n');
      const known = said.get(key) ?? { field, stream, recordId, values: [] };
      said.set(key, known);
      const until = keptUntil(event, fieldClass.keyPer);
      known.values.push({
        value,
        since: recordedAt,
        until: null,
        source,
        purpose,
        legalBasis,
        eventId,
        keptUntil: until,
      });
    }
  }
  return [...said.values()].map(({ values, ...place }) => {
    const dated = values.map((value, index) => ({ ...value, until: values[index + 1]?.since ?? null }));
    return { ...place, current: dated.at(-1)!, earlier: dated.slice(0, -1).reverse() };
  });
};

/** What is known beside the personal values: the last plain field values of one thing. */
export interface KnownRecord {
  readonly stream: string;
  readonly recordId: string | null;
  readonly lastEvent: { readonly type: string; readonly recordedAt: string };
  readonly fields: { readonly [field: string]: unknown };
}

export const knownRecords = (events: readonly CopiedEvent[]): KnownRecord[] => {
  const records = new Map<string, KnownRecord>();
  for (const event of events) {
    const { recordedAt, stream, type } = event;
    const recordId = recordIdOf(event);
    const plainFields = Object.entries(event.fields).filter(([name]) => classOf(type, name)?.kind === 'plain');
    const key = `${stream}\n${recordId ?? ''}`;
    const fields = { ...records.get(key)?.fields, ...Object.fromEntries(plainFields) };
    records.set(key, { stream, recordId, lastEvent: { type, recordedAt }, fields });
  }
  return [...records.values()];
};
