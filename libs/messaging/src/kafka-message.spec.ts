import { describe, expect, it } from '@jest/globals';
import { largestEventBytes, newId, type RecordedEvent } from '@dittoo/kernel';
import { newEvent } from '@dittoo/testing';
import type { IHeaders, KafkaMessage } from 'kafkajs';
import { largestMessageBytes, readMessage, toMessage, Unreadable, weightOf } from './kafka-message.js';

// Promised: an event is read as it was written; a message that could not be stored, not even as parked, is no valid
// event.
const stream = `lamp-${newId()}`;
const appended = newEvent('LampLit', { n: 1 });
const event: RecordedEvent = {
  ...appended,
  stream,
  revision: 3n,
  position: 17n,
  metadata: { ...appended.metadata, traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
};
const message = (headers: IHeaders = {}, key = stream): KafkaMessage => {
  const written = toMessage(event);
  return {
    key: Buffer.from(key),
    value: written.value,
    headers: { ...written.headers, ...headers },
    timestamp: '0',
    attributes: 0,
    offset: '0',
  };
};
const refusal = (read: KafkaMessage): string => {
  try {
    readMessage(read, 'lamp');
  } catch (error) {
    if (error instanceof Unreadable) return error.code;
    throw error;
  }
  return 'none';
};
const metadata = (change: object): IHeaders => ({ 'es-metadata': JSON.stringify({ ...event.metadata, ...change }) });

it('a message is read as the event it was made of', () => {
  expect(readMessage(message(), 'lamp')).toEqual(event);
  expect(toMessage(event).headers!['traceparent']).toBe(event.metadata.traceparent);
});

it('the largest event that a store accepts fits in a message, whatever its names and numbers', () => {
  const type = 'L'.repeat(128);
  const longest = {
    ...event,
    type,
    stream: `${'l'.repeat(218)}-${newId()}`,
    revision: 2n ** 63n - 1n,
    position: 2n ** 63n - 1n,
  };
  const room = largestEventBytes - JSON.stringify(longest.metadata).length - JSON.stringify({ text: '' }).length;
  expect(weightOf(toMessage({ ...longest, data: { text: 'x'.repeat(room) } }))).toBeLessThanOrEqual(
    largestMessageBytes,
  );
});

describe('is refused with a code:', () => {
  it.each<[string, IHeaders, string]>([
    ['a revision no row can hold', { 'es-revision': '9223372036854775808' }, 'bad-es-revision'],
    ['a position no row can hold', { 'es-position': '9999999999999999999' }, 'bad-es-position'],
    ['a revision below zero', { 'es-revision': '-1' }, 'bad-es-revision'],
    ['a time that is none', metadata({ recordedAt: 'soon 1' }), 'bad-es-metadata'],
    ['a day that does not exist', metadata({ recordedAt: '2026-13-01T00:00:00.000Z' }), 'bad-es-metadata'],
    ['a shape without a number', metadata({ schemaVersion: 'new' }), 'bad-es-metadata'],
    ['a cause that is no id', metadata({ causationId: 'because' }), 'bad-es-metadata'],
    ['a header that is there twice', { ce_id: [newId(), newId()] }, 'twice-ce_id'],
    ['a type with more than a name in it', { ce_type: 'LampLit; DROP' }, 'bad-ce_type'],
    ['a stream of another topic', { 'es-stream': `bell-${newId()}` }, 'stream-of-another-topic'],
  ])('%s', (_, headers, code) => expect(refusal(message(headers))).toBe(code));

  it.each(['lamp-\u0000', 'lamp-a b', 'lamp-\u202e', `lamp-${'x'.repeat(300)}`])('a stream called %j', (name) =>
    expect(refusal(message({ 'es-stream': name }, name))).toBe('bad-es-stream'),
  );

  it('no valid value: the largest number, any time of ISO 8601', () => {
    expect(refusal(message({ 'es-revision': '9223372036854775807' }))).toBe('none');
    expect(refusal(message(metadata({ recordedAt: '2026-01-01T00:00:00Z' })))).toBe('none');
  });
});
