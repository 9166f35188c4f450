import { createHash, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  dataCategories,
  KeyMissing,
  KeyRing,
  SubjectKeyDestroyed,
  type DataCategory,
  type DestroyedKey,
  type Erased,
  type KeyState,
} from '@dittoo/kernel';
import type { Pool, PoolClient } from 'pg';
import { DataKeys, type KeyRequest } from './data-keys.js';
import type { DataKey } from './envelope.js';
import { KeyCache, type KeyCacheFigures } from './key-cache.js';
import type { KeyEncryption } from './key-encryption.js';

interface KeyRow {
  readonly subject_id: string;
  readonly category: DataCategory;
  readonly generation: number;
  readonly state: 'active' | 'destroyed' | 'newLifecycleAllowed';
  readonly wrapped: Buffer | null;
  readonly kek_version: number | null;
  readonly fingerprint: Buffer | null;
  readonly destroyed_at: Date | null;
  readonly request_id: string | null;
}

const columns = 'subject_id, category, generation, state, wrapped, kek_version, fingerprint, destroyed_at, request_id';
const kidColumn = `subject_id || '/' || category || '/' || generation`;
const evictions = 'keyring_eviction';

/**
 * The key ring in a PostgreSQL database of its own (own connection, own backup policy): restoring an old event store
 * cannot bring a destroyed key back, and restoring an old key ring meets the restore gate.
 *
 * Destroying is one transaction that nulls the material and notifies every process, whose caches forget the key; a
 * cache that heard nothing forgets it after 60 s.
 */
export class PostgresKeyRing extends KeyRing implements DataKeys {
  private listener: PoolClient | undefined;
  private closed = false;

  constructor(
    private readonly pool: Pool,
    private readonly encryption: KeyEncryption,
    private readonly onProblem: (problem: string) => void = () => undefined,
    private readonly cache = new KeyCache(),
  ) {
    super();
  }

  /** Starts to listen for evictions by other processes. */
  async start(): Promise<void> {
    await this.listen();
  }

  /** Stops listening and wipes the cache; the pool is the caller's. */
  async close(): Promise<void> {
    this.closed = true;
    const listener = this.listener;
    this.listener = undefined;
    listener?.release(true);
    this.cache.clear();
  }

  /** How often a key was at hand in this process. */
  get cacheFigures(): KeyCacheFigures {
    return this.cache.figures;
  }

  async activeKeys(requests: readonly KeyRequest[]): Promise<ReadonlyMap<string, DataKey>> {
    const found = new Map<string, DataKey>();
    const missing: KeyRequest[] = [];
    for (const request of requests) {
      const name = `${request.subjectId}/${request.category}`;
      const cached = this.cache.active(name);
      if (cached === undefined) missing.push(request);
      else found.set(name, cached);
    }
    if (missing.length === 0) return found;
    const { evictions: before } = this.cache;
    for (const row of await this.getOrCreate(missing)) {
      const name = `${row.subject_id}/${row.category}`;
      if (row.state === 'destroyed') throw new SubjectKeyDestroyed(kidOf(row));
      const key = this.unwrap(row);
      this.cache.rememberActive(name, key, before);
      found.set(name, key);
    }
    return found;
  }

  async keysById(kids: readonly string[]): Promise<ReadonlyMap<string, DataKey | Erased>> {
    const found = new Map<string, DataKey | Erased>();
    const missing: string[] = [];
    for (const kid of kids) {
      const cached = this.cache.byId(kid);
      if (cached === undefined) missing.push(kid);
      else found.set(kid, cached);
    }
    if (missing.length === 0) return found;
    const parts = missing.map(parseKid);
    const { evictions: before } = this.cache;
    const { rows } = await this.pool.query<KeyRow>({
      name: 'keyring-by-id',
      text: `SELECT ${columns} FROM keyring.data_key
             JOIN unnest($1::uuid[], $2::text[], $3::int[]) AS k (s, c, g)
               ON subject_id = k.s AND category = k.c AND generation = k.g`,
      values: [parts.map((p) => p.subjectId), parts.map((p) => p.category), parts.map((p) => p.generation)],
    });
    for (const row of rows) {
      const key = row.state === 'active' ? this.unwrap(row) : erasedOf(row);
      this.cache.rememberById(kidOf(row), key, before);
      found.set(kidOf(row), key);
    }
    const absent = missing.find((kid) => !found.has(kid));
    if (absent !== undefined) throw new KeyMissing(absent);
    return found;
  }

