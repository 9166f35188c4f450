/* eslint max-lines: off -- the promises of the key ring stand together, on one database */
/*
 * Promised: concurrent requests get one key; a destroyed key is never created again, nor is one destroyed before it was
 * created; a missing key is an error and not an erasure; every process evicts a destroyed key within a second, or in 60
 * s without a notification. Not promised: that a value opened just before the destruction is revoked.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataCategories, isErased, KeyMissing, newId, SubjectKeyDestroyed } from '@dittoo/kernel';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import type { Pool } from 'pg';
import type { DataKey } from './envelope.js';
import { KeyCache } from './key-cache.js';
import { FileKeyEncryption } from './key-encryption.js';
import { keyRingMigrations } from './key-ring.migrations.js';
import { PostgresKeyRing } from './postgres-key-ring.js';

const at = '2026-11-22T10:00:00.000Z';
const later = '2026-11-23T10:00:00.000Z';
const directory = mkdtempSync(join(tmpdir(), 'dittoo-ring-'));
const requestId = newId();
let database: TestDatabase;
let pool: Pool;
let encryption: FileKeyEncryption;
const started: PostgresKeyRing[] = [];

beforeAll(async () => {
  database = await testDatabase('key ring');
  await database.migrate(keyRingMigrations);
  pool = database.pool({ max: 12 });
  FileKeyEncryption.generate(join(directory, 'kek.json'));
  encryption = FileKeyEncryption.read(join(directory, 'kek.json'));
});
afterEach(() => Promise.all(started.splice(0).map((ring) => ring.close())));
afterAll(async () => {
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

const ringOf = (cache?: KeyCache): PostgresKeyRing => new PostgresKeyRing(pool, encryption, undefined, cache);
const listening = async (onProblem?: (problem: string) => void): Promise<PostgresKeyRing> => {
  const ring = new PostgresKeyRing(pool, encryption, onProblem);
  await ring.start();
  started.push(ring);
  return ring;
};
const active = async (
  ring: PostgresKeyRing,
  subjectId: string,
  category: (typeof dataCategories)[number] = 'profile',
) => (await ring.activeKeys([{ subjectId, category }])).get(`${subjectId}/${category}`)!;
const byId = async (ring: PostgresKeyRing, kid: string) => (await ring.keysById([kid])).get(kid)!;
const bytes = (key: DataKey): string => key.key.export().toString('hex');
const rows = async (subjectId: string): Promise<{ state: string; generation: number; wrapped: Buffer | null }[]> =>
  (await pool.query('SELECT * FROM keyring.data_key WHERE subject_id = $1 ORDER BY category, generation', [subjectId]))
    .rows;
const until = async (condition: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<number> => {
  const start = Date.now();
  while (!(await condition())) {
    if (Date.now() - start > timeoutMs) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return Date.now() - start;
};

describe('get or create', () => {
  it('gives twenty callers at once the same key', async () => {
    const subjectId = newId();
    const keys = await Promise.all(Array.from({ length: 20 }, () => active(ringOf(), subjectId)));
    expect(new Set(keys.map(bytes)).size).toBe(1);
    expect(keys[0]!.kid).toBe(`${subjectId}/profile/1`);
    expect(await rows(subjectId)).toHaveLength(1);
  });

  it('gives each subject and category a key of its own', async () => {
    const [one, other] = [newId(), newId()];
    const requests = [one, other].flatMap((subjectId) => dataCategories.map((category) => ({ subjectId, category })));
    const keys = await ringOf().activeKeys(requests);
    expect(keys.size).toBe(20);
    expect(new Set([...keys.values()].map(bytes)).size).toBe(20);
  });

  it('gives another process the same key, under the id it had', async () => {
    const key = await active(ringOf(), newId());
    expect(bytes((await byId(ringOf(), key.kid)) as DataKey)).toBe(bytes(key));
  });

  it('keeps no material in the clear', async () => {
    const subjectId = newId();
    const key = await active(ringOf(), subjectId);
    const { rows: dump } = await pool.query<{ text: string }>(
      'SELECT t::text AS text FROM keyring.data_key t WHERE subject_id = $1',
      [subjectId],
    );
    expect(dump[0]!.text).not.toContain(bytes(key));
  });
});

describe('a destroyed key', () => {
  it('is erased for every reader, and never created again', async () => {
    const ring = ringOf();
    const { kid } = await active(ring, newId());
    const subjectId = kid.split('/')[0]!;
    const [destroyed] = await ring.destroy(subjectId, ['profile'], { at, requestId });
    expect(destroyed).toEqual({
      kid,
      category: 'profile',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      destroyedAt: at,
      requestId,
    });
    for (const reader of [ring, ringOf()]) {
      expect(await byId(reader, kid)).toEqual({ erased: true, at, requestId });
      await expect(active(reader, subjectId)).rejects.toThrow(SubjectKeyDestroyed);
    }
    expect((await ring.states(subjectId)).get('profile')).toBe('destroyed');
    expect((await ring.states(subjectId)).get('contact')).toBe('neverProvisioned');
  });

  it('is never created where none existed', async () => {
    const subjectId = newId();
    const [destroyed] = await ringOf().destroy(subjectId, ['advertising'], { at, requestId });
    expect(destroyed).toMatchObject({ category: 'advertising', fingerprint: null });
    await expect(active(ringOf(), subjectId, 'advertising')).rejects.toThrow(SubjectKeyDestroyed);
    await active(ringOf(), subjectId, 'contact');
  });

  it('fails the whole batch that asks for it, and leaves the others as they are', async () => {
    const [gone, here] = [newId(), newId()];
    await ringOf().destroy(gone, ['profile'], { at, requestId });
    const requests = [gone, here].map((subjectId) => ({ subjectId, category: 'profile' as const }));
    await expect(ringOf().activeKeys(requests)).rejects.toThrow(SubjectKeyDestroyed);
  });

  it('gives the same result when it is destroyed again, by another request at another time', async () => {
    const subjectId = newId();
    await active(ringOf(), subjectId);
    const first = await ringOf().destroy(subjectId, ['profile', 'contact'], { at, requestId });
    expect(first).toHaveLength(2);
    expect(await ringOf().destroy(subjectId, ['profile', 'contact'], { at: later, requestId: newId() })).toEqual(first);
    const again = { at: later, requestId: null, newLifecycle: true };
    expect(await ringOf().destroy(subjectId, ['profile', 'contact'], again)).toEqual(first);
    await expect(active(ringOf(), subjectId)).rejects.toThrow(SubjectKeyDestroyed);
  });

  it('leaves nothing of its material in the table, wrapped or not', async () => {
    const subjectId = newId();
    await active(ringOf(), subjectId);
    const wrapped = (await rows(subjectId))[0]!.wrapped!;
    await ringOf().destroy(subjectId, ['profile'], { at, requestId });
    const { rows: dump } = await pool.query<{ text: string }>('SELECT t::text AS text FROM keyring.data_key t');
    expect(dump.some(({ text }) => text.includes(wrapped.toString('hex')))).toBe(false);
    expect(await rows(subjectId)).toMatchObject([{ state: 'destroyed', wrapped: null, kek_version: null }]);
  });

  it('is not created by a concurrent request', async () => {
    for (let round = 0; round < 15; round++) {
      const subjectId = newId();
      await Promise.all([
        ringOf().destroy(subjectId, ['profile'], { at, requestId }),
        ...Array.from({ length: 4 }, () =>
          active(ringOf(), subjectId).catch((error: Error) => expect(error).toBeInstanceOf(SubjectKeyDestroyed)),
        ),
      ]);
      expect((await rows(subjectId)).map(({ state }) => state)).toEqual(['destroyed']);
    }
  });
});

describe('a new generation of a key', () => {
  it('is the next generation; the first stays erased', async () => {
    const ring = ringOf();
    const subjectId = newId();
    const first = await active(ring, subjectId, 'personnummer');
    await ring.destroy(subjectId, ['personnummer'], { at, requestId: null, newLifecycle: true });
    expect((await ring.states(subjectId)).get('personnummer')).toBe('newLifecycleAllowed');
    const second = await active(ring, subjectId, 'personnummer');
    expect(second.kid).toBe(`${subjectId}/personnummer/2`);
    expect(bytes(second)).not.toBe(bytes(first));
    expect((await ring.states(subjectId)).get('personnummer')).toBe('active');
    for (const reader of [ring, ringOf()]) {
      expect(await byId(reader, first.kid)).toEqual({ erased: true, at, requestId: null });
      expect(isErased(await byId(reader, second.kid))).toBe(false);
    }
  });

  it('is not destroyed by a late repetition that names the earlier key', async () => {
    const ring = ringOf();
    const subjectId = newId();
    const { kid } = await active(ring, subjectId, 'personnummer');
    const removal = { at, requestId: null, newLifecycle: true, kids: [kid] };
    const first = await ring.destroy(subjectId, ['personnummer'], removal);
    const second = await active(ring, subjectId, 'personnummer');
    expect(await ring.destroy(subjectId, ['personnummer'], { ...removal, at: later })).toEqual(first);
    expect((await active(ringOf(), subjectId, 'personnummer')).kid).toBe(second.kid);
  });

  it('ends with the erasure of the person', async () => {
    const ring = ringOf();
    const subjectId = newId();
    await active(ring, subjectId, 'personnummer');
    await ring.destroy(subjectId, ['personnummer'], { at, requestId: null, newLifecycle: true });
    await active(ring, subjectId, 'personnummer');
    const destroyed = await ring.destroy(subjectId, ['personnummer'], { at: later, requestId });
    expect(destroyed.map(({ kid, destroyedAt }) => [kid.at(-1), destroyedAt])).toEqual([
      ['1', at],
      ['2', later],
    ]);
    await expect(active(ring, subjectId, 'personnummer')).rejects.toThrow(SubjectKeyDestroyed);
  });

  it('does not begin while the person is being erased', async () => {
    const subjectId = newId();
    await active(ringOf(), subjectId);
    await ringOf().destroy(subjectId, ['profile'], { at, requestId: null, newLifecycle: true });
    const erasure = await pool.connect();
    let asked = false;
    try {
      // The erasure, seen from between its last update and its commit.
      await erasure.query('BEGIN');
      await erasure.query(`UPDATE keyring.data_key SET state = 'destroyed' WHERE subject_id = $1`, [subjectId]);
      const asking = active(ringOf(), subjectId)
        .catch((error: Error) => error)
        .finally(() => (asked = true));
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      await until(async () => asked || (await pool.query(waiting)).rows.length > 0);
      await erasure.query('COMMIT');
      expect(await asking).toBeInstanceOf(SubjectKeyDestroyed);
    } finally {
      erasure.release();
    }
    expect((await rows(subjectId)).map(({ state }) => state)).toEqual(['destroyed']);
  });

  it('that begins just before the erasure ends with it', async () => {
    const subjectId = newId();
    await active(ringOf(), subjectId);
    await ringOf().destroy(subjectId, ['profile'], { at, requestId: null, newLifecycle: true });
    const maker = await pool.connect();
    try {
      // The making of a second generation, seen from between its insert and its commit.
      await maker.query('BEGIN');
      await maker.query('SELECT FROM keyring.data_key WHERE subject_id = $1 FOR UPDATE', [subjectId]);
      await maker.query(
        `INSERT INTO keyring.data_key (subject_id, category, generation, state, wrapped, kek_version, fingerprint)
         VALUES ($1, 'profile', 2, 'active', '\\x00', 1, '\\x00')`,
        [subjectId],
      );
      const erasing = ringOf().destroy(subjectId, ['profile'], { at, requestId });
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      await until(async () => (await pool.query(waiting)).rows.length > 0);
      await maker.query('COMMIT');
      expect((await erasing).map(({ kid }) => kid.at(-1))).toEqual(['1', '2']);
    } finally {
      maker.release();
    }
    expect((await rows(subjectId)).map(({ state, wrapped }) => [state, wrapped])).toEqual([
      ['destroyed', null],
      ['destroyed', null],
    ]);
  });
});

describe('a key of one stream or event', () => {
  const scoped = async (ring: PostgresKeyRing, subjectId: string, scope: string) =>
    (await ring.activeKeys([{ subjectId, category: 'orderDelivery', scope }])).get(
      `${subjectId}/orderDelivery/${scope}`,
    )!;

  it('is separate from the category’s key, and the same for concurrent requests', async () => {
    const [subjectId, one, other] = [newId(), newId(), newId()];
    const keys = await Promise.all(Array.from({ length: 10 }, () => scoped(ringOf(), subjectId, one)));
    expect(new Set(keys.map(bytes)).size).toBe(1);
    expect(keys[0]!.kid).toBe(`${subjectId}/orderDelivery/${one}/1`);
    const [second, whole] = [
      await scoped(ringOf(), subjectId, other),
      await active(ringOf(), subjectId, 'orderDelivery'),
    ];
    expect(new Set([keys[0]!, second, whole].map(bytes)).size).toBe(3);
    expect(bytes((await byId(ringOf(), second.kid)) as DataKey)).toBe(bytes(second));
  });

  it('costs one statement, also where some of the keys are there and some are not', async () => {
    const subjectId = newId();
    await active(ringOf(), subjectId);
    const query = pool.query.bind(pool);
    let statements = 0;
    pool.query = ((...args: Parameters<typeof query>) => (statements++, query(...args))) as typeof pool.query;
    try {
      const scope = newId();
      const keys = await ringOf().activeKeys([
        { subjectId, category: 'profile' },
        { subjectId, category: 'orderDelivery', scope },
        { subjectId, category: 'orderAccounting', scope },
      ]);
      expect(keys.size).toBe(3);
    } finally {
      pool.query = query;
    }
    expect(statements).toBe(1);
  });

  it('is destroyed alone when its period ends, and is never created again', async () => {
    const ring = ringOf();
    const [subjectId, gone, stays] = [newId(), newId(), newId()];
    const { kid } = await scoped(ring, subjectId, gone);
    const kept = await scoped(ring, subjectId, stays);
    const ended = { at, requestId: null, kids: [kid] };
    const first = await ring.destroy(subjectId, ['orderDelivery'], ended);
    expect(first).toMatchObject([{ kid, category: 'orderDelivery', requestId: null }]);
    expect(await ring.destroy(subjectId, ['orderDelivery'], { ...ended, at: later })).toEqual(first);
    expect(await byId(ringOf(), kid)).toEqual({ erased: true, at, requestId: null });
    await expect(scoped(ringOf(), subjectId, gone)).rejects.toThrow(SubjectKeyDestroyed);
    expect(bytes((await byId(ringOf(), kept.kid)) as DataKey)).toBe(bytes(kept));
    expect((await ring.states(subjectId)).get('orderDelivery')).toBe('active');
    await scoped(ring, subjectId, newId());
    expect([...(await ring.statesOfKeys([kid, kept.kid])).values()]).toEqual(['destroyed', 'active']);
  });

  it('is destroyed with its category, and no other is created after that', async () => {
    const ring = ringOf();
    const subjectId = newId();
    const keys = [await scoped(ring, subjectId, newId()), await scoped(ring, subjectId, newId())];
    const destroyed = await ring.destroy(subjectId, ['orderDelivery', 'support'], { at, requestId });
    for (const { kid } of keys) expect(destroyed.map((key) => key.kid)).toContain(kid);
    expect((await ring.states(subjectId)).get('orderDelivery')).toBe('destroyed');
    await expect(scoped(ringOf(), subjectId, newId())).rejects.toThrow(SubjectKeyDestroyed);
    const never = { subjectId, category: 'support' as const, scope: newId() };
    await expect(ringOf().activeKeys([never])).rejects.toThrow(SubjectKeyDestroyed);
  });

  it('may be spared, and is destroyed when it is no longer spared', async () => {
    const ring = ringOf();
    const [subjectId, open] = [newId(), newId()];
    const { kid } = await scoped(ring, subjectId, open);
    const { kid: closed } = await scoped(ring, subjectId, newId());
    await ring.destroy(subjectId, ['orderDelivery'], { at, requestId, spared: [kid] });
    expect([...(await ring.statesOfKeys([kid, closed])).values()].sort()).toEqual(['active', 'destroyed']);
    expect((await scoped(ring, subjectId, open)).kid).toBe(kid);
    await expect(scoped(ring, subjectId, newId())).rejects.toThrow(SubjectKeyDestroyed);
    await ring.destroy(subjectId, ['orderDelivery'], { at: later, requestId });
    expect((await ring.keysOf(subjectId)).every(({ state }) => state === 'destroyed')).toBe(true);
  });

  it('is not created by a request while its category is destroyed', async () => {
    for (let round = 0; round < 15; round++) {
      const subjectId = newId();
      if (round % 2 === 0) await scoped(ringOf(), subjectId, newId());
      await Promise.all([
        ringOf().destroy(subjectId, ['orderDelivery'], { at, requestId }),
        ...Array.from({ length: 4 }, () =>
          scoped(ringOf(), subjectId, newId()).catch((error: Error) =>
            expect(error).toBeInstanceOf(SubjectKeyDestroyed),
          ),
        ),
      ]);
      expect(new Set((await rows(subjectId)).map(({ state }) => state))).toEqual(new Set(['destroyed']));
    }
  });
});

describe('a key from before keys of streams existed', () => {
  it('opens what was sealed under it, and an earlier erasure still refuses every key', async () => {
    const before = await testDatabase('old key ring');
    try {
      await before.migrate(keyRingMigrations.slice(0, 2));
      const old = before.pool();
      const [kept, gone] = [newId(), newId()];
      const material = Buffer.alloc(32, 7);
      const { kekVersion, wrapped } = encryption.wrap(material, `${kept}/orderDelivery/1`);
      const fingerprint = createHash('sha256').update(material).digest();
      await old.query(
        `INSERT INTO keyring.data_key (subject_id, category, generation, state, wrapped, kek_version, fingerprint)
         VALUES ($1, 'orderDelivery', 1, 'active', $2, $3, $4)`,
        [kept, wrapped, kekVersion, fingerprint],
      );
      await old.query(
        `INSERT INTO keyring.data_key (subject_id, category, generation, state, destroyed_at)
         VALUES ($1, 'orderDelivery', 1, 'destroyed', now())`,
        [gone],
      );
      await before.migrate(keyRingMigrations);
      const ring = new PostgresKeyRing(old, encryption);
      expect(bytes((await byId(ring, `${kept}/orderDelivery/1`)) as DataKey)).toBe(material.toString('hex'));
      const ofOrder = (subjectId: string) =>
        ring.activeKeys([{ subjectId, category: 'orderDelivery', scope: newId() }]);
      expect((await ofOrder(kept)).size).toBe(1);
      await expect(ofOrder(gone)).rejects.toThrow(SubjectKeyDestroyed);
    } finally {
      await before.drop();
    }
  });
});

describe('a missing key', () => {
  it('is an error, not an erasure', async () => {
    const subjectId = newId();
    const { kid } = await active(ringOf(), subjectId);
    await pool.query('DELETE FROM keyring.data_key WHERE subject_id = $1', [subjectId]);
    await expect(byId(ringOf(), kid)).rejects.toThrow(KeyMissing);
  });

  it.each([
    '',
    'x',
    `${newId()}/profile`,
    `${newId()}/profile/0`,
    `${newId()}/profile/1/2`,
    `${newId()}/profile/${newId()}`,
    "x'; --/profile/1",
  ])('is what a name like %j means', (kid) => expect(byId(ringOf(), kid)).rejects.toThrow(KeyMissing));

  it('is the error for swapped material', async () => {
    const [one, other] = [newId(), newId()];
    const { kid } = await active(ringOf(), one);
    await active(ringOf(), other);
    await pool.query(
      `UPDATE keyring.data_key SET wrapped = (SELECT wrapped FROM keyring.data_key WHERE subject_id = $2) WHERE subject_id = $1`,
      [one, other],
    );
    await expect(byId(ringOf(), kid)).rejects.toThrow(); // wrapped for another name
  });
});

describe('the cache', () => {
  it('of another process evicts a destroyed key within a second', async () => {
    const [ring, other] = [await listening(), await listening()];
    const subjectId = newId();
    const { kid } = await active(ring, subjectId);
    expect(isErased(await byId(other, kid))).toBe(false);
    await ring.destroy(subjectId, ['profile'], { at, requestId });
    expect(await until(async () => isErased(await byId(other, kid)))).toBeLessThan(1_000);
  });

  it('is cleared when its listener loses the connection, and listens again by itself', async () => {
    const problems: string[] = [];
    const [ring, other] = [ringOf(), await listening((problem) => problems.push(problem))];
    const subjectId = newId();
    const { kid } = await active(ring, subjectId);
    await byId(other, kid);
    const listeners = `FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`;
    await pool.query(`SELECT pg_terminate_backend(pid) ${listeners}`);
    await ring.destroy(subjectId, ['profile'], { at, requestId }); // perhaps without a notification
    await until(async () => isErased(await byId(other, kid)));
    expect(problems).toHaveLength(1);
    await until(async () => (await pool.query(`SELECT 1 ${listeners}`)).rows.length === 1);

    const next = newId();
    const again = await active(ring, next);
    await byId(other, again.kid);
    await ring.destroy(next, ['profile'], { at, requestId });
    expect(await until(async () => isErased(await byId(other, again.kid)))).toBeLessThan(1_000);
  });

  it('expires without notifications', async () => {
    const deaf = ringOf(new KeyCache(100));
    const subjectId = newId();
    const { kid } = await active(deaf, subjectId);
    await ringOf().destroy(subjectId, ['profile'], { at, requestId });
    await until(async () => isErased(await byId(deaf, kid)), 1_000);
    await expect(active(deaf, subjectId)).rejects.toThrow(SubjectKeyDestroyed);
  });

  it('saves queries: a thousand reads are one', async () => {
    const ring = ringOf();
    const { kid } = await active(ring, newId());
    await pool.query('DELETE FROM keyring.data_key WHERE subject_id = $1', [kid.split('/')[0]]);
    for (let reading = 0; reading < 1_000; reading++) await byId(ring, kid);
  });
});
