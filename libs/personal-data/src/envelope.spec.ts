/*
 * Promised: an unchanged envelope opens where it was sealed, under its key, and nowhere else; it reveals little about
 * the length of its contents. Not promised: that it hides which fields are filled in.
 */
import { describe, expect, it } from '@jest/globals';
import { createSecretKey } from 'node:crypto';
import { EnvelopeRejected, type Envelope, type JsonValue } from '@dittoo/kernel';
import fc from 'fast-check';
import { keyCommitment, openValue, sealValue, type DataKey } from './envelope.js';

const subject = '0b7d6c3e-1111-4111-8111-111111111111';
const eventId = '0b7d6c3e-2222-4222-8222-222222222222';
const keyOf = (kid: string, byte: number): DataKey => ({ kid, key: createSecretKey(Buffer.alloc(32, byte)) });
const key = keyOf(`${subject}/profile/1`, 1);
/** The place: stream, type, schema version, event, field, as the sealer passes it. */
const place = [`dataSubject-${subject}`, 'CustomerRegistered', '1', eventId, 'givenName'];

const seal = (value: JsonValue, at = place, by = key): Envelope => sealValue(by, at, keyCommitment(by, at[3]!), value);
const open = (sealed: Envelope, at = place, by = key): JsonValue =>
  openValue(by, at, keyCommitment(by, at[3]!), sealed);
const ctBytes = (value: JsonValue): number => Buffer.from(seal(value).ct, 'base64').length;

describe('round trip', () => {
  it('of every kind of value, in every script', () =>
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })), (value) =>
        expect(open(seal(value as JsonValue))).toEqual(JSON.parse(JSON.stringify(value))),
      ),
    ));

  it.each([
    null,
    true,
    0,
    '',
    ' padded ',
    'Åsa \ud83e\uddd1\u200d\ud83d\ude80 \u{20000}',
    [],
    {},
    { a: [null, { b: '"\\' }] },
  ])('of %j', (value) => expect(open(seal(value))).toEqual(value));

  it('never produces two equal envelopes', () => {
    const sealed = Array.from({ length: 1000 }, () => seal('Ada'));
    expect(new Set(sealed.map(({ iv }) => iv)).size).toBe(1000);
    expect(new Set(sealed.map(({ ct }) => ct)).size).toBe(1000);
  });
});

describe('an envelope moved is rejected', () => {
  it.each([
    ['another stream', 0, 'dataSubject-0b7d6c3e-9999-4999-8999-999999999999'],
    ['another event type', 1, 'NameRectified'],
    ['another schema version', 2, '2'],
    ['another event', 3, '0b7d6c3e-3333-4333-8333-333333333333'],
    ['another field', 4, 'familyName'],
  ])('to %s', (_where, index, part) =>
    expect(() => open(seal('Ada'), place.with(index, part))).toThrow(EnvelopeRejected),
  );

  it.each([
    ['another subject', '0b7d6c3e-9999-4999-8999-999999999999/profile/1'],
    ['another category', `${subject}/contact/1`],
    ['another generation', `${subject}/profile/2`],
  ])('to %s', (_where, kid) => {
    const other = keyOf(kid, 1); // even with the same material
    expect(() => open(seal('Ada'), place, other)).toThrow(EnvelopeRejected);
    expect(() => open({ ...seal('Ada'), kid }, place, other)).toThrow(EnvelopeRejected);
  });

  it('where the parts of two places are equal only when joined', () =>
    expect(() => open(seal('Ada', ['a', 'bc', '1', eventId, 'x']), ['ab', 'c', '1', eventId, 'x'])).toThrow(
      EnvelopeRejected,
    ));
});

describe('an envelope changed is rejected', () => {
  const sealed = seal('Ada Lovelace');

  it('in any bit of iv, ciphertext, tag or commitment', () =>
    fc.assert(
      fc.property(fc.constantFrom('iv', 'ct', 'tag', 'kc'), fc.nat(), fc.nat(7), (part, at, bit) => {
        const bytes = Buffer.from(sealed[part], 'base64');
        bytes[at % bytes.length]! ^= 1 << bit;
        expect(() => open({ ...sealed, [part]: bytes.toString('base64') })).toThrow(EnvelopeRejected);
      }),
    ));

  it.each(['iv', 'ct', 'tag', 'kc'] as const)('where %s is another encoding of the same bytes', (part) => {
    for (const other of [`${sealed[part]}\n`, ` ${sealed[part]}`, `${sealed[part]}====`]) {
      expect(() => open({ ...sealed, [part]: other })).toThrow(EnvelopeRejected);
    }
  });

  it('where the tag was cut short', () => {
    for (const length of [0, 4, 8, 12, 15]) {
      const tag = Buffer.from(sealed.tag, 'base64').subarray(0, length).toString('base64');
      expect(() => open({ ...sealed, tag })).toThrow(EnvelopeRejected);
    }
  });

  it('where it names another algorithm', () =>
    expect(() => open({ ...sealed, alg: 'none' as 'A256GCM' })).toThrow(EnvelopeRejected));

  it('and the error names the field, not its contents', () => {
    expect(() => open({ ...sealed, ct: seal('Grace').ct })).toThrow('the envelope of givenName was rejected');
  });
});

it('another key of the same name opens nothing', () =>
  expect(() => open(seal('Ada'), place, keyOf(key.kid, 2))).toThrow(EnvelopeRejected));

describe('length', () => {
  it('within a bucket is hidden, in bytes', () => {
    for (const name of ['', 'Bo', 'Ööööööö', '\ud83d\ude00\ud83d\ude00', 'x'.repeat(30)])
      expect([name, ctBytes(name)]).toEqual([name, 32]);
    expect(ctBytes('x'.repeat(31))).toBe(64);
    expect(ctBytes(null)).toBe(32);
  });

  it('is a multiple of the bucket, never less than the text', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const bytes = ctBytes(text);
        expect(bytes % 32).toBe(0);
        expect(bytes).toBeGreaterThanOrEqual(Buffer.byteLength(JSON.stringify(text)));
      }),
    ));
});