  async states(subjectId: string): Promise<ReadonlyMap<DataCategory, KeyState>> {
    const { rows } = await this.pool.query<KeyRow>(
      `SELECT DISTINCT ON (category) ${columns} FROM keyring.data_key WHERE subject_id = $1
       ORDER BY category, generation DESC`,
      [subjectId],
    );
    const states = new Map<DataCategory, KeyState>(dataCategories.map((category) => [category, 'neverProvisioned']));
    for (const row of rows) states.set(row.category, row.state);
    return states;
  }

  async statesOfKeys(kids: readonly string[]): Promise<ReadonlyMap<string, 'active' | 'destroyed'>> {
    const parts = kids.filter((kid) => kidShape.test(kid)).map(parseKid);
    if (parts.length === 0) return new Map();
    const { rows } = await this.pool.query<KeyRow>({
      name: 'keyring-states-by-id',
      text: `SELECT ${columns} FROM keyring.data_key
             JOIN unnest($1::uuid[], $2::text[], $3::int[]) AS k (s, c, g)
               ON subject_id = k.s AND category = k.c AND generation = k.g`,
      values: [parts.map((p) => p.subjectId), parts.map((p) => p.category), parts.map((p) => p.generation)],
    });
    return new Map(rows.map((row) => [kidOf(row), row.state === 'active' ? 'active' : 'destroyed']));
  }

