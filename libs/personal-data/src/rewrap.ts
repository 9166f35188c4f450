import { setImmediate as breathe } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { KeyEncryption } from './key-encryption.js';
import { kidOfRow, type KeyRow } from './key-rows.js';

/** A table that holds keys wrapped under the key-encryption key: columns `wrapped` and `kek_version`, and its own key. */
export interface WrappedKeys {
  readonly table: string;
  /** Its primary key. */
  readonly key: readonly string[];
  /** The context that the wrapping is bound to. */
  context(row: Readonly<Record<string, unknown>>): string;
}

/** The data keys. */
export const ringKeys: WrappedKeys = {
  table: 'keyring.data_key',
  key: ['subject_id', 'category', 'scope', 'generation'],
  context: (row) => kidOfRow(row as KeyRow),
};

const pageSize = 500;

/**
 * Rewraps every key that is not wrapped under the current version, while the shop reads and writes. A key destroyed or
 * rewrapped meanwhile is skipped. After an interruption the next call does the rest.
 *
 * @param onPage called with the number done so far
 * @returns how many were rewrapped
 * @throws Error a wrapped key does not open: the message names it, the ones before it are done
 */
export const rewrap = async (
  pool: Pool,
  keys: WrappedKeys,
  encryption: KeyEncryption & { readonly currentVersion: number },
  onPage: (done: number) => void = () => undefined,
): Promise<number> => {
  let done = 0;
  // One more pass: another process may have written a key under the previous version meanwhile.
  for (let inPass = 1; inPass > 0;) {
    inPass = 0;
    for (let after: unknown[] | null = []; after !== null; await breathe()) {
      const page: Page = await rewrapPage(pool, keys, encryption, after);
      after = page.after;
      inPass += page.done;
      done += page.done;
      if (page.done > 0) onPage(done);
    }
  }
  return done;
};

interface Page {
  readonly done: number;
  /** Primary key of the last row of the page; `null` = it was empty. */
  readonly after: unknown[] | null;
}

const rewrapPage = async (
  pool: Pool,
  { context, key, table }: WrappedKeys,
  encryption: KeyEncryption & { readonly currentVersion: number },
  after: readonly unknown[],
): Promise<Page> => {
  const columns = key.join(', ');
  const places = after.map((_, index) => `$${index + 2}`).join(', ');
  const { rows } = await pool.query<WrappedRow>(
    `SELECT ctid::text AS place, ${columns}, wrapped, kek_version FROM ${table}
     WHERE kek_version <> $1 AND wrapped IS NOT NULL ${after.length === 0 ? '' : `AND (${columns}) > (${places})`}
     ORDER BY ${columns} LIMIT ${pageSize}`,
    [encryption.currentVersion, ...after],
  );
  const last = rows.at(-1);
  if (last === undefined) return { done: 0, after: null };
  const anew = rows.map((row) => {
    const material = opened(encryption, row, context(row), table);
    const { kekVersion, wrapped } = encryption.wrap(material, context(row));
    material.fill(0);
    return { row, wrapped, kekVersion };
  });
  const { rowCount } = await pool.query(
    `UPDATE ${table} AS t SET wrapped = k.anew, kek_version = k.version
     FROM unnest($1::text[]::tid[], $2::bytea[], $3::bytea[], $4::int[]) AS k (place, before, anew, version)
     WHERE t.ctid = k.place AND t.wrapped = k.before`,
    [
      anew.map(({ row }) => row.place),
      anew.map(({ row }) => row.wrapped),
      anew.map(({ wrapped }) => wrapped),
      anew.map(({ kekVersion }) => kekVersion),
    ],
  );
  return { done: rowCount ?? 0, after: key.map((column) => last[column]) };
};

type WrappedRow = Record<string, unknown> & {
  readonly place: string;
  readonly wrapped: Buffer;
  readonly kek_version: number;
};

const opened = (
  encryption: KeyEncryption,
  { kek_version: kekVersion, wrapped }: { readonly wrapped: Buffer; readonly kek_version: number },
  context: string,
  table: string,
): Buffer => {
  try {
    return encryption.unwrap({ wrapped, kekVersion }, context);
  } catch (error) {
    throw new Error(`${table} ${context} does not open under version ${kekVersion}`, { cause: error });
  }
};

/** How many keys of a table are wrapped under which version. */
export const keysUnderVersions = async (pool: Pool, { table }: WrappedKeys): Promise<ReadonlyMap<number, number>> => {
  const { rows } = await pool.query<{ version: number; count: number }>(
    `SELECT kek_version AS version, count(*)::int AS count FROM ${table} WHERE wrapped IS NOT NULL GROUP BY 1 ORDER BY 1`,
  );
  return new Map(rows.map(({ count, version }) => [version, count]));
};
