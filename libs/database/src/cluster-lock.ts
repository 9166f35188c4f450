import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { isPostgresOf, postgresProcessesIn, processIdentity } from './process-identity.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * One supervisor per data directory. A lock whose holder is dead (kill -9, reboot) is taken over.
 *
 * @returns releases the lock
 * @throws EmbeddedPostgresError `data-directory-in-use` another process supervises it: stop that one
 */
export const lockDataDirectory = (dataDir: string): (() => void) => {
  const file = join(dataDir, 'supervisor.lock');
  const mine = `${process.pid} ${processIdentity(process.pid)}`;
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 10) throw error;
    }
    const stale = readFileSync(file, 'utf8');
    const [pid = '', identity = ''] = stale.split(/ (.*)/s);
    if (identity !== '' && processIdentity(Number(pid)) === identity) {
      throw new EmbeddedPostgresError(
        'data-directory-in-use',
        `process ${pid} runs the database in ${dataDir}: stop it, or use another directory`,
      );
    }
    // another process may have taken it over between the check and the rename: then put it back
    const aside = `${file}.${process.pid}`;
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') === stale) rmSync(aside);
    else renameSync(aside, file);
  }
  return () => {
    if (existsSync(file) && readFileSync(file, 'utf8') === mine) rmSync(file, { force: true });
  };
};

/**
 * Ends every PostgreSQL process in `clusterDir`. An orphaned postmaster gets a request to stop, then a kill.
 *
 * `postmaster.pid` is PostgreSQL's own guard against two masters and is removed only where PostgreSQL would misread it:
 * the pid belongs to a zombie or an unrelated process. Otherwise PostgreSQL removes it itself, after checking its
 * shared memory.
 */
export const clearOrphan = async (clusterDir: string, onFound: (pid: number) => void): Promise<void> => {
  const pidFile = join(clusterDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  if (isPostgresOf(pid, clusterDir)) {
    onFound(pid);
    for (const [signal, patienceMs] of [
      ['SIGINT', 15_000],
      ['SIGQUIT', 5_000],
      ['SIGKILL', 5_000],
    ] as const) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EPERM') {
          throw new EmbeddedPostgresError(
            'data-directory-in-use',
            `PostgreSQL process ${pid} of another user works in ${clusterDir}: stop it first`,
          );
        }
      }
      if (await gone(() => isPostgresOf(pid, clusterDir), patienceMs)) break;
    }
  }
  if (!(await gone(() => postgresProcessesIn(clusterDir).length > 0, 10_000))) {
    throw new EmbeddedPostgresError(
      'orphan-does-not-stop',
      `processes ${postgresProcessesIn(clusterDir).join(', ')} still work in ${clusterDir}: stop them first`,
    );
  }
  if (existsSync(pidFile) && isTaken(pid)) rmSync(pidFile, { force: true });
};

/**
 * Kills processes that still work in a directory to be reused. Their work is discarded, so they are not asked to stop
 * first.
 */
export const clearProcessesIn = async (directory: string): Promise<void> => {
  for (const pid of postgresProcessesIn(directory)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone already
    }
  }
  if (!(await gone(() => postgresProcessesIn(directory).length > 0, 10_000))) {
    throw new EmbeddedPostgresError(
      'orphan-does-not-stop',
      `processes ${postgresProcessesIn(directory).join(', ')} still work in ${directory}: stop them first`,
    );
  }
};

/** Whether a process with this pid exists, including a zombie. */
const isTaken = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const gone = async (stillThere: () => boolean, patienceMs: number): Promise<boolean> => {
  for (const deadline = Date.now() + patienceMs; stillThere(); await pause(20)) {
    if (Date.now() > deadline) return false;
  }
  return true;
};
