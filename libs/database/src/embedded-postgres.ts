/*
 * PostgreSQL as a child of this process, for running without a server.
 *
 * If this process dies (kill -9), PostgreSQL lives on and loses nothing; the next start stops it and begins anew on the
 * same files. If PostgreSQL dies, it is started again on the same port while the pools reconnect.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { clearOrphan, lockDataDirectory } from './cluster-lock.js';
import { type EmbeddedBinaries, embeddedBinaries } from './embedded-binaries.js';
import { EmbeddedPostgresError, failureFrom } from './embedded-postgres-error.js';
import { canReach, type UnprivilegedUser, unprivilegedUser } from './unprivileged-user.js';

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, the password, the port and the log. Made when absent; belongs to the database alone. */
  readonly dataDir: string;
  /** Default: the port of last time when free, else a random free one. */
  readonly port?: number;
  /** Default 100: enough for one process. */
  readonly maxConnections?: number;
  /** `postgres.started { port, pid, durationMs }`, `postgres.died`, `postgres.restarting` and the like; nothing personal. */
  readonly onLog?: EmbeddedPostgresLog;
}

export type EmbeddedPostgresLog = (
  level: 'info' | 'warn' | 'error',
  event: string,
  details: Readonly<Record<string, string | number>>,
) => void;

export interface EmbeddedPostgres {
  /** Connection string of a database, with the password in it: never log it. */
  url(database: string): string;
  readonly port: number;
  /** The postmaster; another one after a restart. */
  readonly pid: number;
  /** Where the files of the cluster are: what a backup takes and a search for plaintext reads. */
  readonly clusterDir: string;
  /** Ends sessions, writes a checkpoint, stops. Safe to repeat. */
  stop(): Promise<void>;
}

/** Nothing a person typed may reach the log: no statements, no parameters, no errors of statements, no details. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_wal_size: '1GB',
  autovacuum_vacuum_insert_threshold: '1000',
  jit: 'off',
  idle_in_transaction_session_timeout: '60s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '%m [%p] ',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_autovacuum_min_duration: '-1',
  log_checkpoints: 'off',
};

export const superuser = 'postgres';
const startPatienceMs = 180_000;
const stopPatienceMs = 20_000;
const spaceNeeded = { create: 150 * 2 ** 20, start: 32 * 2 ** 20 };
const logLimitBytes = 16 * 2 ** 20;

/** A directory with anything else in it was not meant for us, and we are about to change its mode. */
const ownFiles = /^(cluster|cluster\.new|password|initdb-password|port|postgres\.log(\.1)?|supervisor\.lock(\.\d+)?)$/;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * Starts the PostgreSQL that came with npm on `dataDir`, makes the cluster first when there is none, and keeps it
 * running until `stop()`. Loopback only, SCRAM with a random password that stands in `dataDir` with mode 0600.
 *
 * As root PostgreSQL runs as `nobody`, also in a clone that only root may enter.
 *
 * @throws EmbeddedPostgresError see its `code`; the message says what to do
 *
 * Any number may run beside each other on different directories.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const log = options.onLog ?? (() => undefined);
  const dataDir = prepareDirectory(options.dataDir);
  const release = lockDataDirectory(dataDir);
  try {
    const supervisor = new Supervisor(dataDir, options, log, release);
    await supervisor.start();
    return supervisor;
  } catch (error) {
    release();
    throw error;
  }
};

const prepareDirectory = (path: string): string => {
  const dataDir = resolve(path);
  try {
    mkdirSync(dataDir, { recursive: true });
    const strangers = readdirSync(dataDir).filter((name) => !ownFiles.test(name));
    if (strangers.length > 0) throw new Error(`it holds other things already: ${strangers.slice(0, 3).join(', ')}`);
    const { uid } = statSync(dataDir);
    // The unprivileged user passes through without being able to list; the files inside have modes of their own.
    if (uid === process.getuid?.()) chmodSync(dataDir, uid === 0 ? 0o711 : 0o700);
    else if (process.getuid?.() !== 0) throw new Error(`it belongs to user id ${uid}`);
    return realpathSync(dataDir);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new EmbeddedPostgresError(
      code === 'ENOSPC' ? 'disk-full' : 'data-directory-not-usable',
      `cannot use ${dataDir} for the database (${(error as Error).message}): give it a directory of its own that you may write to`,
      error,
    );
  }
};

