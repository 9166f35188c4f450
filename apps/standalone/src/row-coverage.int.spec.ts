/*
 * Promised: every column of every table of the whole shop, the key ring included, is classified: the personal data in
 * it, what an erasure does to it, and how the access copy includes it. An unclassified column fails here, whatever its
 * name.
 */
import { schemaMap } from '@dittoo/contracts';
import type { RowMap, SchemaMap } from '@dittoo/kernel';
import { openPlatform, readPlatformConfig, rowMapWith, type Platform } from '@dittoo/platform';
import { FileKeyEncryption } from '@dittoo/personal-data';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { standaloneSchemas } from './standalone.module.js';

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

const tables = rowMapWith(standaloneSchemas);
const events: SchemaMap = schemaMap;
const classified = Object.entries(tables).flatMap(([table, { columns }]) =>
  Object.entries(columns).map(([column, known]) => ({ table, column, known })),
);
/** Types and names of columns that could hold anything. */
const generic = ({ column, type }: Column): boolean =>
  ['jsonb', 'json', 'bytea', 'ARRAY'].includes(type) ||
  (type === 'text' &&
    /^(value|meta(data)?|payload|data|detail|content|text|body|note|answer|extra|details)$/.test(column));

let database: TestDatabase;
let platform: Platform;
let columns: Column[];
const directory = mkdtempSync(join(tmpdir(), 'dittoo-rows-'));

const columnsOf = async (connectionString: string): Promise<Column[]> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<Column>(
      `SELECT table_schema || '.' || table_name AS "table", column_name AS "column", data_type AS "type"
       FROM information_schema.columns
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_schema NOT LIKE 'pg_%'
       ORDER BY 1, ordinal_position`,
    );
    return rows;
  } finally {
    await client.end();
  }
};

beforeAll(async () => {
  database = await testDatabase('rows');
  const keyFile = join(directory, 'kek.json');
  FileKeyEncryption.generate(keyFile);
  const environment = { DATA_DIR: directory, DATABASE_URL: database.url, KEY_ENCRYPTION_KEY_FILE: keyFile };
  platform = await openPlatform(
    readPlatformConfig({ ...environment, LOG_LEVEL: 'silent' }, 'row-coverage'),
    standaloneSchemas,
  );
  const keyRing = new URL(database.url);
  keyRing.pathname = `${keyRing.pathname}_keyring`;
  columns = [...(await columnsOf(database.url)), ...(await columnsOf(keyRing.toString()))];
});
afterAll(async () => {
  await platform.close();
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

describe('every row of the shop', () => {
  it('has each of its columns classified, and no class is for a column that no longer exists', () => {
    const there = columns.map(({ column, table }) => `${table}.${column}`);
    const known = classified.map(({ column, table }) => `${table}.${column}`);
    expect({
      unmapped: there.filter((name) => !known.includes(name)),
      gone: known.filter((name) => !there.includes(name)),
    }).toEqual({ unmapped: [], gone: [] });
  });

  it('documents the contents of a column that could hold anything', () => {
    const silent = columns.filter(generic).filter(({ column, table }) => {
      const known = tables[table as keyof RowMap]?.columns[column];
      return known?.kind === 'plain' && known.holds === undefined;
    });
    expect(silent).toEqual([]);
  });

  it('classifies the id of a person as a reference', () => {
    const taken = columns.filter(({ column }) => /^(subject|customer|author|data_subject)_id$/.test(column));
    for (const { column, table } of taken) {
      expect([table, column, tables[table as keyof RowMap]?.columns[column]?.kind]).toEqual([
        table,
        column,
        'reference',
      ]);
    }
  });

  it('says that a column repeats an event only where the schema map has the field', () => {
    for (const { column, known, table } of classified) {
      if (known.kind === 'plain') continue;
      for (const origin of known.from ?? []) {
        const [type = '', field] = origin.split('.');
        expect([table, column, Object.hasOwn(events, type)]).toEqual([table, column, true]);
        if (field !== undefined) expect([origin, events[type]?.fields[field] !== undefined]).toEqual([origin, true]);
      }
    }
  });

  it('is in an event or in a row of the service that makes access copies', () => {
    const read = classified.filter(({ known }) => known.kind !== 'plain' && known.copy === 'fromRow');
    expect(new Set(read.map(({ table }) => table.split('.')[0]))).toEqual(new Set(['rights']));
  });

  it('that is personal is in the access copy and erased, or says why not', () => {
    for (const { column, known, table } of classified) {
      if (known.kind === 'plain') continue;
      for (const done of [known.copy, known.erasure]) {
        if (typeof done === 'object') expect([table, column, done.because.length > 10]).toEqual([table, column, true]);
      }
      if (known.copy === 'fromRow')
        expect([table, tables[table as keyof RowMap]?.subject]).toEqual([table, expect.any(String)]);
      if (known.kind === 'envelope')
        expect([table, column, known.category]).toEqual([table, column, expect.any(String)]);
    }
  });
});