  async destroy(
    subjectId: string,
    categories: readonly DataCategory[],
    reason: {
      readonly at: string;
      readonly requestId: string | null;
      readonly newLifecycle?: boolean;
      readonly kids?: readonly string[];
    },
  ): Promise<DestroyedKey[]> {
    const state = reason.newLifecycle === true ? 'newLifecycleAllowed' : 'destroyed';
    const kids = reason.kids ?? null;
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      if (state === 'destroyed' && kids === null) {
        // Where no key was ever made a row without material stands in its place, so that none can be made later.
        await client.query(
          `INSERT INTO keyring.data_key (subject_id, category, generation, state, destroyed_at, request_id)
           SELECT $1, c, 1, 'destroyed', $3, $4 FROM unnest($2::text[]) AS c ON CONFLICT DO NOTHING`,
          [subjectId, categories, reason.at, reason.requestId],
        );
      }
      // Whoever makes a next generation holds the lock of the last one; the update below then sees what was made.
      await client.query('SELECT FROM keyring.data_key WHERE subject_id = $1 AND category = ANY ($2) FOR UPDATE', [
        subjectId,
        categories,
      ]);
      await client.query(
        `UPDATE keyring.data_key SET wrapped = NULL, kek_version = NULL, state = $3,
           destroyed_at = coalesce(destroyed_at, $4), request_id = coalesce(request_id, $5)
         WHERE subject_id = $1 AND category = ANY ($2) AND state <> 'destroyed' AND state <> $3
           AND ($6::text[] IS NULL OR ${kidColumn} = ANY ($6))`,
        [subjectId, categories, state, reason.at, reason.requestId, kids],
      );
      const { rows } = await client.query<KeyRow>(
        `SELECT ${columns} FROM keyring.data_key WHERE subject_id = $1 AND category = ANY ($2) AND wrapped IS NULL
           AND ($3::text[] IS NULL OR ${kidColumn} = ANY ($3))
         ORDER BY category, generation`,
        [subjectId, categories, kids],
      );
      await client.query(`SELECT pg_notify('${evictions}', $1)`, [subjectId]);
      await client.query('COMMIT');
      this.cache.evictSubject(subjectId);
      return rows.map((row) => ({
        kid: kidOf(row),
        category: row.category,
        fingerprint: row.fingerprint?.toString('hex') ?? null,
        destroyedAt: row.destroyed_at!.toISOString(),
        requestId: row.request_id,
      }));
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  private async getOrCreate(requests: readonly KeyRequest[]): Promise<KeyRow[]> {
    const values = [requests.map((r) => r.subjectId), requests.map((r) => r.category)];
    const latest = {
      name: 'keyring-latest',
      text: `SELECT DISTINCT ON (subject_id, category) ${columns} FROM keyring.data_key
             JOIN unnest($1::uuid[], $2::text[]) AS k (s, c) ON subject_id = k.s AND category = k.c
             ORDER BY subject_id, category, generation DESC`,
      values,
    };
    const { rows } = await this.pool.query<KeyRow>(latest);
    const known = new Map(rows.map((row) => [`${row.subject_id}/${row.category}`, row]));
    const create = requests.filter((request) => {
      const row = known.get(`${request.subjectId}/${request.category}`);
      return row === undefined || row.state === 'newLifecycleAllowed';
    });
    if (create.length === 0) return rows;
    const made = create.map((request) => {
      const generation = (known.get(`${request.subjectId}/${request.category}`)?.generation ?? 0) + 1;
      const material = randomBytes(32);
      const kid = `${request.subjectId}/${request.category}/${generation}`;
      const { wrapped, kekVersion } = this.encryption.wrap(material, kid);
      const fingerprint = createHash('sha256').update(material).digest();
      material.fill(0);
      return { ...request, generation, wrapped, kekVersion, fingerprint };
    });
    // Somebody else may be making the same key: the primary key lets one win, and both read the winner's. Somebody may
    // be destroying the last generation for good: its lock is taken and its state looked at again.
    await this.pool.query({
      name: 'keyring-create',
      text: `WITH made AS (
               SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bytea[], $5::int[], $6::bytea[])
                 AS k (s, c, g, w, v, f)),
             allowed AS (
               SELECT subject_id, category FROM keyring.data_key JOIN made
                 ON subject_id = s AND category = c AND generation = g - 1 AND state = 'newLifecycleAllowed'
               ORDER BY subject_id, category FOR UPDATE OF data_key)
             INSERT INTO keyring.data_key (subject_id, category, generation, state, wrapped, kek_version, fingerprint)
             SELECT s, c, g, 'active', w, v, f FROM made
             WHERE g = 1 OR EXISTS (SELECT FROM allowed WHERE subject_id = s AND category = c)
             ORDER BY s, c ON CONFLICT DO NOTHING`,
      values: [
        made.map((m) => m.subjectId),
        made.map((m) => m.category),
        made.map((m) => m.generation),
        made.map((m) => m.wrapped),
        made.map((m) => m.kekVersion),
        made.map((m) => m.fingerprint),
      ],
    });
    return (await this.pool.query<KeyRow>(latest)).rows;
  }

  private unwrap(row: KeyRow): DataKey {
    const kid = kidOf(row);
    if (row.wrapped === null || row.kek_version === null) throw new KeyMissing(kid);
    const material = this.encryption.unwrap({ wrapped: row.wrapped, kekVersion: row.kek_version }, kid);
    const fingerprint = createHash('sha256').update(material).digest();
    if (row.fingerprint === null || !timingSafeEqual(fingerprint, row.fingerprint)) throw new KeyMissing(kid);
    const key = createSecretKey(material);
    material.fill(0);
    return { kid, key };
  }

  /** A listener that was lost heard nothing meanwhile: forget everything, then listen again. */
  private async listen(): Promise<void> {
    const client = await this.pool.connect();
    const lost = (): void => {
      if (this.listener !== client) return;
      this.listener = undefined;
      client.release(true);
      this.cache.clear();
      this.onProblem('key ring: the eviction listener was lost');
      this.listenAgain();
    };
    client.on('notification', ({ payload }) => this.cache.evictSubject(payload ?? ''));
    try {
      await client.query(`LISTEN ${evictions}`);
    } catch (error) {
      client.release(true);
      throw error;
    }
    if (this.closed) return client.release(true);
    client.on('error', lost).on('end', lost);
    this.listener = client;
    this.cache.clear();
  }

  private listenAgain(): void {
    setTimeout(() => {
      if (!this.closed) this.listen().catch(() => this.listenAgain());
    }, 250).unref();
  }
}

const kidOf = (row: KeyRow): string => `${row.subject_id}/${row.category}/${row.generation}`;

/** What may be asked of the database: an envelope that was tampered with can name anything. */
const kidShape =
  /^(?<subjectId>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(?<category>\w+)\/(?<generation>[1-9]\d{0,8})$/;

const parseKid = (kid: string): KeyRequest & { readonly generation: number } => {
  const parts = kidShape.exec(kid)?.groups;
  if (parts === undefined) throw new KeyMissing(kid);
  const { subjectId, category, generation } = parts as Record<'subjectId' | 'category' | 'generation', string>;
  return { subjectId, category: category as DataCategory, generation: Number(generation) };
};

const erasedOf = (row: KeyRow): Erased => ({
  erased: true,
  at: row.destroyed_at!.toISOString(),
  requestId: row.request_id,
});
