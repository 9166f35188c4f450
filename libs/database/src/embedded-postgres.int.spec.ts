/*
 * Promised: one directory, one PostgreSQL; committed data survives kill -9 of either process; every reason not to start
 * has its own code; no statement's values are in the log.
 */
import { afterAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.js';
import { openPool } from './pool.js';
import { postgresProcessesIn } from './process-identity.js';

const root = mkdtempSync(join(tmpdir(), 'dittoo-embedded-'));
chmodSync(root, 0o755);
const running = new Set<EmbeddedPostgres>();

const start = async (
  name: string,
  options: Omit<EmbeddedPostgresOptions, 'dataDir'> = {},
): Promise<EmbeddedPostgres> => {
  const postgres = await startEmbeddedPostgres({ dataDir: join(root, name), ...options });
  running.add(postgres);
  return postgres;
};

const stop = async (postgres: EmbeddedPostgres): Promise<void> => {
  running.delete(postgres);
  await postgres.stop();
};

const query = async (postgres: EmbeddedPostgres, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: postgres.url('postgres') });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 20_000; !(await condition());) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

afterAll(async () => {
  for (const postgres of running) await postgres.stop();
  rmSync(root, { recursive: true, force: true });
});

describe('a data directory', () => {
  it('keeps rows, port and password from one run to the next', async () => {
    const first = await start('kept');
    await query(first, 'CREATE TABLE kept AS SELECT 7 AS value');
    const { port } = first;
    const url = first.url('postgres');
    expect(statSync(join(root, 'kept', 'password')).mode & 0o777).toBe(0o600);
    await stop(first);

    const second = await start('kept');
    expect(second.port).toBe(port);
    expect(second.url('postgres')).toBe(url);
    expect(await query(second, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    await stop(second);
  });

  it('has one supervisor at a time', async () => {
    const postgres = await start('single');
    await expect(start('single')).rejects.toMatchObject({ code: 'data-directory-in-use' });
    await stop(postgres);
    await stop(await start('single'));
  });

  it('may be in a directory that only its owner can enter', async () => {
    const closed = join(root, 'closed');
    const postgres = await start('closed/data');
    await stop(postgres);
    chmodSync(closed, 0o700);
    const again = await start('closed/data');
    expect(await query(again, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await stop(again);
    const fresh = await start('closed/fresh');
    expect(await query(fresh, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await stop(fresh);
  });

  it('copied by `cp -r` gets owner and mode back', async () => {
    const events: unknown[] = [];
    const original = await start('original');
    await query(original, 'CREATE TABLE kept AS SELECT 7 AS value');
    await stop(original);
    cpSync(join(root, 'original'), join(root, 'copied'), { recursive: true });
    chmodSync(join(root, 'copied', 'cluster'), 0o755);
    const copied = await start('copied', { onLog: (_level, event, details) => events.push({ event, ...details }) });
    expect(await query(copied, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    await stop(copied);
    const what = process.getuid?.() === 0 ? 'owner' : 'mode';
    expect(events).toContainEqual({ event: 'postgres.repaired', what });
    await stop(await start('original'));
  });

  it('is not used when it holds other files', async () => {
    writeFileSync(join(root, 'stranger'), 'not ours');
    await expect(startEmbeddedPostgres({ dataDir: root })).rejects.toMatchObject({ code: 'data-directory-not-usable' });
    expect(statSync(root).mode & 0o777).toBe(0o755);
    rmSync(join(root, 'stranger'));
  });
});

describe('reasons not to start', () => {
  it('names an occupied port', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    );
    await expect(start('taken', { port })).rejects.toMatchObject({ code: 'port-in-use' });
    server.close();
  });

  it('names another major version and a lost password', async () => {
    await stop(await start('old'));
    rmSync(join(root, 'old', 'password'));
    await expect(start('old')).rejects.toMatchObject({ code: 'password-missing' });
    writeFileSync(join(root, 'old', 'cluster', 'PG_VERSION'), '11\n');
    await expect(start('old')).rejects.toMatchObject({ code: 'other-major-version' });
  });
});

describe('kill -9', () => {
  it('of PostgreSQL: it is restarted on the same port, the pool recovers, nothing committed is lost', async () => {
    const events: string[] = [];
    const postgres = await start('killed', { onLog: (_level, event) => events.push(event) });
    const pool = openPool(postgres.url('postgres'), { max: 2, applicationName: 'spec' });
    await pool.query('CREATE TABLE kept AS SELECT 7 AS value');
    const { pid, port } = postgres;
    process.kill(pid, 'SIGKILL');
    await until(() => events.includes('postgres.restarted'));
    expect(postgres.port).toBe(port);
    expect(postgres.pid).not.toBe(pid);
    await until(() =>
      pool.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    );
    expect((await pool.query('SELECT value FROM kept')).rows).toEqual([{ value: 7 }]);
    await pool.end();
    await stop(postgres);
    expect(events).toContain('postgres.died');
  });

  it.each([false, true])('of the supervisor (and of PostgreSQL: %s): the next one takes over', async (both) => {
    const dataDir = join(root, `orphan-${both}`);
    const module = fileURLToPath(new URL('../dist/embedded-postgres.js', import.meta.url));
    const script = `import(${JSON.stringify(module)}).then(async ({ startEmbeddedPostgres }) => {
      await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
      console.log('up');
      setInterval(() => {}, 1e6);
    });`;
    const supervisor = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => supervisor.stdout.once('data', resolve));
    const orphan = Number.parseInt(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8'), 10);
    supervisor.kill('SIGKILL');
    if (both) process.kill(orphan, 'SIGKILL');
    await new Promise((resolve) => supervisor.once('exit', resolve));

    const events: string[] = [];
    const next = await start(`orphan-${both}`, { onLog: (_level, event) => events.push(event) });
    expect(next.pid).not.toBe(orphan);
    if (!both) expect(events).toContain('postgres.orphanStopped');
    expect(await query(next, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await stop(next);
    expect(next.pid).toBe(0);
  });
});

describe('a process that ends without stopping it', () => {
  const module = fileURLToPath(new URL('../dist/embedded-postgres.js', import.meta.url));
  const run = (dataDir: string, afterwards: string) =>
    spawn(
      process.execPath,
      [
        '-e',
        `import(${JSON.stringify(module)}).then(({ startEmbeddedPostgres }) => {
          const starting = startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
          ${afterwards}
        });`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
  /** @returns its exit code; `null` = it was killed */
  const over = (child: ReturnType<typeof run>) =>
    new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));

  it('leaves nothing running, and a cluster that starts again', async () => {
    const dataDir = join(root, 'ended');
    expect(await over(run(dataDir, `starting.then(() => process.exit(3));`))).toBe(3);
    await until(() => postgresProcessesIn(join(dataDir, 'cluster')).length === 0);
    await stop(await start('ended'));
  });

  it.each(['process.exit(3)', "process.kill(process.pid, 'SIGKILL')"])(
    'while the cluster is being made (%s): the next start makes it',
    async (end) => {
      const name = `half-made-${end.length}`;
      const fresh = join(root, name, 'cluster.new');
      const code = await over(
        run(
          join(root, name),
          `const { existsSync } = process.getBuiltinModule('fs');
           setInterval(() => { if (existsSync(${JSON.stringify(join(fresh, 'base'))})) ${end}; }, 1);`,
        ),
      );
      expect(code).toBe(end.startsWith('process.exit') ? 3 : null);
      if (end.startsWith('process.exit')) await until(() => postgresProcessesIn(fresh).length === 0);
      const postgres = await start(name);
      expect(await query(postgres, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(existsSync(fresh)).toBe(false);
      await stop(postgres);
    },
  );
});

describe('the log', () => {
  it('never shows a statement’s values', async () => {
    const postgres = await start('quiet');
    const canary = 'Astrid-Canary-1907';
    await expect(query(postgres, `SELECT '${canary}'::int`)).rejects.toThrow(canary);
    await expect(query(postgres, `SELECT broken '${canary}`)).rejects.toThrow();
    await query(postgres, 'CREATE TABLE person (name text PRIMARY KEY)');
    await query(postgres, `INSERT INTO person VALUES ('${canary}')`);
    await expect(query(postgres, `INSERT INTO person VALUES ('${canary}')`)).rejects.toThrow();
    await expect(query(postgres, `DO $$ BEGIN RAISE WARNING '${canary}'; END $$`)).resolves.toBeDefined();
    await stop(postgres);
    expect(readFileSync(join(root, 'quiet', 'postgres.log'), 'utf8')).not.toContain(canary);
  });
});
