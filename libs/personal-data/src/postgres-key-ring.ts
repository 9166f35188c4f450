import { createHash, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  dataCategories,
  keyNamed,
  kidOf,
  KeyMissing,
  KeyRing,
  NotificationListener,
  SubjectKeyDestroyed,
  type DataCategory,
  type DestroyedKey,
  type Erased,
  type KeyName,
  type KeyState,
  type RecordedEvent,
  type RequestId,
  type SubjectId,
} from '@dittoo/kernel';
import type { Pool, PoolClient } from 'pg';
import { DataKeys, requestName, type KeyRequest } from './data-keys.js';
import type { DataKey } from './envelope.js';
import { KeyCache, type KeyCacheFigures } from './key-cache.js';
import type { KeyEncryption } from './key-encryption.js';
import {
  closeCategories,
  columns,
  createNextGeneration,
  firstKey,
  getOrCreate,
  keyNameOf,
  keysNamed,
  kidColumn,
  kidOfRow,
  latestKeys,
  nameOf,
  tombstones,
  valuesOf,
  type DrawnKey,
  type KeyRow,
} from './key-rows.js';

/** An event that identifies a log. */
export type GateEvent = Pick<RecordedEvent, 'eventId' | 'position' | 'stream' | 'revision'>;

const evictions = 'keyring_eviction';

/**
 * The key ring in a PostgreSQL database of its own (own connection, own backup policy): restoring an old event store
 * cannot bring a destroyed key back, and after restoring an old key ring the restore gate destroys the keys again.
 *
 * Destroying is one transaction that nulls the material and notifies every process, whose caches evict the key; without
 * a notification it expires after 60 s.
 */
export class PostgresKeyRing extends KeyRing implements DataKeys {
  private readonly listener: NotificationListener<PoolClient>;

  constructor(
    private readonly pool: Pool,
    private readonly encryption: KeyEncryption,
    onProblem: (problem: string) => void = () => undefined,
    private readonly cache = new KeyCache(),
  ) {
    super();
    this.listener = new NotificationListener<PoolClient>({
      channel: evictions,
      connect: () => pool.connect(),
      disconnect: (client) => client.release(true),
      heard: (subjectId) => cache.evictSubject(subjectId),
      listening: () => cache.clear(), // earlier evictions were missed
      lost: () => {
        cache.clear();
        onProblem('key ring: the eviction listener was lost');
      },
    });
  }

  /** Starts to listen for evictions by other processes. */
  async start(): Promise<void> {
    await this.listener.startListening();
  }

  /** Stops listening and wipes the cache; the pool is the caller's. */
  async close(): Promise<void> {
    await this.listener.stop();
    this.cache.clear();
  }

  /** Hits and misses of this process's key cache. */
  get cacheFigures(): KeyCacheFigures {
    return this.cache.figures;
  }

  async activeKeys(requests: readonly KeyRequest[]): Promise<ReadonlyMap<string, DataKey>> {
    const found = new Map<string, DataKey>();
    const missing: KeyRequest[] = [];
    for (const request of requests) {
      const name = requestName(request);
      const cached = this.cache.active(name);
      if (cached === undefined) missing.push(request);
      else found.set(name, cached);
    }
    if (missing.length === 0) return found;
    const { evictions: before } = this.cache;
    for (const row of await this.getOrCreate(missing)) {
      const name = nameOf(row);
      if (row.state === 'destroyed') throw new SubjectKeyDestroyed(kidOfRow(row));
      const key = this.unwrap(row);
      this.cache.rememberActive(name, key, before);
      found.set(name, key);
    }
    const refused = missing.find((request) => !found.has(requestName(request)));
    if (refused !== undefined) throw new SubjectKeyDestroyed(kidOf(firstKey(refused)));
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
    const { evictions: before } = this.cache;
    const names = missing.map((kid) => {
      const name = keyNamed(kid);
      if (name === null) throw new KeyMissing(kid);
      return name;
    });
    for (const row of await this.rowsNamed(names)) {
      const key = row.state === 'active' ? this.unwrap(row) : erasedOf(row);
      this.cache.rememberById(kidOfRow(row), key, before);
      found.set(kidOfRow(row), key);
    }
    const absent = missing.find((kid) => !found.has(kid));
    if (absent !== undefined) throw new KeyMissing(absent);
    return found;
  }

