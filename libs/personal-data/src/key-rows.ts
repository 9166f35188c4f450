import { kidOf, type DataCategory, type KeyName } from '@dittoo/kernel';
import { requestName, type KeyRequest } from './data-keys.js';

/** A row of `keyring.data_key`. */
export type KeyRow = {
  readonly subject_id: string;
  readonly category: DataCategory;
  readonly scope: string;
  readonly generation: number;
  readonly state: 'active' | 'destroyed' | 'newLifecycleAllowed';
  readonly wrapped: Buffer | null;
  readonly kek_version: number | null;
  readonly fingerprint: Buffer | null;
  readonly destroyed_at: Date | null;
  readonly request_id: string | null;
};

/** A key to be inserted, if it is the first of its name. */
export interface DrawnKey {
  readonly name: KeyName;
  readonly wrapped: Buffer;
  readonly kekVersion: number;
  readonly fingerprint: Buffer;
}

/** The scope of a key that covers a whole category. */
const wholeCategory = '00000000-0000-0000-0000-000000000000';

export const keyNameOf = ({ category, generation, scope, subject_id: subjectId }: KeyRow): KeyName => ({
  subjectId,
  category,
  scope: scope === wholeCategory ? null : scope,
  generation,
});

export const kidOfRow = (row: KeyRow): string => kidOf(keyNameOf(row));

/** The name of the request. */
export const nameOf = (row: KeyRow): string => {
  const { category, scope, subjectId } = keyNameOf(row);
  return requestName({ subjectId, category, scope: scope ?? undefined });
};

export const firstKey = ({ category, scope, subjectId }: KeyRequest): KeyName => ({
  subjectId,
  category,
  scope: scope ?? null,
  generation: 1,
});

/** Arrays for `unnest`: subject, category, scope; then wrapped, version, fingerprint. */
export const valuesOf = (keys: readonly (Pick<DrawnKey, 'name'> & Partial<DrawnKey>)[]): unknown[] => [
  keys.map(({ name }) => name.subjectId),
  keys.map(({ name }) => name.category),
  keys.map(({ name }) => name.scope ?? wholeCategory),
  keys.map(({ wrapped }) => wrapped),
  keys.map(({ kekVersion }) => kekVersion),
  keys.map(({ fingerprint }) => fingerprint),
];

const names = [
  ['subject_id', 'category', 'scope', 'generation', 'state'],
  ['wrapped', 'kek_version', 'fingerprint', 'destroyed_at', 'request_id'],
].flat();

export const columns = names.join(', ');

/** A row's kid, as `kidOf` writes it. */
export const kidColumn = `subject_id || '/' || category || '/'
  || CASE WHEN scope = '${wholeCategory}' THEN '' ELSE scope || '/' END || generation`;

const asked = `asked AS MATERIALIZED (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[], $5::int[], $6::bytea[]) AS k (s, c, x, w, v, f))`;

const sameKey = 'subject_id = s AND category = c AND scope = x';

/**
 * Returns the requested keys and creates missing ones. Creating a scoped key locks the category's row in
 * `scoped_category`: an erasure that closes the category waits for the lock and then sees the new key; a later creation
 * finds it closed. The row of an open category is locked but not written. Of two concurrent creations the primary key
 * lets one win.
 */
export const getOrCreate = `WITH ${asked},
  known AS (SELECT DISTINCT ON (s, c, x) data_key.* FROM asked JOIN keyring.data_key ON ${sameKey}
            ORDER BY s, c, x, generation DESC),
  absent AS (SELECT * FROM asked WHERE NOT EXISTS (SELECT FROM known WHERE ${sameKey})),
  closed AS (
    INSERT INTO keyring.scoped_category AS scoped (subject_id, category)
    SELECT DISTINCT s, c FROM absent WHERE x <> '${wholeCategory}' ORDER BY s, c
    ON CONFLICT (subject_id, category) DO UPDATE SET closed = true WHERE scoped.closed
    RETURNING scoped.subject_id, scoped.category, scoped.closed),
  made AS (
    INSERT INTO keyring.data_key (subject_id, category, scope, generation, state, wrapped, kek_version, fingerprint)
    SELECT s, c, x, 1, 'active', w, v, f FROM absent
    WHERE x = '${wholeCategory}'
      OR NOT EXISTS (SELECT FROM closed WHERE closed.closed AND closed.subject_id = s AND closed.category = c)
    ORDER BY s, c, x ON CONFLICT DO NOTHING RETURNING ${columns})
  SELECT ${columns} FROM known UNION ALL SELECT ${columns} FROM made`;

/** The last generation of each requested key, where one exists. */
export const latestKeys = `SELECT DISTINCT ON (subject_id, category, scope) ${columns} FROM keyring.data_key
  JOIN unnest($1::uuid[], $2::text[], $3::uuid[]) AS k (s, c, x) ON ${sameKey}
  ORDER BY subject_id, category, scope, generation DESC`;

export const keysNamed = `SELECT ${columns} FROM keyring.data_key
  JOIN unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[]) AS k (s, c, x, g) ON ${sameKey} AND generation = g`;

/** Another transaction may be destroying the last generation for good: locks it and checks its state again. */
export const createNextGeneration = `WITH made AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[], $5::int[], $6::bytea[], $7::int[])
      AS k (s, c, x, w, v, f, g)),
  allowed AS (
    SELECT subject_id, category, scope FROM keyring.data_key JOIN made
      ON ${sameKey} AND generation = g - 1 AND state = 'newLifecycleAllowed'
    ORDER BY subject_id, category, scope FOR UPDATE OF data_key)
  INSERT INTO keyring.data_key (subject_id, category, scope, generation, state, wrapped, kek_version, fingerprint)
  SELECT s, c, x, g, 'active', w, v, f FROM made WHERE EXISTS (SELECT FROM allowed WHERE ${sameKey})
  ORDER BY s, c, x ON CONFLICT DO NOTHING`;

/** Closes these categories: no scoped key is created in them any more. */
export const closeCategories = `INSERT INTO keyring.scoped_category (subject_id, category, closed)
  SELECT $1, c, true FROM unnest($2::text[]) AS c ORDER BY c
  ON CONFLICT (subject_id, category) DO UPDATE SET closed = true`;

/** Inserts rows without material for these keys. */
export const tombstones = `INSERT INTO keyring.data_key
    (subject_id, category, scope, generation, state, destroyed_at, request_id)
  SELECT s, c, x, g, $5, $6::timestamptz, $7::uuid FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[]) AS k (s, c, x, g)
  ORDER BY s, c, x, g ON CONFLICT DO NOTHING`;
