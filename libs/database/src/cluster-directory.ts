import { chmodSync, lchownSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requireOwner } from './data-directory.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import type { UnprivilegedUser } from './unprivileged-user.js';

/** A directory with other files was probably not meant as data directory, and its mode is about to be changed. */
const ownFiles = /^(cluster|cluster\.new|password|initdb-password|port|postgres\.log(\.1)?|supervisor\.lock(\.\d+)?)$/;

/** Files that the user of PostgreSQL owns, now or in earlier versions. */
const databaseUsersFiles = /^(cluster|cluster\.new|initdb-password)$/;

/** @throws EmbeddedPostgresError `data-directory-not-usable`, `disk-full` */
export const prepareClusterDirectory = (path: string): string => {
  const dataDir = resolve(path);
  try {
    mkdirSync(dataDir, { recursive: true });
    const strangers = readdirSync(dataDir).filter((name) => !ownFiles.test(name));
    if (strangers.length > 0) throw new Error(`it holds other things already: ${strangers.slice(0, 3).join(', ')}`);
    const own = process.getuid?.() ?? -1;
    requireOwner(dataDir, own, (name) => own === 0 && databaseUsersFiles.test(name));
    // The unprivileged user may traverse but not list the directory; the files inside have their own modes.
    chmodSync(dataDir, own === 0 ? 0o711 : 0o700);
    return realpathSync(dataDir);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw new EmbeddedPostgresError(
      code === 'ENOSPC' ? 'disk-full' : 'data-directory-not-usable',
      `cannot use ${dataDir} for the database (${(error as Error).message}): give it a directory of its own that you may write to`,
      error,
    );
  }
};

/**
 * Restores what a plain copy (`cp -r`) lost: as root the cluster's owner, and always the mode without which PostgreSQL
 * does not start.
 *
 * @returns what was restored; `null` = nothing was missing
 */
export const repairCluster = (clusterDir: string, user: UnprivilegedUser | undefined): 'owner' | 'mode' | null => {
  const { mode, uid } = statSync(clusterDir);
  const closed = (mode & 0o077) === 0;
  if (!closed) chmodSync(clusterDir, 0o700);
  // PostgreSQL refuses to run as root, so a cluster owned by root was copied by root.
  if (user === undefined || uid !== 0) return closed ? null : 'mode';
  for (const name of readdirSync(clusterDir, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(clusterDir, name), user.uid, user.gid);
  }
  lchownSync(clusterDir, user.uid, user.gid);
  return 'owner';
};