  async states(subjectId: SubjectId): Promise<ReadonlyMap<DataCategory, KeyState>> {
    const states = new Map<DataCategory, KeyState>(dataCategories.map((category) => [category, 'neverProvisioned']));
    for (const { category, scope, state } of await this.keysOf(subjectId)) {
      const known = states.get(category)!;
      // For a whole category the last generation decides; a destroyed scope leaves room for the next.
      if (state === 'active' || (scope === null && known !== 'active')) states.set(category, state);
      else if (known === 'neverProvisioned') states.set(category, 'newLifecycleAllowed');
    }
    return states;
  }

  async keysOf(
    subjectId: SubjectId,
  ): Promise<readonly (KeyName & { readonly kid: string; readonly state: KeyState })[]> {
    const { rows } = await this.pool.query<KeyRow>(
      `SELECT ${columns} FROM keyring.data_key WHERE subject_id = $1 ORDER BY category, scope, generation`,
      [subjectId],
    );
    return rows.map((row) => ({ ...keyNameOf(row), kid: kidOfRow(row), state: row.state }));
  }

  async statesOfKeys(kids: readonly string[]): Promise<ReadonlyMap<string, 'active' | 'destroyed'>> {
    const names = kids.map(keyNamed).filter((name) => name !== null);
    if (names.length === 0) return new Map();
    const rows = await this.rowsNamed(names);
    return new Map(rows.map((row) => [kidOfRow(row), row.state === 'active' ? 'active' : 'destroyed']));
  }

