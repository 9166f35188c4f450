/*
 * Promised: nothing unclassified is written; a batch takes one query of the key ring; after a destruction every reader
 * gets `erased`.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EnvelopeRejected,
  isEnvelope,
  newId,
  personal,
  plain,
  SubjectKeyDestroyed,
  UnmappedField,
  type DomainEvent,
  type Envelope,
  type EventMetadata,
  type JsonObject,
  type NewEvent,
  type RecordedEvent,
  type SchemaMap,
  type UnsealedEvent,
} from '@dittoo/kernel';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import { DataKeys } from './data-keys.js';
import { EnvelopeSealer } from './envelope-sealer.js';
import { FileKeyEncryption } from './key-encryption.js';
import { keyRingMigrations } from './key-ring.migrations.js';
import { PostgresKeyRing } from './postgres-key-ring.js';

const map: SchemaMap = {
  PersonNamed: {
    stream: 'dataSubject',
    schemaVersion: 1,
    purpose: 'customerAccount',
    legalBasis: 'contract',
    fields: { name: personal('profile'), email: personal('contact'), locale: plain },
  },
  BoxSwept: {
    stream: 'processor',
    schemaVersion: 1,
    purpose: 'support',
    legalBasis: 'contract',
    subject: 'nobody',
    fields: { swept: plain },
  },
  ThingSaid: {
    stream: 'supportCase',
    schemaVersion: 1,
    purpose: 'support',
    legalBasis: 'contract',
    fields: { text: personal('support', { keyPer: 'event' }), order: personal('orderDelivery', { keyPer: 'stream' }) },
  },
};
const at = '2026-11-22T10:00:00.000Z';
const directory = mkdtempSync(join(tmpdir(), 'dittoo-sealer-'));
let database: TestDatabase;
let ring: PostgresKeyRing;
/** The ring's keys, counting the queries. */
class CountedKeys extends DataKeys {
  readonly trips: string[] = [];
  override activeKeys(...asked: Parameters<DataKeys['activeKeys']>) {
    this.trips.push('active');
    return ring.activeKeys(...asked);
  }
  override keysById(...asked: Parameters<DataKeys['keysById']>) {
    this.trips.push('byId');
    return ring.keysById(...asked);
  }
}
let keys: CountedKeys;
let sealer: EnvelopeSealer;