class Supervisor implements EmbeddedPostgres {
  readonly clusterDir: string;
  port = 0;
  private readonly logFile: string;
  private readonly user: UnprivilegedUser | undefined;
  private readonly binaries: EmbeddedBinaries;
  private password = '';
  private child: ChildProcess | undefined;
  /** The child that came up; only its end is a death, an attempt that failed is the caller's. */
  private ready: ChildProcess | undefined;
  private stopping: Promise<void> | undefined;
  private readonly logTimer: NodeJS.Timeout;
  private readonly onProcessExit = (): void => void this.child?.kill('SIGINT');

  constructor(
    private readonly dataDir: string,
    private readonly options: EmbeddedPostgresOptions,
    private readonly log: EmbeddedPostgresLog,
    private readonly release: () => void,
  ) {
    this.clusterDir = join(dataDir, 'cluster');
    this.logFile = join(dataDir, 'postgres.log');
    this.user = unprivilegedUser(existsSync(this.clusterDir) ? statSync(this.clusterDir) : undefined);
    this.binaries = embeddedBinaries(this.user);
    this.logTimer = setInterval(() => this.boundLog(), 60_000).unref();
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  url(database: string): string {
    return `postgres://${superuser}:${this.password}@127.0.0.1:${this.port}/${encodeURIComponent(database)}`;
  }

  async start(): Promise<void> {
    const startedAt = performance.now();
    try {
      this.requireSpace();
      if (!existsSync(this.clusterDir)) await this.makeCluster();
      this.requireVersion();
      this.readPassword();
      await clearOrphan(this.clusterDir, (pid) => this.log('warn', 'postgres.orphanStopped', { pid }));
      await this.boot();
      await this.compressWal();
    } catch (error) {
      clearInterval(this.logTimer);
      await this.stopChild();
      throw error;
    }
    process.once('exit', this.onProcessExit);
    this.log('info', 'postgres.started', {
      port: this.port,
      pid: this.pid,
      durationMs: Math.round(performance.now() - startedAt),
    });
  }

  stop(): Promise<void> {
    this.stopping ??= (async () => {
      clearInterval(this.logTimer);
      process.removeListener('exit', this.onProcessExit);
      await this.stopChild();
      this.release();
      this.log('info', 'postgres.stopped', { port: this.port });
    })();
    return this.stopping;
  }

  /** Into a directory beside, renamed when complete and on disk: a crash half-way leaves nothing that looks like a cluster. */
  private async makeCluster(): Promise<void> {
    const fresh = `${this.clusterDir}.new`;
    const passwordFile = join(this.dataDir, 'initdb-password');
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { mode: 0o700 });
    const password = randomBytes(24).toString('base64url');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (this.user !== undefined) {
      for (const path of [fresh, passwordFile]) chownSync(path, this.user.uid, this.user.gid);
    }
    const output: Buffer[] = [];
    const code = await new Promise<number | null>((done, fail) => {
      const child = spawn(
        this.binaries.initdb,
        [
          ...['-D', this.directoryArgument(fresh), '-U', superuser, '--pwfile=../initdb-password'],
          ...['-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-instructions'],
          ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
        ],
        { cwd: fresh, env: childEnvironment, stdio: ['ignore', 'pipe', 'pipe'], ...this.user },
      );
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
      child.once('error', fail);
      child.once('close', done);
    }).finally(() => rmSync(passwordFile, { force: true }));
    if (code !== 0) {
      rmSync(fresh, { recursive: true, force: true });
      throw failureFrom(Buffer.concat(output).toString(), { dataDir: this.dataDir });
    }
    writeFileSync(join(this.dataDir, 'password'), password, { mode: 0o600, flush: true });
    renameSync(fresh, this.clusterDir);
    syncDirectory(this.dataDir);
  }

