import {
  isUuid,
  largestEventBytes,
  streamCategory,
  type EventMetadata,
  type JsonObject,
  type RecordedEvent,
} from '@dittoo/kernel';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';

/** A message that is not a valid event. `code` names the wrong part, never its value. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  constructor(readonly code: string) {
    super(code);
  }
}

/**
 * An event as CloudEvents 1.0 in binary mode: the value is the data, the attributes are headers, the key is the stream.
 * The headers contain no personal data: ids, types, numbers, and the metadata, which may not contain any either.
 *
 * @throws TypeError the data cannot be serialised as JSON
 */
export const toMessage = (event: RecordedEvent): Message & { readonly value: Buffer } => {
  const data = JSON.stringify(event.data) as string | undefined;
  if (data === undefined) throw new TypeError('data cannot be serialised as JSON');
  return {
    key: event.stream,
    value: Buffer.from(data),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: event.eventId,
      ce_type: event.type,
      ce_source: `/${streamCategory(event.stream)}`,
      ce_time: event.metadata.recordedAt,
      ce_partitionkey: event.stream,
      ce_dataschema: `urn:dittoo:event:${event.type}:${event.metadata.schemaVersion}`,
      ...(event.metadata.traceparent === null ? {} : { traceparent: event.metadata.traceparent }),
      'es-stream': event.stream,
      'es-revision': String(event.revision),
      'es-position': String(event.position),
      'es-metadata': JSON.stringify(event.metadata),
    },
  };
};

/**
 * Largest size of a message: the broker's `message.max.bytes` (1 MiB) less the overhead of a request. The names and
 * numbers beside data and metadata are less than 4 KiB, so every event that a store accepts fits.
 */
export const largestMessageBytes = largestEventBytes + 4_096;

/** Size of a message in a request, in bytes; the last number is for the record's own length fields. */
export const weightOf = (message: Message & { readonly value: Buffer }): number => {
  const headers = Object.entries(message.headers ?? {});
  return headers.reduce(
    (sum, [name, value]) => sum + name.length + Buffer.byteLength(String(value)) + 10,
    message.value.length + Buffer.byteLength(message.key ?? '') + 64,
  );
};

/**
 * The event a message of `category`'s topic carries.
 *
 * @throws Unreadable with a code that names the missing or wrong part
 */
export const readMessage = (message: KafkaMessage, category: string): RecordedEvent => {
  const header = headersOf(message.headers);
  if (header('ce_specversion') !== '1.0') throw new Unreadable('not-cloudevents-1.0');
  const eventId = header('ce_id');
  if (!isUuid(eventId)) throw new Unreadable('bad-ce_id');
  const type = header('ce_type');
  if (!/^\w{1,128}$/.test(type)) throw new Unreadable('bad-ce_type');
  const stream = header('es-stream');
  if (!/^[\x21-\x7e]{1,255}$/.test(stream)) throw new Unreadable('bad-es-stream');
  if (streamCategory(stream) !== category) throw new Unreadable('stream-of-another-topic');
  if (message.key?.toString() !== stream) throw new Unreadable('key-is-not-the-stream');
  return {
    eventId,
    type,
    stream,
    revision: numberOf(header('es-revision'), 'bad-es-revision'),
    position: numberOf(header('es-position'), 'bad-es-position'),
    metadata: metadataOf(header('es-metadata')),
    data: objectOf(message.value?.toString(), 'bad-value'),
  };
};

const headersOf =
  (headers: IHeaders | undefined) =>
  (name: string): string => {
    const value = headers?.[name];
    if (value === undefined) throw new Unreadable(`no-${name}`);
    if (Array.isArray(value)) throw new Unreadable(`twice-${name}`);
    return value.toString();
  };

/** The largest number a row can hold: a larger one could not be stored, not even as parked. */
const largestNumber = 2n ** 63n - 1n;

const numberOf = (text: string, code: string): bigint => {
  if (!/^\d{1,19}$/.test(text) || BigInt(text) > largestNumber) throw new Unreadable(code);
  return BigInt(text);
};

const objectOf = (text: string | undefined, code: string): JsonObject => {
  try {
    const value = JSON.parse(text ?? '') as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // refused below
  }
  throw new Unreadable(code);
};

const metadataOf = (text: string): EventMetadata => {
  const metadata = objectOf(text, 'bad-es-metadata') as EventMetadata;
  const complete =
    Number.isInteger(metadata.schemaVersion) &&
    isTime(metadata.recordedAt) &&
    isUuid(metadata.correlationId) &&
    isUuid(metadata.causationId) &&
    (metadata.dataSubjectId === null || isUuid(metadata.dataSubjectId)) &&
    typeof metadata.actor?.id === 'string';
  if (!complete) throw new Unreadable('bad-es-metadata');
  return metadata;
};

/** ISO 8601 in UTC, as events record it; `Date.parse` alone accepts `soon 1` as a day in 2001. */
const isTime = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value) &&
  !Number.isNaN(Date.parse(value));
