import { Clock, EventStore, newId } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { Alarms, LOGGER, ROW_POOL } from '@dittoo/platform';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import request from 'supertest';
import { AUDIT_CONFIG, type AuditConfig } from '../audit.config.js';
import { auditServiceWith, readAuditConfig } from '../audit.module.js';
import { ImaginedLife } from '../imagined-life.fixture.js';
import { provesConsistency, provesInclusion } from '../merkle/proof.js';
import { openNote, parseTreeHead } from '../merkle/signed-note.js';
import { LogSealer } from './log-sealer.worker.js';
import { SealStore } from './seal-store.js';
import { SigningKey } from './signing-key.js';
import { Verification } from './verification.query.js';

let service: TestService;
let sealer: LogSealer;
let store: SealStore;
const origin = 'dittoo.example.org/audit-log';

beforeEach(async () => {
  service = await startTestService(auditServiceWith(readAuditConfig({})));
  sealer = service.get<LogSealer>(LogSealer);
  store = service.get<SealStore>(SealStore);
  started.length = 0;
});
afterEach(async () => {
  await Promise.all(started.map((other) => other.beforeApplicationShutdown()));
  await service.close();
});

const started: LogSealer[] = [];
/** A second sealer on the same database: another process, or this one after a restart. */
const anotherSealer = (metrics = new Registry(), alarms = new Alarms()): LogSealer => {
  const other = new LogSealer(
    service.get<EventStore>(EventStore),
    store,
    service.get<SigningKey>(SigningKey),
    service.get<Clock>(Clock),
    alarms,
    service.get<AuditConfig>(AUDIT_CONFIG),
    service.get<Logger>(LOGGER),
    metrics,
  );
  other.onApplicationBootstrap();
  started.push(other);
  return other;
};
const live = (count: number) =>
  Promise.all(Array.from({ length: count }, () => new ImaginedLife(service.platform).register()));
const headOf = (size: number, by = sealer) => until(() => (by.lastSigned?.size ?? -1) >= size && by.lastSigned!);
const get = async (path: string) =>
  request(service.url)
    .get(`/api/v1/audit/${path}`)
    .set('authorization', await service.bearer({ subjectId: newId(), role: 'complianceOfficer' }));
const binary = (base64: string): Buffer => Buffer.from(base64, 'base64');

describe('proofs', () => {
  it('hold for every event and every two sizes up to the checkpoint', async () => {
    const [[first]] = (await live(1)) as [[string]];
    await headOf(1);
    const ids = (await live(9)).flat();
    await headOf(10);
    const { text: note } = await get('checkpoint');
    const text = openNote(note, await service.get<SigningKey>(SigningKey).verifierKey());
    const head = parseTreeHead(text!)!;
    expect(head).toMatchObject({ origin, size: 10 });
    for (const eventId of [first, ...ids]) {
      const { body } = await get(`proofs/inclusion?eventId=${eventId}`);
      expect(body).toMatchObject({ eventId, treeSize: 10, rootHash: head.root.toString('base64'), checkpoint: note });
      const claim = { index: body.leafIndex, size: 10, leafHash: binary(body.leafHash), root: head.root };
      expect(provesInclusion(body.hashes.map(binary), claim)).toBe(true);
    }
    for (let to = 0; to <= 10; to++) {
      for (let from = 0; from <= to; from++) {
        const { body } = await get(`proofs/consistency?from=${from}&to=${to}`);
        const claim = { from, to, fromRoot: binary(body.fromRootHash), toRoot: binary(body.toRootHash) };
        expect(provesConsistency(body.hashes.map(binary), claim)).toBe(true);
      }
    }
  });

  it('need valid parameters and an officer', async () => {
    await headOf(0);
    expect((await get('proofs/inclusion?eventId=one')).body.code).toBe('invalid-field');
    expect((await get(`proofs/inclusion?eventId=${newId()}`)).body.code).toBe('not-found');
    for (const query of ['from=0', 'from=-1&to=0', 'from=0&to=1', 'from=1&to=0', 'from=a&to=0']) {
      expect((await get(`proofs/consistency?${query}`)).body.code).toBe('invalid-field');
    }
    const customer = await service.bearer({ subjectId: newId() });
    for (const path of ['checkpoint', 'bundle', 'proofs/inclusion', 'proofs/consistency']) {
      await request(service.url).get(`/api/v1/audit/${path}`).expect(401);
      await request(service.url).get(`/api/v1/audit/${path}`).set('authorization', customer).expect(403);
    }
    await request(service.url).post('/api/v1/audit/verifications').expect(401);
    await request(service.url).post('/api/v1/audit/verifications').set('authorization', customer).expect(403);
  });
});

