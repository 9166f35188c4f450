/* Promised: nothing that advertises is mailed to a suppressed address, nor to any while the list cannot be asked. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileKeyEncryption, keyRingMigrations, SuppressionList } from '@dittoo/personal-data';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import pg from 'pg';
import { MailSuppression } from './suppression.query.js';

const directory = mkdtempSync(join(tmpdir(), 'dittoo-suppression-'));
let database: TestDatabase;
let list: SuppressionList;
let encryption: FileKeyEncryption;

beforeAll(async () => {
  database = await testDatabase('suppression');
  await database.migrate(keyRingMigrations);
  FileKeyEncryption.generate(join(directory, 'kek.json'));
  encryption = FileKeyEncryption.read(join(directory, 'kek.json'));
  list = new SuppressionList(database.pool(), encryption);
});
afterAll(async () => {
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

it('holds back what advertises and lets an answer pass', async () => {
  const suppression = new MailSuppression(list);
  await list.suppress('alma@example.org');
  expect(await suppression.forbids('newsletter', 'Alma@example.org')).toBe(true);
  expect(await suppression.forbids('similarGoods', 'alma@example.org')).toBe(true);
  expect(await suppression.forbids('order', 'alma@example.org')).toBe(false);
  expect(await suppression.forbids('newsletterConfirmation', 'alma@example.org')).toBe(false);
  expect(await suppression.forbids('newsletter', 'asta@example.org')).toBe(false);
});

it('never says "go" when the list cannot be asked', async () => {
  const closed = new pg.Pool();
  await closed.end();
  const cutOff = new MailSuppression(new SuppressionList(closed, encryption));
  await expect(cutOff.forbids('newsletter', 'asta@example.org')).rejects.toThrow();
  await expect(cutOff.forbids('similarGoods', 'asta@example.org')).rejects.toThrow();
});