beforeAll(async () => {
  database = await testDatabase('sealer');
  await database.migrate(keyRingMigrations);
  FileKeyEncryption.generate(join(directory, 'kek.json'));
  ring = new PostgresKeyRing(database.pool(), FileKeyEncryption.read(join(directory, 'kek.json')));
});
beforeEach(() => {
  keys = new CountedKeys();
  sealer = new EnvelopeSealer(map, keys);
});
afterAll(async () => {
  await ring.close();
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

const named = (
  subjectId: string | null,
  data: object,
  type = 'PersonNamed',
  stream = `dataSubject-${subjectId}`,
): UnsealedEvent => ({
  stream,
  eventId: newId(),
  event: { type, data } as DomainEvent,
  metadata: {
    dataSubjectId: subjectId,
    actor: { kind: 'system', id: 'spec' },
    purpose: 'customerAccount',
    legalBasis: 'contract',
    noticeVersion: null,
    correlationId: newId(),
    causationId: newId(),
    traceparent: null,
    schemaVersion: 1,
    recordedAt: at,
  } satisfies EventMetadata,
});
const recorded = (event: NewEvent, stream: string): RecordedEvent => ({
  ...(JSON.parse(JSON.stringify(event)) as NewEvent),
  stream,
  revision: 0n,
  position: 0n,
});
const sealed = async (...events: UnsealedEvent[]): Promise<RecordedEvent[]> =>
  (await sealer.seal(events)).map((event, index) => recorded(event, events[index]!.stream));
const opened = async (...events: RecordedEvent[]) => (await sealer.open(events)).map(({ event }) => event.data);
const ada = { name: 'Ada Lovelace', email: 'ada@example.org', locale: 'sv' };

describe('sealing', () => {
  it('turns personal fields into envelopes and leaves plain ones; opening turns them back', async () => {
    const subjectId = newId();
    const [event] = await sealed(named(subjectId, ada));
    expect(event!.data).toMatchObject({
      locale: 'sv',
      name: { enc: 1, kid: `${subjectId}/profile/1` },
      email: { kid: `${subjectId}/contact/1` },
    });
    expect(JSON.stringify(event!.data)).not.toMatch(/Ada|example/);
    expect(await opened(event!)).toEqual([ada]);
  });

  it('seals null, and leaves absent fields absent', async () => {
    const [event] = await sealed(named(newId(), { name: null, email: undefined, locale: 'sv' }));
    expect(isEnvelope(event!.data['name'])).toBe(true);
    expect(await opened(event!)).toEqual([{ name: null, locale: 'sv' }]);
  });

  it('of many events of many people is one query, opening them another', async () => {
    const subjects = Array.from({ length: 5 }, () => newId());
    const events = await sealed(...subjects.flatMap((id) => [named(id, ada), named(id, { ...ada, name: 'Grace' })]));
    expect(keys.trips).toEqual(['active']);
    const names = (await opened(...events)).map((data) => (data as { name: string }).name);
    expect(names).toEqual(subjects.flatMap(() => ['Ada Lovelace', 'Grace']));
    expect(keys.trips).toEqual(['active', 'byId']);
  });

  it('uses the keys of the schema map: one per stream, one per event', async () => {
    const [subjectId, one, other] = [newId(), newId(), newId()];
    const said = (id: string) => named(subjectId, { text: 'Hej', order: 'T1' }, 'ThingSaid', `supportCase-${id}`);
    const messages = [said(one), said(one), said(other)];
    const events = await sealed(...messages);
    expect(keys.trips).toEqual(['active']);
    const kidOfField = (index: number, field: string) => (events[index]!.data[field] as unknown as Envelope).kid;
    for (const [index, { eventId, stream }] of messages.entries()) {
      expect(kidOfField(index, 'text')).toBe(`${subjectId}/support/${eventId}/1`);
      expect(kidOfField(index, 'order')).toBe(`${subjectId}/orderDelivery/${stream.slice('supportCase-'.length)}/1`);
    }
    await ring.destroy(subjectId, ['support'], { at, requestId: null, kids: [kidOfField(0, 'text')] });
    const erased = { erased: true, at, requestId: null };
    expect(await opened(...events)).toEqual([
      { text: erased, order: 'T1' },
      { text: 'Hej', order: 'T1' },
      { text: 'Hej', order: 'T1' },
    ]);
  });

  it('of plain events requests no key', async () => {
    const [event] = await sealed(named(newId(), { locale: 'en' }));
    const [swept] = await sealed(named(null, { swept: 3 }, 'BoxSwept', 'processor-1'));
    expect(await opened(event!, swept!)).toEqual([{ locale: 'en' }, { swept: 3 }]);
    expect(keys.trips).toEqual([]);
  });
});

describe('refused before any key is created', () => {
  it.each([
    ['a field that is not mapped', () => named(newId(), { ...ada, age: 36 }), 'field age of PersonNamed'],
    ['a field named like an object has', () => named(newId(), { constructor: 'x' }), 'field constructor'],
    ['an event that is not mapped', () => named(newId(), ada, 'PersonRenamed'), 'event PersonRenamed'],
    ['an event named like an object has', () => named(newId(), ada, 'toString'), 'event toString'],
    ['another category of stream', () => named(newId(), ada, 'PersonNamed', `order-${newId()}`), 'event PersonNamed'],
    [
      'a category that only begins so',
      () => named(newId(), ada, 'PersonNamed', `dataSubjects-${newId()}`),
      'event PersonNamed',
    ],
  ])('%s', async (_what, event, message) => {
    await expect(sealer.seal([event()])).rejects.toThrow(UnmappedField);
    await expect(sealer.seal([event()])).rejects.toThrow(message);
    expect(keys.trips).toEqual([]);
  });

  it.each([
    ['an event that names no person', () => named(null, ada), 'PersonNamed names no data subject'],
    ['also one without a personal field', () => named(null, { locale: 'sv' }), 'PersonNamed names no data subject'],
    [
      'a data subject in an event that has none',
      () => named(newId(), { swept: 3 }, 'BoxSwept', 'processor-1'),
      'BoxSwept is about nobody',
    ],
  ])('%s', async (_what, event, message) => {
    await expect(sealer.seal([event()])).rejects.toThrow(message);
    expect(keys.trips).toEqual([]);
  });

  it('the whole batch, when one in it is', async () => {
    const subjectId = newId();
    await expect(sealer.seal([named(subjectId, ada), named(subjectId, { age: 36 })])).rejects.toThrow(UnmappedField);
    expect((await ring.states(subjectId)).get('profile')).toBe('neverProvisioned');
  });
});

describe('after a destruction', () => {
  it('a field says when it was erased and for which request; the others stay', async () => {
    const subjectId = newId();
    const requestId = newId();
    const [event] = await sealed(named(subjectId, ada));
    await ring.destroy(subjectId, ['profile'], { at, requestId });
    expect(await opened(event!)).toEqual([{ ...ada, name: { erased: true, at, requestId } }]);
    await expect(sealer.seal([named(subjectId, ada)])).rejects.toThrow(SubjectKeyDestroyed);
  });
});

describe('an envelope in the wrong place', () => {
  it('is rejected: swapped between fields, events and people', async () => {
    const [one, other] = await sealed(named(newId(), ada), named(newId(), ada));
    const put = (event: RecordedEvent, data: JsonObject): RecordedEvent => ({
      ...event,
      data: { ...event.data, ...data },
    });
    for (const moved of [
      put(one!, { name: other!.data['name']! }),
      put(one!, { email: one!.data['name']! }),
      { ...one!, eventId: newId() },
      { ...one!, stream: other!.stream },
      { ...one!, metadata: { ...one!.metadata, schemaVersion: 2 } },
    ]) {
      await expect(opened(moved)).rejects.toThrow(EnvelopeRejected);
    }
  });
});

describe('a single value of a row', () => {
  const place = ['gateway.access_log', '7', 'ip'];

  it('opens only where it was sealed, and is erased with its key', async () => {
    const subjectId = newId();
    const envelope: Envelope = await sealer.sealValue(subjectId, 'accessLog', place, '192.0.2.7');
    expect(await sealer.openValue(envelope, place)).toBe('192.0.2.7');
    await expect(sealer.openValue(envelope, place.with(1, '8'))).rejects.toThrow(EnvelopeRejected);
    await ring.destroy(subjectId, ['accessLog'], { at, requestId: null });
    expect(await sealer.openValue(envelope, place)).toEqual({ erased: true, at, requestId: null });
    await expect(sealer.sealValue(subjectId, 'accessLog', place, 'x')).rejects.toThrow(SubjectKeyDestroyed);
  });
});