describe('a crash', () => {
  it('after the leaves: the next start signs the unsigned rest, and the same tree', async () => {
    await live(3);
    const before = await headOf(3);
    await sealer.beforeApplicationShutdown();
    await service.platform.pool.query('DELETE FROM audit.signed_tree_head WHERE size > 0');
    expect((await headOf(3, anotherSealer())).root).toEqual(before.root);
  });

  it('before the leaves: the next start reads the events again', async () => {
    await headOf(0);
    await sealer.beforeApplicationShutdown();
    await live(300);
    const next = anotherSealer();
    await headOf(300, next);
    await next.beforeApplicationShutdown();
    await live(300);
    await headOf(600, anotherSealer());
    expect(await service.get<Verification>(Verification).verify()).toMatchObject({ verdict: 'ok', treeSize: 600 });
  });

  it('does not happen at a requested stop: events already read are signed', async () => {
    await live(20);
    await until(async () => (await store.sealed()).size === 20);
    await sealer.beforeApplicationShutdown();
    expect(await store.lastHead(origin)).toMatchObject({ size: 20 });
  });
});

it('two sealers make one tree and one chain of heads', async () => {
  const others = [anotherSealer(), anotherSealer()];
  for (let round = 0; round < 5; round++) await live(60);
  for (const one of [sealer, ...others]) await until(async () => (await store.lastHead(origin))?.size === 300 && one);
  expect([sealer, ...others].map(({ refused }) => refused)).toEqual([null, null, null]);
  expect(await service.get<Verification>(Verification).verify()).toMatchObject({ verdict: 'ok', treeSize: 300 });
});

describe('the sealer refuses, with a reason, when', () => {
  const restarted = async (): Promise<{ reason: string; alarms: readonly string[]; metrics: string }> => {
    const [metrics, alarms] = [new Registry(), new Alarms()];
    const next = anotherSealer(metrics, alarms);
    const reason = await until(() => next.refused ?? false);
    return { reason, alarms: alarms.raised, metrics: await metrics.metrics() };
  };

  it('the leaves are not the signed ones', async () => {
    await live(3);
    await headOf(3);
    await sealer.beforeApplicationShutdown();
    await service.platform.pool.query('UPDATE audit.leaf SET leaf_hash = $1 WHERE index = 1', [Buffer.alloc(32, 1)]);
    const { alarms, metrics, reason } = await restarted();
    expect(reason).toBe('the stored tree of 3 is not the one that was signed');
    expect(alarms).toEqual(['audit.seal-refused']);
    expect(metrics).toContain('dittoo_seal_refused 1');
    await live(1);
    expect(await store.lastHead(origin)).toMatchObject({ size: 3 });
  });

  it('leaves are missing, or the last head is not signed by its key', async () => {
    await live(3);
    await headOf(3);
    await sealer.beforeApplicationShutdown();
    await service.platform.pool.query('DELETE FROM audit.leaf WHERE index = 2');
    expect((await restarted()).reason).toBe('3 leaves are signed, 2 are stored');
    await service.platform.pool.query(`UPDATE audit.signed_tree_head SET root = '\\x00' WHERE size = 3`);
    expect((await restarted()).reason).toBe('the signed tree head of 3 does not carry our signature');
  });

  it('storage returns another tree while it runs', async () => {
    await live(3);
    await headOf(3);
    await service.platform.pool.query('UPDATE audit.leaf SET leaf_hash = $1 WHERE index = 1', [Buffer.alloc(32, 1)]);
    await live(1);
    expect(await until(() => sealer.refused ?? false)).toBe('the stored tree of 4 is not the one of the events');
    expect(await store.lastHead(origin)).toMatchObject({ size: 3 });
    const { body } = await request(service.url).get('/health/ready').expect(200);
    expect(body.alarms).toEqual(['audit.seal-refused']);
    expect(await service.platform.metrics.metrics()).toContain('dittoo_seal_refused 1');
    expect(await service.get<Verification>(Verification).verify()).toMatchObject({ verdict: 'tampered' });
  });

  it('a head disappears while it runs', async () => {
    await live(2);
    await headOf(2);
    await service.platform.pool.query('DELETE FROM audit.signed_tree_head WHERE size = 2');
    await live(1);
    expect(await until(() => sealer.refused ?? false)).toBe('the signed tree head of 2 has disappeared');
  });
});

it('an event is a leaf once: the same event at another position is refused with a message', async () => {
  const [[eventId]] = (await live(1)) as [[string]];
  await headOf(1);
  const again = { position: 1n, eventId, hash: Buffer.alloc(32, 1) };
  await expect(store.integrate(1, [again], [])).rejects.toThrow(
    'the log gives an event again that is sealed at another position',
  );
});

it('measures the events that are not sealed yet', async () => {
  await live(2);
  await headOf(2);
  const metrics = await service.platform.metrics.metrics();
  expect(metrics).toContain('dittoo_unsealed_events 0');
  expect(metrics).toContain('dittoo_seal_lag_seconds 0');
  expect(metrics).toContain('dittoo_seal_refused 0');
});

it('does not start with an origin that is not a valid key name', () => {
  const keyOf = (name: string) => () =>
    new SigningKey(
      service.get<Pool>(ROW_POOL),
      { origin: name },
      service.get<KeyEncryption>(KeyEncryption),
      service.get<Clock>(Clock),
    );
  for (const name of ['', 'shop one', 'shop+one']) expect(keyOf(name)).toThrow('AUDIT_ORIGIN');
  expect(keyOf(origin)).not.toThrow();
});
