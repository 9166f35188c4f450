/*
 * Promised: a key ring restored from an older backup has every destruction applied again before the process serves
 * anything; no destroyed key opens or is created again. Left open: what else an old backup lacks (keys created later,
 * suppressed addresses).
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaMap } from '@dittoo/contracts';
import { newId, SubjectKeyDestroyed, type DataCategory, type DestroyedKey, type DomainEvent } from '@dittoo/kernel';
import { FileKeyEncryption } from '@dittoo/personal-data';
import { Commands } from '@dittoo/service';
import { openPool, testDatabase, type TestDatabase } from '@dittoo/testing';
import type pg from 'pg';
import { readPlatformConfig } from '../config/platform.config.js';
import { openPlatform, type Platform } from './platform.js';

const at = '2026-11-22T10:00:00.000Z';
const requestId = newId();
const directory = mkdtempSync(join(tmpdir(), 'dittoo-gate-'));
let database: TestDatabase;
let ring: pg.Pool;

beforeAll(async () => {
  database = await testDatabase('restore gate');
  FileKeyEncryption.generate(join(directory, 'kek.json'));
  await (await open()).close();
  ring = openPool(`${database.url}_keyring`, { max: 2, applicationName: 'restore-gate.spec' });
});
afterAll(async () => {
  await ring.end();
  const { pathname } = new URL(`${database.url}_keyring`);
  await database.pool().query(`DROP DATABASE ${pathname.slice(1)} WITH (FORCE)`);
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

const open = (): Promise<Platform> => {
  const env = {
    DATABASE_URL: database.url,
    KEY_ENCRYPTION_KEY_FILE: join(directory, 'kek.json'),
    LOG_LEVEL: 'silent',
    DATA_DIR: directory,
  };
  return openPlatform(readPlatformConfig(env, 'spec'), []);
};

const say = async (
  { clock, sealer, store }: Platform,
  category: string,
  subjectId: string,
  ...events: DomainEvent[]
) => {
  const id = category === 'dataSubject' || category === 'customer' ? subjectId : newId();
  const decider = { category, initialState: null, decide: () => events, evolve: () => null };
  await new Commands(store, sealer, clock, schemaMap).execute(decider, id, null, {
    dataSubjectId: subjectId,
    actor: { kind: 'system', id: 'spec' },
    correlationId: newId(),
    causationId: newId(),
    traceparent: null,
    noticeVersion: null,
  });
};
const said = (keys: readonly DestroyedKey[], request: string | null): DomainEvent => ({
  type: 'SubjectKeysDestroyed',
  data: {
    requestId: request,
    keys: keys.map(({ category, fingerprint, kid }) => ({ kid, category, fingerprint })),
    retained: [],
  },
});
const renamed: DomainEvent = { type: 'NameRectified', data: { givenName: 'Ada', familyName: 'Exempelsson' } };
const replied: DomainEvent = { type: 'SupportReplied', data: { body: 'Hej' } };
const tables = ['data_key', 'scoped_category', 'contact', 'suppression', 'restore_gate'];

/** Backs up the ring. @returns restores the backup */
const copyOfTheRing = async (): Promise<() => Promise<void>> => {
  for (const table of tables) {
    await ring.query(`DROP TABLE IF EXISTS public.copy_${table}`);
    await ring.query(`CREATE TABLE public.copy_${table} AS TABLE keyring.${table}`);
  }
  return async () => {
    for (const table of tables) {
      await ring.query(`TRUNCATE keyring.${table}`);
      await ring.query(`INSERT INTO keyring.${table} SELECT * FROM public.copy_${table}`);
    }
  };
};
const states = async ({ keyRing }: Platform, subjectId: string) =>
  new Set((await keyRing.keysOf(subjectId)).map(({ state }) => state));

