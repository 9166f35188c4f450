/*
 * Promised: one person per address, also under concurrency; an erased person is not found again; a keyed hash reveals
 * nothing.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import pg from 'pg';
import { FileKeyEncryption } from './key-encryption.js';
import { keyRingMigrations } from './key-ring.migrations.js';
import { ContactDirectory } from './contact-directory.js';
import { SuppressionList } from './suppression-list.js';

const directory = mkdtempSync(join(tmpdir(), 'dittoo-contacts-'));
let database: TestDatabase;
let pool: pg.Pool;
let contacts: ContactDirectory;
let suppressions: SuppressionList;

beforeAll(async () => {
  database = await testDatabase('contacts');
  await database.migrate(keyRingMigrations);
  pool = database.pool({ max: 8 });
  FileKeyEncryption.generate(join(directory, 'kek.json'));
  const encryption = FileKeyEncryption.read(join(directory, 'kek.json'));
  contacts = new ContactDirectory(pool, encryption);
  suppressions = new SuppressionList(pool, encryption);
});
afterAll(async () => {
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

it('an address is one person, in every spelling and under concurrency', async () => {
  const found = await Promise.all(Array.from({ length: 8 }, () => contacts.findOrAdd('Asta@example.org')));
  expect(new Set(found).size).toBe(1);
  expect(await contacts.find(' ASTA@EXAMPLE.ORG ')).toBe(found[0]);
  expect(await contacts.find('asta+offers@example.org')).toBeNull();
});

it('an erased person who returns is a new person', async () => {
  const before = await contacts.findOrAdd('ture@example.org');
  await contacts.forget(before);
  await contacts.forget(before);
  expect(await contacts.find('ture@example.org')).toBeNull();
  expect(await contacts.findOrAdd('ture@example.org')).not.toBe(before);
});

it('a suppressed address stays suppressed until its owner allows mail again', async () => {
  await suppressions.suppress('Alma@example.org');
  await suppressions.suppress('alma@example.org');
  expect(await suppressions.isSuppressed('ALMA@example.org')).toBe(true);
  expect(await suppressions.isSuppressed('asta@example.org')).toBe(false);
  await suppressions.lift('alma@example.org');
  expect(await suppressions.isSuppressed('alma@example.org')).toBe(false);
});

it('directory and suppression list share no hash', async () => {
  await contacts.findOrAdd('agda@example.org');
  await suppressions.suppress('agda@example.org');
  const { rows } = await pool.query('SELECT FROM keyring.contact JOIN keyring.suppression USING (address_mark)');
  expect(rows).toEqual([]);
});

it('an unavailable list throws, so that it is never taken for an empty one', async () => {
  const closed = new pg.Pool();
  await closed.end();
  const cutOff = new SuppressionList(closed, FileKeyEncryption.read(join(directory, 'kek.json')));
  await expect(cutOff.isSuppressed('alma@example.org')).rejects.toThrow();
});
