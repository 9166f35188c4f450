import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { clearProcessesIn } from './cluster-lock.js';
import { failureFrom } from './embedded-postgres-error.js';
import type { UnprivilegedUser } from './unprivileged-user.js';

export const superuser = 'postgres';

/** The environment is not inherited: PG* variables would change the child's behaviour. */
export const childEnvironment: NodeJS.ProcessEnv = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export interface ClusterCreation {
  readonly dataDir: string;
  readonly clusterDir: string;
  readonly user: UnprivilegedUser | undefined;
  /** The program. */
  readonly initdb: string;
  /** Its option for the target directory. */
  readonly directoryArgument: (directory: string) => string;
  /** Called with the running child, to be ended if this process ends. */
  readonly onChild: (child: ChildProcess | undefined) => void;
}

/**
 * Creates the cluster in a temporary directory, renamed when complete and on disk: a crash half-way leaves nothing that
 * looks like a cluster, and an orphaned initdb is ended before its directory is used again.
 */
export const makeCluster = async (creation: ClusterCreation): Promise<void> => {
  const { clusterDir, dataDir, user } = creation;
  const fresh = `${clusterDir}.new`;
  const passwordFile = join(dataDir, 'initdb-password');
  await clearProcessesIn(fresh);
  rmSync(fresh, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  mkdirSync(fresh, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) for (const path of [fresh, passwordFile]) chownSync(path, user.uid, user.gid);
  const { code, output } = await initdb(creation, fresh, basename(passwordFile)).finally(() =>
    rmSync(passwordFile, { force: true }),
  );
  if (code !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw failureFrom(output, { dataDir });
  }
  writeFileSync(join(dataDir, 'password'), password, { mode: 0o600, flush: true });
  renameSync(fresh, clusterDir);
  syncDirectory(dataDir);
};

const initdb = async (
  { directoryArgument, initdb: program, onChild, user }: ClusterCreation,
  fresh: string,
  passwordFile: string,
): Promise<{ readonly code: number | null; readonly output: string }> => {
  const output: Buffer[] = [];
  const code = await new Promise<number | null>((done, fail) => {
    const child = spawn(
      program,
      [
        ...['-D', directoryArgument(fresh), '-U', superuser, `--pwfile=../${passwordFile}`],
        ...['-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-instructions'],
        ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ],
      // its own session: a Ctrl-C at the terminal is for this process
      { cwd: fresh, env: childEnvironment, stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...user },
    );
    onChild(child);
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', fail);
    child.once('close', done);
  }).finally(() => onChild(undefined));
  return { code, output: Buffer.concat(output).toString() };
};

const syncDirectory = (path: string): void => {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};
