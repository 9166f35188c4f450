import { DomainError } from './domain-error.js';
import type { NewEvent } from './event.js';

/**
 * NUL or half a surrogate pair, as `JSON.stringify` writes them; after an even number of backslashes it is just text.
 */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** Whether every store can hold this JSON text. PostgreSQL's jsonb has no NUL and no half surrogate pairs. */
export const isStorableJson = (json: string): boolean => !json.includes('\\u') || !unstorable.test(json);

const unstorableCharacter = (): DomainError =>
  new DomainError('invalid-characters', 'text may not contain NUL or half a surrogate pair');

/**
 * Maximum bytes of one event's data and metadata as JSON. An event is published as one message, and a Kafka broker
 * accepts 1 MiB: 48 KB are left for headers and key.
 */
export const largestEventBytes = 1_000_000;

/**
 * Checks an event's texts, for every store, before anything is written; `data` and `metadata` are JSON.
 *
 * @throws DomainError `invalid-characters` the text cannot be stored: refuse it at the edge
 * @throws DomainError `payload-too-large` the event could be stored but never be published
 */
export const requireStorable = (data: string, metadata: string): void => {
  if (!isStorableJson(data) || !isStorableJson(metadata)) throw unstorableCharacter();
  if (Buffer.byteLength(data) + Buffer.byteLength(metadata) > largestEventBytes) {
    throw new DomainError('payload-too-large', 'more than one event can hold');
  }
};

/**
 * Checks an append, for every store, before the stream is read.
 *
 * @throws DomainError `invalid-characters` the text cannot be stored: refuse it at the edge
 * @throws TypeError the caller has a bug: no events, an event id twice, a negative revision
 */
export const requireAppendable = (
  stream: string,
  events: readonly NewEvent[],
  expectedRevision: bigint | 'no-stream',
): void => {
  if (events.length === 0) throw new TypeError('an append carries at least one event');
  if (expectedRevision !== 'no-stream' && expectedRevision < 0n) {
    throw new TypeError("a revision is not negative; say 'no-stream'");
  }
  if (events.length > 1 && new Set(events.map(({ eventId }) => eventId)).size < events.length) {
    throw new TypeError(`an event id stands twice in an append to ${stream}`);
  }
  if (!isStorableJson(JSON.stringify(stream)) || events.some(({ type }) => !isStorableJson(JSON.stringify(type)))) {
    throw unstorableCharacter();
  }
};