describe('a key ring restored from an older backup', () => {
  it('has later destructions applied again, whether or not the key existed in the backup', async () => {
    const before = await open();
    const [erased, ended, stays] = [newId(), newId(), newId()];
    const categories: DataCategory[] = ['profile', 'support', 'advertising'];
    for (const subjectId of [erased, ended, stays]) await say(before, 'customer', subjectId, renamed);
    await say(before, 'supportCase', erased, replied);
    await say(before, 'supportCase', ended, replied);
    const known = await before.contacts.findOrAdd('ada@example.org');
    await before.emails.reserve('customer@example.org', erased, 'customer');
    const restore = await copyOfTheRing();

    await say(before, 'supportCase', erased, replied); // a key that is not in the backup
    await say(before, 'supportCase', ended, replied);
    const keys = await before.keyRing.destroy(erased, categories, { at, requestId });
    await say(before, 'dataSubject', erased, said(keys, requestId));
    const kids = (await before.keyRing.keysOf(ended)).flatMap(({ category, kid }) =>
      category === 'support' ? [kid] : [],
    );
    const over = await before.keyRing.destroy(ended, ['support'], { at, requestId: null, kids });
    await say(before, 'dataSubject', ended, said(over, null));
    const gone = await before.keyRing.destroy(known, ['contact'], { at, requestId });
    await before.contacts.forget(known);
    await say(before, 'dataSubject', known, said(gone, requestId));
    await before.close();

    await restore();
    const after = await open();
    try {
      const destroyed = [...keys, ...over, ...gone].map(({ kid }) => kid);
      expect(new Set((await after.keyRing.statesOfKeys(destroyed)).values())).toEqual(new Set(['destroyed']));
      expect((await after.keyRing.statesOfKeys(destroyed)).size).toBe(destroyed.length);
      expect(await states(after, erased)).toEqual(new Set(['destroyed']));
      expect(await after.contacts.find('ada@example.org')).toBeNull();
      expect(await after.emails.find('customer@example.org')).toBeNull();
      await expect(after.sealer.sealValue(erased, 'profile', ['spec'], 'x')).rejects.toThrow(SubjectKeyDestroyed);
      await expect(after.sealer.sealValue(erased, 'support', ['spec'], 'x', newId())).rejects.toThrow(
        SubjectKeyDestroyed,
      );
      await expect(after.sealer.sealValue(ended, 'support', ['spec'], 'x', kids[0]!.split('/')[2]!)).rejects.toThrow(
        SubjectKeyDestroyed,
      );
      expect((await after.keyRing.states(ended)).get('profile')).toBe('active');
      expect(await states(after, stays)).toEqual(new Set(['active']));
    } finally {
      await after.close();
    }
  });

  it('has the keys of removed numbers destroyed again, and keeps the next number’s key', async () => {
    const before = await open();
    const subjectId = newId();
    const number: DomainEvent = { type: 'PersonnummerRecorded', data: { number: '197010632391', ground: 'consent' } };
    await say(before, 'customer', subjectId, number);
    const restore = await copyOfTheRing();
    const kids = (await before.keyRing.keysOf(subjectId)).map(({ kid }) => kid);
    const removed = await before.keyRing.destroy(subjectId, ['personnummer'], {
      at,
      requestId: null,
      newLifecycle: true,
      kids,
    });
    await say(before, 'dataSubject', subjectId, said(removed, null));
    await before.close();
    await restore();
    const after = await open();
    try {
      expect([...(await after.keyRing.statesOfKeys(kids)).values()]).toEqual(['destroyed']);
      await say(after, 'customer', subjectId, {
        type: 'PersonnummerRecorded',
        data: { number: '197010632391', ground: 'purpose' },
      });
      const lives = (await after.keyRing.keysOf(subjectId)).filter(({ state }) => state === 'active');
      expect(lives.map(({ category }) => category)).toEqual(['personnummer']);
    } finally {
      await after.close();
    }
  });

  it('reads the log from its start if its mark is from another log', async () => {
    const before = await open();
    const subjectId = newId();
    await say(before, 'customer', subjectId, renamed);
    const restore = await copyOfTheRing();
    const keys = await before.keyRing.destroy(subjectId, ['profile'], { at, requestId });
    await say(before, 'dataSubject', subjectId, said(keys, requestId));
    await before.close();
    await (await open()).close();
    const { rows } = await ring.query<{ position: string }>('SELECT position FROM keyring.restore_gate');
    await restore();
    // The mark of a ring that belonged to another, longer log.
    await ring.query('UPDATE keyring.restore_gate SET position = $1, event_id = $2', [rows[0]!.position, newId()]);
    const after = await open();
    try {
      expect((await after.keyRing.states(subjectId)).get('profile')).toBe('destroyed');
    } finally {
      await after.close();
    }
  });
});
