/*
 * PostgreSQL as a child of this process, so that no server is needed.
 *
 * If this process dies (kill -9), PostgreSQL keeps running and loses nothing; the next start stops it and starts it
 * again on the same files. If PostgreSQL dies, it is restarted on the same port while the pools reconnect.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, readFileSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment, makeCluster, superuser } from './cluster-creation.js';
import { prepareClusterDirectory, repairCluster } from './cluster-directory.js';
import { clearOrphan, lockDataDirectory } from './cluster-lock.js';
import { ClusterLog } from './cluster-log.js';
import { untilReady } from './cluster-readiness.js';
import { compressWal, settings } from './cluster-settings.js';
import { type EmbeddedBinaries, embeddedBinaries } from './embedded-binaries.js';
import { EmbeddedPostgresError, failureFrom } from './embedded-postgres-error.js';
import { freePort } from './free-port.js';
import { canReach, type UnprivilegedUser, unprivilegedUser } from './unprivileged-user.js';

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, the password, the port and the log. Created when absent; for the database alone. */
  readonly dataDir: string;
  /** Default: the last port if free, else a random free one. */
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
  /** Pid of the postmaster; changes with a restart. */
  readonly pid: number;
  /** Where the files of the cluster are: for backups, and for searches for plaintext. */
  readonly clusterDir: string;
  /** Ends sessions, writes a checkpoint, stops. Safe to repeat. */
  stop(): Promise<void>;
}

const stopPatienceMs = 20_000;
const spaceNeeded = { create: 150 * 2 ** 20, start: 32 * 2 ** 20 };

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * Starts the npm package's PostgreSQL on `dataDir`, creates the cluster if there is none, and keeps it running until
 * `stop()`. Loopback only, SCRAM with a random password, which is in `dataDir` with mode 0600.
 *
 * As root PostgreSQL runs as `nobody`, also in a clone that only root may enter.
 *
 * @throws EmbeddedPostgresError see its `code`; the message says what to do
 *
 * Any number can run at once on different directories.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const log = options.onLog ?? (() => undefined);
  const dataDir = prepareClusterDirectory(options.dataDir);
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

class Supervisor implements EmbeddedPostgres {
  readonly clusterDir: string;
  port = 0;
  private readonly logFile: ClusterLog;
  private readonly user: UnprivilegedUser | undefined;
  private readonly binaries: EmbeddedBinaries;
  private password = '';
  private child: ChildProcess | undefined;
  /** The running child. Only its end triggers a restart; a failed start is reported to the caller. */
  private ready: ChildProcess | undefined;
  private stopping: Promise<void> | undefined;
  private readonly logTimer: NodeJS.Timeout;
  /** Runs when the process ends without `stop()`: no child is left running, and committed data is on disk. */
  private readonly onProcessExit = (): void => endGroup(this.child);

  constructor(
    private readonly dataDir: string,
    private readonly options: EmbeddedPostgresOptions,
    private readonly log: EmbeddedPostgresLog,
    private readonly release: () => void,
  ) {
    this.clusterDir = join(dataDir, 'cluster');
    this.logFile = new ClusterLog(join(dataDir, 'postgres.log'));
    this.user = unprivilegedUser(existsSync(this.clusterDir) ? statSync(this.clusterDir) : undefined);
    this.binaries = embeddedBinaries(this.user);
    this.logTimer = setInterval(() => this.logFile.bound(), 60_000).unref();
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  url(database: string): string {
    return `postgres://${superuser}:${this.password}@127.0.0.1:${this.port}/${encodeURIComponent(database)}`;
  }

  async start(): Promise<void> {
    const startedAt = performance.now();
    process.once('exit', this.onProcessExit);
    try {
      this.requireSpace();
      if (existsSync(this.clusterDir)) this.repair();
      else {
        await makeCluster({
          ...{ dataDir: this.dataDir, clusterDir: this.clusterDir, user: this.user, initdb: this.binaries.initdb },
          directoryArgument: (directory) => this.directoryArgument(directory),
          onChild: (child) => (this.child = child),
        });
      }
      this.requireVersion();
      this.readPassword();
      await clearOrphan(this.clusterDir, (pid) => this.log('warn', 'postgres.orphanStopped', { pid }));
      await this.boot();
      await compressWal(this.url('postgres'));
    } catch (error) {
      clearInterval(this.logTimer);
      await this.stopChild();
      process.removeListener('exit', this.onProcessExit);
      throw error;
    }
    this.log('info', 'postgres.started', {
      port: this.port,
      pid: this.pid,
      durationMs: Math.round(performance.now() - startedAt),
    });
  }

  stop(): Promise<void> {
    this.stopping ??= (async () => {
      clearInterval(this.logTimer);
      await this.stopChild();
      process.removeListener('exit', this.onProcessExit);
      this.release();
      this.log('info', 'postgres.stopped', { port: this.port });
    })();
    return this.stopping;
  }

  private repair(): void {
    const what = repairCluster(this.clusterDir, this.user);
    if (what !== null) this.log('warn', 'postgres.repaired', { what });
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

  /** If another program takes the port between choice and start, another is chosen, unless the port was configured. */
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

  /** Checks the port first, so that the start never waits for another program on it. */
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
    this.logFile.bound();
    const { fd: logFd, start: logStart } = this.logFile.open();
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
      // its own session: a Ctrl-C at the terminal is for this process, which stops PostgreSQL last
      { cwd: this.clusterDir, env: childEnvironment, stdio: ['ignore', logFd, logFd], detached: true, ...this.user },
    );
    closeSync(logFd);
    this.child = child;
    let ended: EmbeddedPostgresError | undefined;
    child.once('error', (error) => {
      ended = new EmbeddedPostgresError('start-failed', `PostgreSQL does not start: ${error.message}`, error);
    });
    child.once('exit', (code, signal) => {
      ended ??= failureFrom(this.logFile.since(logStart), { dataDir: this.dataDir, port: this.port });
      if (this.child === child) this.child = undefined;
      this.onChildExit(child, code, signal);
    });
    await untilReady({
      ...{ dataDir: this.dataDir, url: this.url('postgres'), ended: () => ended },
      onRecovering: () => this.log('info', 'postgres.recovering', { port: this.port }),
    });
    child.unref();
    this.ready = child;
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

  /**
   * PostgreSQL enters its directory by name, so it needs permission for every parent directory. Where that is missing
   * (a clone below /root), the child is started inside the directory before it gives up root, and Linux lets it name
   * that.
   */
  private directoryArgument(directory: string): string {
    if (canReach(this.dataDir, this.user, 'traverse')) return directory;
    if (process.platform === 'linux') return '/proc/self/cwd';
    throw new EmbeddedPostgresError(
      'data-directory-not-usable',
      `user id ${this.user?.uid} cannot enter ${directory}: use a directory everybody may pass through, or start as an ordinary user`,
    );
  }
}

/** Signals the child's process group: initdb and its children, or the postmaster, which stops its children. */
const endGroup = (child: ChildProcess | undefined): void => {
  if (child?.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGQUIT');
  } catch {
    // gone already
  }
};