  async destroy(
    subjectId: SubjectId,
    categories: readonly DataCategory[],
    reason: {
      readonly at: string;
      readonly requestId: RequestId | null;
      readonly newLifecycle?: boolean;
      readonly kids?: readonly string[];
      readonly spared?: readonly string[];
    },
  ): Promise<DestroyedKey[]> {
    const state = reason.newLifecycle === true ? 'newLifecycleAllowed' : 'destroyed';
    const kids = reason.kids ?? null;
    const spared = reason.spared ?? [];
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      if (state === 'destroyed' && kids === null) {
        await client.query(closeCategories, [subjectId, categories]);
        // Where no key exists, a row without material is inserted, so that none can be created later.
        await client.query(
          `INSERT INTO keyring.data_key (subject_id, category, generation, state, destroyed_at, request_id)
           SELECT $1, c, 1, 'destroyed', $3, $4 FROM unnest($2::text[]) AS c ON CONFLICT DO NOTHING`,
          [subjectId, categories, reason.at, reason.requestId],
        );
      }
      if (kids !== null) {
        // A key without a row (the ring was restored from an older backup) must not be created later under the same
        // name.
        const names = kids.map(keyNamed).filter((name) => name?.subjectId === subjectId);
        const named = names.filter((name) => name !== null && categories.includes(name.category)) as KeyName[];
        await client.query(tombstones, [
          ...valuesOf(named.map((name) => ({ name }))).slice(0, 3),
          named.map(({ generation }) => generation),
          state,
          reason.at,
          reason.requestId,
        ]);
      }
      // Creating a next generation locks the last one; the update below then sees the new key.
      await client.query('SELECT FROM keyring.data_key WHERE subject_id = $1 AND category = ANY ($2) FOR UPDATE', [
        subjectId,
        categories,
      ]);
      await client.query(
        `UPDATE keyring.data_key SET wrapped = NULL, kek_version = NULL, state = $3,
           destroyed_at = coalesce(destroyed_at, $4), request_id = coalesce(request_id, $5)
         WHERE subject_id = $1 AND category = ANY ($2) AND state <> 'destroyed' AND state <> $3
           AND ($6::text[] IS NULL OR ${kidColumn} = ANY ($6)) AND ${kidColumn} <> ALL ($7::text[])`,
        [subjectId, categories, state, reason.at, reason.requestId, kids, spared],
      );
      const { rows } = await client.query<KeyRow>(
        `SELECT ${columns} FROM keyring.data_key WHERE subject_id = $1 AND category = ANY ($2) AND wrapped IS NULL
           AND ($3::text[] IS NULL OR ${kidColumn} = ANY ($3))
         ORDER BY category, scope, generation`,
        [subjectId, categories, kids],
      );
      await client.query(`SELECT pg_notify('${evictions}', $1)`, [subjectId]);
      await client.query('COMMIT');
      this.cache.evictSubject(subjectId);
      return rows.map((row) => ({
        kid: kidOfRow(row),
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

  /** The last event of the log up to which every erasure is applied; `null` = unknown. */
  async gate(): Promise<GateEvent | null> {
    const { rows } = await this.pool.query<{ position: string; event_id: string; stream: string; revision: string }>(
      'SELECT position, event_id, stream, revision FROM keyring.restore_gate WHERE stream IS NOT NULL',
    );
    const [row] = rows;
    if (row === undefined) return null;
    const { event_id: eventId, position, revision, stream } = row;
    return { eventId, position: BigInt(position), stream, revision: BigInt(revision) };
  }

  async passGate({ eventId, position, revision, stream }: GateEvent): Promise<void> {
    await this.pool.query(
      `INSERT INTO keyring.restore_gate (position, event_id, stream, revision) VALUES ($1, $2, $3, $4)
       ON CONFLICT (one) DO UPDATE SET position = excluded.position, event_id = excluded.event_id,
         stream = excluded.stream, revision = excluded.revision, passed_at = now()`,
      [String(position), eventId, stream, String(revision)],
    );
  }

  /** Closes these categories: no key of any stream or event is created any more. Safe to repeat. */
  async closeCategories(subjectId: SubjectId, categories: readonly DataCategory[]): Promise<void> {
    await this.pool.query(closeCategories, [subjectId, categories]);
  }

  /**
   * One query, whether the keys exist or not: new material is generated in advance. A row that is not returned belongs
   * to a closed category, or was created concurrently.
   */
  private async getOrCreate(requests: readonly KeyRequest[]): Promise<KeyRow[]> {
    const drawn = requests.map((request) => this.draw(firstKey(request)));
    const { rows } = await this.pool.query<KeyRow>({
      name: 'keyring-get-or-create',
      text: getOrCreate,
      values: valuesOf(drawn),
    });
    const whole = rows.length === requests.length && rows.every(({ state }) => state !== 'newLifecycleAllowed');
    return whole ? rows : this.nextLife(requests);
  }

  private async nextLife(requests: readonly KeyRequest[]): Promise<KeyRow[]> {
    const values = valuesOf(requests.map((request) => ({ name: firstKey(request) }))).slice(0, 3);
    const latest = { name: 'keyring-latest', text: latestKeys, values };
    const { rows } = await this.pool.query<KeyRow>(latest);
    const next = rows
      .filter(({ state }) => state === 'newLifecycleAllowed')
      .map((row) => this.draw({ ...keyNameOf(row), generation: row.generation + 1 }));
    if (next.length === 0) return rows;
    await this.pool.query({
      name: 'keyring-next-life',
      text: createNextGeneration,
      values: [...valuesOf(next), next.map(({ name }) => name.generation)],
    });
    return (await this.pool.query<KeyRow>(latest)).rows;
  }

  private draw(name: KeyName): DrawnKey {
    const material = randomBytes(32);
    const { wrapped, kekVersion } = this.encryption.wrap(material, kidOf(name));
    const fingerprint = createHash('sha256').update(material).digest();
    material.fill(0);
    return { name, wrapped, kekVersion, fingerprint };
  }

  private async rowsNamed(names: readonly KeyName[]): Promise<KeyRow[]> {
    const values = valuesOf(names.map((name) => ({ name }))).slice(0, 3);
    const { rows } = await this.pool.query<KeyRow>({
      name: 'keyring-by-id',
      text: keysNamed,
      values: [...values, names.map(({ generation }) => generation)],
    });
    return rows;
  }

  private unwrap(row: KeyRow): DataKey {
    const kid = kidOfRow(row);
    if (row.wrapped === null || row.kek_version === null) throw new KeyMissing(kid);
    const material = this.encryption.unwrap({ wrapped: row.wrapped, kekVersion: row.kek_version }, kid);
    const fingerprint = createHash('sha256').update(material).digest();
    if (row.fingerprint === null || !timingSafeEqual(fingerprint, row.fingerprint)) throw new KeyMissing(kid);
    const key = createSecretKey(material);
    material.fill(0);
    return { kid, key };
  }
}

const erasedOf = (row: KeyRow): Erased => ({
  erased: true,
  at: row.destroyed_at!.toISOString(),
  requestId: row.request_id,
});