  private requireSpace(): void {
    const { bavail, bsize } = statfsSync(this.dataDir);
    const needed = existsSync(this.clusterDir) ? spaceNeeded.start : spaceNeeded.create;
    if (bavail * bsize < needed) {
      throw new EmbeddedPostgresError(
        'disk-full',
        `less than ${needed / 2 ** 20} MiB left for ${this.dataDir}: free some and start again`,
      );
    }
  }

  private requireVersion(): void {
    const version = readFileSync(join(this.clusterDir, 'PG_VERSION'), 'utf8').trim();
    if (version !== String(this.binaries.majorVersion)) {
      throw new EmbeddedPostgresError(
        'other-major-version',
        `${this.dataDir} was made by PostgreSQL ${version}, this is ${this.binaries.majorVersion}: ` +
          `start with the version that made it and copy the data over, or use a new directory`,
      );
    }
  }

  private readPassword(): void {
    try {
      this.password = readFileSync(join(this.dataDir, 'password'), 'utf8');
    } catch (error) {
      throw new EmbeddedPostgresError(
        'password-missing',
        `${join(this.dataDir, 'password')} cannot be read and the cluster beside it needs it: put it back from the backup`,
        error,
      );
    }
  }

  /** A port that another program snatches between the choice and the start is chosen again, unless it was asked for. */
  private async boot(): Promise<void> {
    const { port: wantedPort } = this.options;
    for (let attempt = 0; ; attempt++) {
      this.port = await (wantedPort === undefined ? this.choosePort() : this.requireFree(wantedPort));
      try {
        await this.spawnPostgres();
        writeFileSync(join(this.dataDir, 'port'), String(this.port), { mode: 0o600 });
        return;
      } catch (error) {
        const taken = error instanceof EmbeddedPostgresError && error.code === 'port-in-use';
        if (!taken || wantedPort !== undefined || attempt >= 5) throw error;
      }
    }
  }

  private async choosePort(): Promise<number> {
    const file = join(this.dataDir, 'port');
    const remembered = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    return remembered > 0 ? freePort(remembered).catch(() => freePort(0)) : freePort(0);
  }

  /** Looked at first, so that we never wait for an answer from the program that holds it. */
  private async requireFree(port: number): Promise<number> {
    return freePort(port).catch((error: Error) => {
      throw new EmbeddedPostgresError(
        'port-in-use',
        `port ${port} on 127.0.0.1 cannot be had (${error.message}): choose another`,
        error,
      );
    });
  }

