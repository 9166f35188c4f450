/* Promised: any number of processes may prepare the same database at once; each migration runs once. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
import { migrate } from './migrate.js';
import { openPool } from './pool.js';
import { appRole, ensureAppRole, ensureDatabase } from './provision.js';

class CreateShelf1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE shop.shelf (id int PRIMARY KEY)');
    await runner.query(`GRANT USAGE ON SCHEMA shop TO ${appRole}`);
    await runner.query(`GRANT SELECT ON shop.shelf TO ${appRole}`);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE shop.shelf');
  }
}

class CreateBox1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE other.box (id int PRIMARY KEY)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE other.box');
  }
}

class Fail1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE other.half (id int)');
    throw new Error('half-way');
  }
  async down(): Promise<void> {
    throw new Error('never ran');
  }
}

let root: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'dittoo-provision-'));
  postgres = await startEmbeddedPostgres({ dataDir: join(root, 'data') });
});

afterAll(async () => {
  await postgres.stop();
  rmSync(root, { recursive: true, force: true });
});

const five = [1, 2, 3, 4, 5];

describe('ensureDatabase and ensureAppRole', () => {
  it('create once, however many processes call them', async () => {
    const url = postgres.url("o'dd name");
    const created = await Promise.all(five.map(() => ensureDatabase(url)));
    expect(created.filter(Boolean).length).toBe(1);
    expect(await ensureDatabase(url)).toBe(false);
    expect(await Promise.all(five.map(() => ensureAppRole(url)))).toEqual(five.map(() => true));
  });

  it('says when a login may not act as the role', async () => {
    const admin = new pg.Client({ connectionString: postgres.url('postgres') });
    await admin.connect();
    await admin.query(`CREATE ROLE plain LOGIN PASSWORD 'plain'`);
    await admin.end();
    const url = new URL(postgres.url('postgres'));
    url.username = 'plain';
    url.password = 'plain';
    expect(await ensureAppRole(url.toString(), 'dittoo_other')).toBe(false);
  });
});

describe('migrate', () => {
  it('runs each migration once and does not touch those of other services', async () => {
    const url = postgres.url('migrated');
    await ensureDatabase(url);
    await ensureAppRole(url);
    const runs = await Promise.all(five.map(() => migrate(url, [CreateShelf1700000000001], { schema: 'shop' })));
    expect(runs.flat()).toEqual(['CreateShelf1700000000001']);
    expect(await migrate(url, [CreateBox1700000000002], { schema: 'other' })).toEqual(['CreateBox1700000000002']);
    expect(await migrate(url, [CreateShelf1700000000001], { schema: 'shop' })).toEqual([]);
  });

  it('rolls back a failed migration', async () => {
    const url = postgres.url('failed');
    await ensureDatabase(url);
    await expect(migrate(url, [CreateBox1700000000002, Fail1700000000003], { schema: 'other' })).rejects.toThrow(
      'half-way',
    );
    const pool = openPool(url, { max: 1, applicationName: 'spec' });
    const { rows } = await pool.query(
      `SELECT to_regclass('other.box') IS NOT NULL AS box, to_regclass('other.half') AS half`,
    );
    expect(rows).toEqual([{ box: true, half: null }]);
    await pool.end();
  });
});

describe('openPool', () => {
  it('acts as the role from the first statement on', async () => {
    const url = postgres.url('migrated');
    const pool = openPool(url, { max: 2, applicationName: 'spec', role: appRole });
    const { rows } = await pool.query(
      'SELECT current_user AS acting, (SELECT count(*)::int FROM shop.shelf) AS shelves',
    );
    expect(rows).toEqual([{ acting: appRole, shelves: 0 }]);
    await expect(pool.query('INSERT INTO shop.shelf VALUES (1)')).rejects.toMatchObject({ code: '42501' });
    await pool.end();
  });

  it('gives every session its limits, so that a lost or paused client holds nothing for long', async () => {
    const pool = openPool(postgres.url('postgres'), { max: 1, applicationName: 'spec' });
    const { rows } = await pool.query<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings WHERE name IN ('statement_timeout', 'tcp_keepalives_idle',
         'tcp_keepalives_interval', 'tcp_keepalives_count', 'tcp_user_timeout', 'idle_in_transaction_session_timeout')`,
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, Number(setting)]))).toEqual({
      idle_in_transaction_session_timeout: 8_000,
      statement_timeout: 30_000,
      tcp_keepalives_count: 3,
      tcp_keepalives_idle: 5,
      tcp_keepalives_interval: 2,
      tcp_user_timeout: 11_000,
    });
    await pool.end();
  });

  it('survives the end of its sessions, idle and busy', async () => {
    const pool = openPool(postgres.url('postgres'), { max: 3, applicationName: 'victim' });
    await pool.query('SELECT 1');
    const busy = await pool.connect();
    const admin = new pg.Client({ connectionString: postgres.url('postgres') });
    await admin.connect();
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'`);
    await admin.end();
    await expect(busy.query('SELECT 1')).rejects.toThrow();
    busy.release(true);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });
});
