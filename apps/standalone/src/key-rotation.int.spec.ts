import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, type Envelope } from '@dittoo/kernel';
import { KeyMaintenance, openPlatform, readPlatformConfig, type Platform } from '@dittoo/platform';
import { openPool, testDatabase, type TestDatabase } from '@dittoo/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type pg from 'pg';
import { standaloneSchemas as schemas } from './standalone.module.js';

/**
 * Promise: the key-encryption key is rotated while the shop reads and writes, no wrapped key in any table is missed, an
 * interrupted rewrap continues, and once a version is retired, backups of keys wrapped under it can no longer be
 * opened.
 */
const directory = mkdtempSync(join(tmpdir(), 'dittoo-rotation-'));
const keyFile = join(directory, 'kek.json');
let database: TestDatabase;
let platform: Platform;
let maintenance: KeyMaintenance;
let ring: pg.Pool;

const key = (): string => randomBytes(32).toString('base64');
const config = () =>
  readPlatformConfig(
    { DATABASE_URL: database.url, KEY_ENCRYPTION_KEY_FILE: keyFile, LOG_LEVEL: 'silent', DATA_DIR: directory },
    'spec',
  );
const versions = (): string[] => Object.keys((JSON.parse(readFileSync(keyFile, 'utf8')) as { keys: object }).keys);

beforeAll(async () => {
  database = await testDatabase('rotation');
  writeFileSync(keyFile, JSON.stringify({ current: 1, keys: { 1: key() }, pepper: key() }), { mode: 0o600 });
  platform = await openPlatform(config(), schemas);
  maintenance = await KeyMaintenance.open(config(), schemas);
  ring = openPool(`${database.url}_keyring`, { max: 2, applicationName: 'key-rotation.spec' });
});
afterAll(async () => {
  await maintenance.close();
  await platform.close();
  await ring.end();
  await database.pool().query(`DROP DATABASE ${new URL(database.url).pathname.slice(1)}_keyring WITH (FORCE)`);
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

it('covers every table that holds wrapped keys', async () => {
  const columns = `SELECT table_schema || '.' || table_name AS name FROM information_schema.columns
                   WHERE column_name IN ('kek_version', 'wrapped')`;
  const found = await Promise.all([database.pool(), ring].map((pool) => pool.query<{ name: string }>(columns)));
  const names = new Set(found.flatMap(({ rows }) => rows.map(({ name }) => name)));
  expect([...names].sort()).toEqual([...maintenance.known].sort());
});

it('rotates while the shop works, and keys wrapped under a retired version open no more', async () => {
  const seal = async (): Promise<Envelope> => platform.sealer.sealValue(newId(), 'profile', ['spec'], 'Ada');
  const sealed = await Promise.all(Array.from({ length: 1_200 }, seal));
  const gone = sealed.pop()!;
  await platform.keyRing.destroy(gone.kid.split('/')[0]!, ['profile'], {
    at: platform.clock.now(),
    requestId: newId(),
  });
  for (const [table, column, context] of [
    ['identity.signing_key (kid, public_jwk, wrapped, kek_version, created_at)', `'{}'`, 'signing-key/s1'],
    ['audit.signing_key (origin, public_key, wrapped, kek_version, created_at)', `'\\x00'`, 'audit-signing-key/s1'],
  ] as const) {
    const { kekVersion, wrapped } = platform.keyEncryption.wrap(Buffer.from(context), context);
    await database.pool().query(`INSERT INTO ${table} VALUES ('s1', ${column}, $1, $2, now())`, [wrapped, kekVersion]);
  }
  const backup = await ring.query<{ wrapped: Buffer; kek_version: number; kid: string }>(
    `SELECT wrapped, kek_version, subject_id || '/profile/1' AS kid FROM keyring.data_key WHERE wrapped IS NOT NULL LIMIT 1`,
  );
  const copy = { wrapped: backup.rows[0]!.wrapped, kekVersion: backup.rows[0]!.kek_version };

  expect(maintenance.rotate()).toBe(2);
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(versions()).toEqual(['1', '2']);
  await expect(maintenance.retire(1)).rejects.toThrow('rewrap first');
  await expect(maintenance.retire(2)).rejects.toThrow();

  // The shop keeps creating keys meanwhile, and dies once during the rewrap.
  let working = true;
  const work = (async () => {
    const made: Envelope[] = [];
    while (working) made.push(await seal());
    return made;
  })();
  const interrupted = maintenance.rewrap(() => {
    throw new Error('killed');
  });
  await expect(interrupted).rejects.toThrow('killed');
  expect(await maintenance.rewrap()).toBeGreaterThan(0);
  working = false;
  const made = await work;
  expect(await maintenance.rewrap()).toBe(0);

  expect((await maintenance.status())[0]).toEqual({
    version: 1,
    current: false,
    keys: Object.fromEntries(maintenance.known.map((table) => [table, 0])),
  });
  expect(platform.keyEncryption.unwrap(copy, backup.rows[0]!.kid)).toHaveLength(32); // as long as it is not retired
  await maintenance.retire(1);
  expect(versions()).toEqual(['2']);

  // A process that starts now, and the one that ran all the time.
  const fresh = await openPlatform(config(), schemas);
  try {
    for (const shop of [fresh, platform]) {
      const values = await Promise.all(
        [...sealed, ...made].map((envelope) => shop.sealer.openValue(envelope, ['spec'])),
      );
      expect(new Set(values)).toEqual(new Set(['Ada']));
    }
    expect(() => fresh.keyEncryption.unwrap(copy, backup.rows[0]!.kid)).toThrow('version 1 is not in the key file');
    const { rows } = await database
      .pool()
      .query<{ wrapped: Buffer; kek_version: number }>('SELECT wrapped, kek_version FROM identity.signing_key');
    const signing = { wrapped: rows[0]!.wrapped, kekVersion: rows[0]!.kek_version };
    expect(fresh.keyEncryption.unwrap(signing, 'signing-key/s1').toString()).toBe('signing-key/s1');
    const erased = await fresh.sealer.openValue(gone, ['spec']);
    expect(erased).toMatchObject({ erased: true });
  } finally {
    await fresh.close();
  }
});
