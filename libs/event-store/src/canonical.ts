import type { JsonValue, NewEvent } from '@dittoo/kernel';

/** An event as it is written: the canonical texts are both the stored JSON and the parts of the leaf. */
export interface CanonicalEvent {
  readonly data: string;
  readonly metadata: string;
}

/**
 * RFC 8785, like the kernel's `leafOf` byte for byte (a property holds them together), without the bookkeeping for
 * cycles: appends pay for this on every event.
 */
export const canonicalJson = (value: JsonValue | undefined): string => {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'object') {
    if (Array.isArray(value)) {
      let text = '[';
      for (let index = 0; index < value.length; index++) {
        text += index === 0 ? canonicalJson(value[index]) : `,${canonicalJson(value[index])}`;
      }
      return `${text}]`;
    }
    let text = '{';
    for (const key of sorted(Object.keys(value))) {
      const member = (value as Record<string, JsonValue | undefined>)[key];
      if (member === undefined) continue;
      text += `${text.length === 1 ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
    }
    return `${text}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('JSON has no such number');
  if (typeof value !== 'number' && typeof value !== 'boolean') throw new TypeError(`JSON has no ${typeof value}`);
  return String(value === 0 ? 0 : value);
};

/** By UTF-16 code units, as RFC 8785 wants and `sort` does; most objects have few members, many are in order. */
const sorted = (keys: string[]): string[] => {
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index - 1] as string) > (keys[index] as string)) return keys.sort();
  }
  return keys;
};

export const canonicalEvent = (event: NewEvent): CanonicalEvent => ({
  data: canonicalJson(event.data),
  metadata: canonicalJson(event.metadata as unknown as JsonValue),
});

/** The kernel's `leafOf`, put together from texts that exist already. */
export const canonicalLeaf = (
  stream: string,
  revision: bigint,
  event: NewEvent,
  { data, metadata }: CanonicalEvent,
): string =>
  `{"data":${data},"id":${JSON.stringify(event.eventId)},"meta":${metadata},"revision":${Number(revision)},` +
  `"stream":${JSON.stringify(stream)},"type":${JSON.stringify(event.type)},"v":1}`;
