/* Promised: an event's definition that forgets or misclassifies a field does not compile. `tsc -b` is the test; what runs is the rest. */
import { describe, expect, it } from '@jest/globals';
import { isErased, personal, plain, readable, type Erased, type Personal, type SchemaMapOf } from './personal.js';

interface Example {
  NameGiven: { readonly name: Personal<string>; readonly at: string; readonly note?: Personal<string | null> };
}
const head = { stream: 'example', schemaVersion: 1, purpose: 'order', legalBasis: 'contract' } as const;

const right: SchemaMapOf<Example> = {
  NameGiven: {
    ...head,
    fields: { name: personal('profile'), at: plain, note: personal('support', { keyPer: 'event' }) },
  },
};

export const unmappedField: SchemaMapOf<Example> = {
  // @ts-expect-error `at` is not classified
  NameGiven: { ...head, fields: { name: personal('profile'), note: personal('support') } },
};
export const unmappedOptionalField: SchemaMapOf<Example> = {
  // @ts-expect-error `note` may be absent from the event, not from the map
  NameGiven: { ...head, fields: { name: personal('profile'), at: plain } },
};
export const personalMappedPlain: SchemaMapOf<Example> = {
  // @ts-expect-error `name` is personal
  NameGiven: { ...head, fields: { name: plain, at: plain, note: personal('support') } },
};
export const plainMappedPersonal: SchemaMapOf<Example> = {
  // @ts-expect-error `at` is typed as a value that is never erased
  NameGiven: { ...head, fields: { name: personal('profile'), at: personal('profile'), note: personal('support') } },
};
export const unknownField: SchemaMapOf<Example> = {
  // @ts-expect-error `age` is not in the event
  NameGiven: { ...head, fields: { name: personal('profile'), at: plain, note: personal('support'), age: plain } },
};
// @ts-expect-error the event has no definition
export const unmappedEvent: SchemaMapOf<Example> = {};
// @ts-expect-error no such category: a key nobody destroys
export const unknownCategory = personal('hobbies');
interface Spoken {
  Spoken: { readonly text: Personal<string>; readonly until: string; readonly how: 'aloud' | 'quietly' };
}
const spoken = { ...head, fields: { text: personal('support'), until: plain, how: plain } } as const;
export const declared: SchemaMapOf<Spoken> = {
  Spoken: {
    ...spoken,
    retention: [
      { category: 'support', keyPer: 'event', begins: 'recordedAt' },
      { category: 'contact', keyPer: 'subject', extends: 'until', when: { how: ['aloud'] } },
    ],
  },
};
export const retentionOfNoCategory: SchemaMapOf<Spoken> = {
  // @ts-expect-error no such category
  Spoken: { ...spoken, retention: [{ category: 'hobbies', keyPer: 'event', begins: 'recordedAt' }] },
};
export const retentionFromSealedField: SchemaMapOf<Spoken> = {
  // @ts-expect-error `text` is sealed: nobody could tell the day when its key is gone
  Spoken: { ...spoken, retention: [{ category: 'support', keyPer: 'event', begins: 'text' }] },
};
export const retentionFromNoTime: SchemaMapOf<Spoken> = {
  // @ts-expect-error `how` holds no time
  Spoken: { ...spoken, retention: [{ category: 'support', keyPer: 'event', begins: 'how' }] },
};
export const retentionOnNoValue: SchemaMapOf<Spoken> = {
  // @ts-expect-error `how` never has this value
  Spoken: { ...spoken, retention: [{ category: 'support', keyPer: 'event', ends: 'until', when: { how: ['sung'] } }] },
};
/** A type that could hold anything could hold a person: it must be mapped personal. */
export const anything: SchemaMapOf<{ Said: { readonly what: unknown } }> = {
  // @ts-expect-error `unknown` is not plain
  Said: { ...head, fields: { what: plain } },
};

const erased: Erased = { erased: true, at: '2026-11-22T00:00:00.000Z', requestId: null };

describe('a personal field', () => {
  it('is classified by its type', () =>
    expect(right.NameGiven.fields).toEqual({
      name: { kind: 'personal', category: 'profile', keyPer: 'subject' },
      at: { kind: 'plain' },
      note: { kind: 'personal', category: 'support', keyPer: 'event' },
    }));

  it('erased is neither null nor absent nor a value', () => {
    expect(isErased(erased)).toBe(true);
    for (const value of [null, undefined, '', 'erased', true, {}, { erased: 'true' }, []])
      expect(isErased(value)).toBe(false);
  });

  it('is readable until it is erased', () => {
    expect(readable<string, null>('Ada', null)).toBe('Ada');
    expect(readable<string | null, string>(null, 'fallback')).toBeNull();
    expect(readable<string, null>(erased, null)).toBeNull();
    expect(readable<string, null>(undefined, null)).toBeNull();
  });
});