  private async spawnPostgres(): Promise<void> {
    this.boundLog();
    const logFd = openSync(this.logFile, 'a', 0o600);
    const logStart = fstatSync(logFd).size;
    const { maxConnections } = this.options;
    const more = maxConnections === undefined ? {} : { max_connections: String(maxConnections) };
    const given = { ...settings, ...more, port: String(this.port) };
    const child = spawn(
      this.binaries.postgres,
      [
        '-D',
        this.directoryArgument(this.clusterDir),
        ...Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      // a session of its own: a Ctrl-C in the terminal is for us, and we stop PostgreSQL last
      { cwd: this.clusterDir, env: childEnvironment, stdio: ['ignore', logFd, logFd], detached: true, ...this.user },
    );
    closeSync(logFd);
    this.child = child;
    let ended: EmbeddedPostgresError | undefined;
    child.once('error', (error) => {
      ended = new EmbeddedPostgresError('start-failed', `PostgreSQL does not start: ${error.message}`, error);
    });
    child.once('exit', (code, signal) => {
      ended ??= failureFrom(this.logSince(logStart), { dataDir: this.dataDir, port: this.port });
      if (this.child === child) this.child = undefined;
      this.onChildExit(child, code, signal);
    });
    await this.waitUntilReady(() => ended);
    child.unref();
    this.ready = child;
  }

  private async waitUntilReady(ended: () => EmbeddedPostgresError | undefined): Promise<void> {
    let recovering = false;
    const recoveryAt = Date.now() + 1_000;
    for (const deadline = Date.now() + startPatienceMs; ; await pause(15)) {
      const failure = ended();
      if (failure !== undefined) throw failure;
      const client = new pg.Client({ connectionString: this.url('postgres'), connectionTimeoutMillis: 2_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        await client.end().catch(() => undefined);
        const code = (error as { code?: string }).code;
        if (code === '28P01') {
          throw new EmbeddedPostgresError(
            'password-missing',
            `the password in ${join(this.dataDir, 'password')} is not that of the cluster: put the right one back`,
          );
        }
        if (code === '57P03' && !recovering && Date.now() > recoveryAt) {
          recovering = true;
          this.log('info', 'postgres.recovering', { port: this.port });
        }
        if (Date.now() > deadline) {
          throw new EmbeddedPostgresError(
            'start-failed',
            `PostgreSQL did not answer in time; see ${this.logFile}`,
            error,
          );
        }
      }
    }
  }

  private onChildExit(child: ChildProcess, code: number | null, signal: string | null): void {
    if (child !== this.ready || this.stopping !== undefined) return;
    this.log('error', 'postgres.died', { port: this.port, outcome: signal ?? code ?? 'unknown' });
    void this.revive();
  }

  private async revive(): Promise<void> {
    for (let waitMs = 100; this.stopping === undefined; waitMs = Math.min(waitMs * 2, 10_000)) {
      await pause(waitMs);
      if (this.stopping !== undefined) return;
      this.log('warn', 'postgres.restarting', { port: this.port });
      try {
        await clearOrphan(this.clusterDir, () => undefined);
        await this.spawnPostgres();
        this.log('info', 'postgres.restarted', { port: this.port, pid: this.pid });
        return;
      } catch (error) {
        this.log('error', 'postgres.restartFailed', {
          code: error instanceof EmbeddedPostgresError ? error.code : 'unknown',
          reason: (error as Error).message,
        });
        await this.stopChild();
      }
    }
  }

  private async stopChild(): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const exited = new Promise<void>((done) => child.once('exit', () => done()));
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      child.kill(signal);
      const patience = new AbortController();
      const late = new Promise<'late'>((done) => {
        const timer = setTimeout(() => done('late'), stopPatienceMs);
        patience.signal.addEventListener('abort', () => clearTimeout(timer));
      });
      const outcome = await Promise.race([exited, late]);
      patience.abort();
      if (outcome !== 'late') return;
    }
  }

  /** lz4 halves the log's full-page images at next to no cost; not every build has it, and pglz costs more than it gives. */
  private async compressWal(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url('postgres') });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query<{ enumvals: string[]; setting: string }>(
        `SELECT enumvals, setting FROM pg_settings WHERE name = 'wal_compression'`,
      );
      if (rows[0]?.enumvals.includes('lz4') === true && rows[0].setting !== 'lz4') {
        await client.query('ALTER SYSTEM SET wal_compression = lz4');
        await client.query('SELECT pg_reload_conf()');
      }
    } finally {
      await client.end();
    }
  }

  /**
   * PostgreSQL enters its directory by name, so every directory on the way must let it in. Where one does not (a clone
   * below /root), the child is already standing in the directory when it gives up root, and Linux lets it name that.
   */
  private directoryArgument(directory: string): string {
    if (canReach(this.dataDir, this.user, 'traverse')) return directory;
    if (process.platform === 'linux') return '/proc/self/cwd';
    throw new EmbeddedPostgresError(
      'data-directory-not-usable',
      `user id ${this.user?.uid} cannot enter ${directory}: use a directory everybody may pass through, or start as an ordinary user`,
    );
  }

  private logSince(offset: number): string {
    const fd = openSync(this.logFile, 'r');
    try {
      const length = Math.min(fstatSync(fd).size - offset, 64 * 1024);
      const buffer = Buffer.alloc(Math.max(length, 0));
      readSync(fd, buffer, 0, buffer.length, offset);
      return buffer.toString();
    } finally {
      closeSync(fd);
    }
  }

  private boundLog(): void {
    if (!existsSync(this.logFile) || statSync(this.logFile).size < logLimitBytes) return;
    copyFileSync(this.logFile, `${this.logFile}.1`);
    truncateSync(this.logFile);
  }
}

/** 0 = any. Rejects when it is taken. */
const freePort = (port: number): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Nothing of ours is handed down: PG* variables would change what the child does. */
const childEnvironment: NodeJS.ProcessEnv = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

const syncDirectory = (path: string): void => {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};
