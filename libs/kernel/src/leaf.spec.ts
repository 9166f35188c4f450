/* Promised: an event has one leaf, however a database stored its JSON. RFC 8785, RFC 6962 §2.1. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, NewEvent } from './event.js';
import { leafHashOf, leafOf } from './leaf.js';

const event: NewEvent = {
  eventId: '0b7d6c3e-1111-4111-8111-111111111111',
  type: 'ConsentGiven',
  data: { purpose: 'newsletter', amountMinor: 12900, taxRate: 0.25, euro: '\u20ac' },
  metadata: {
    dataSubjectId: null,
    actor: { kind: 'system', id: 'spec' },
    purpose: 'consentEvidence',
    legalBasis: 'legalObligation',
    noticeVersion: '2026-11',
    correlationId: '0b7d6c3e-2222-4222-8222-222222222222',
    causationId: '0b7d6c3e-3333-4333-8333-333333333333',
    traceparent: null,
    schemaVersion: 1,
    recordedAt: '2026-11-22T10:00:00.000Z',
  },
};

/** As PostgreSQL's jsonb returns it: keys sorted by length, then by bytes. */
const throughJsonb = <T>(value: T): T => {
  if (Array.isArray(value)) return value.map(throughJsonb) as T;
  if (typeof value !== 'object' || value === null) return value;
  const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
  const names = Object.keys(value).sort(
    (a, b) => bytes(a).length - bytes(b).length || bytes(a).compare(bytes(b)),
  ) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, throughJsonb(value[name])])) as T;
};

const reversed = <T>(value: T): T =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : (Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, item]) => [name, reversed(item)]),
      ) as T);

describe('a leaf', () => {
  it('is this text and this hash, for ever', () => {
    const leaf = leafOf('consent-1', 7n, event);
    expect(leaf).toBe(
      '{"data":{"amountMinor":12900,"euro":"\u20ac","purpose":"newsletter","taxRate":0.25},' +
        '"id":"0b7d6c3e-1111-4111-8111-111111111111","meta":{"actor":{"id":"spec","kind":"system"},' +
        '"causationId":"0b7d6c3e-3333-4333-8333-333333333333","correlationId":"0b7d6c3e-2222-4222-8222-222222222222",' +
        '"dataSubjectId":null,"legalBasis":"legalObligation","noticeVersion":"2026-11","purpose":"consentEvidence",' +
        '"recordedAt":"2026-11-22T10:00:00.000Z","schemaVersion":1,"traceparent":null},' +
        '"revision":7,"stream":"consent-1","type":"ConsentGiven","v":1}',
    );
    expect(leafHashOf(leaf).toString('hex')).toBe('cd99d80dd13aea54597424ff0e94e2ae731e502d7dc4be3ea720bded3205e4a1');
  });

  it('does not depend on the order of keys', () =>
    expect(leafOf('consent-1', 7n, reversed(event))).toBe(leafOf('consent-1', 7n, event)));

  it('differs in stream, revision and every part of the event', () => {
    const others = [
      leafOf('consent-2', 7n, event),
      leafOf('consent-1', 8n, event),
      leafOf('consent-1', 7n, { ...event, type: 'ConsentRefused' }),
      leafOf('consent-1', 7n, { ...event, data: { ...event.data, amountMinor: 12901 } }),
      leafOf('consent-1', 7n, { ...event, metadata: { ...event.metadata, purpose: 'order' } }),
    ];
    expect(new Set([leafOf('consent-1', 7n, event), ...others]).size).toBe(6);
  });

  it('survives JSON and jsonb with any data', () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (data) => {
        const one = { ...event, data: data as JsonObject };
        const other = throughJsonb(JSON.parse(JSON.stringify(one)) as NewEvent);
        expect(leafOf('order-1', 0n, other)).toBe(leafOf('order-1', 0n, one));
      }),
    ));

  it('is hashed with the leaf prefix of RFC 6962', () =>
    // The hash of an empty leaf in the test vectors of Certificate Transparency.
    expect(leafHashOf('').toString('hex')).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'));
});
