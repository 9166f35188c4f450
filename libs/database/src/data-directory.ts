import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

const groupOrOthersMayWrite = 0o022;
/** Like /tmp: shared by several users, so its mode must not be changed. */
const shared = 0o1000;

/** Quoted for a shell. */
const quoted = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);

const refusal = (reason: string): EmbeddedPostgresError =>
  new EmbeddedPostgresError('data-directory-not-usable', reason);

const ownUserId = (): number => process.getuid?.() ?? -1;

/**
 * A directory that only its owner may write to, created when absent: the safety of its contents (keys, passwords, the
 * database) depends on this. A directory of the owner that others could write to is restricted, if it holds no files of
 * others; one that is shared like /tmp is not changed.
 *
 * @param onClosed `data-directory.closed { dir, mode }`
 * @returns its real path
 * @throws EmbeddedPostgresError `data-directory-not-usable`: it belongs to another user, holds files of one, is
 * shared, or cannot be restricted; the message has the command that repairs it
 */
export const prepareDataDirectory = (
  path: string,
  onClosed: (event: string, details: Readonly<Record<string, string>>) => void = () => undefined,
): string => {
  const own = ownUserId();
  const dir = madeDirectory(resolve(path), own);
  requireOwner(dir, own, () => false);
  const { mode } = statSync(dir);
  if ((mode & groupOrOthersMayWrite) === 0) return dir;
  if ((mode & shared) !== 0) {
    throw refusal(`${dir} is shared with others (mode ${octal(mode)}): name a directory of its own`);
  }
  chmodSync(dir, mode & 0o7777 & ~groupOrOthersMayWrite);
  requireOwner(dir, own, () => false); // files added meanwhile
  if ((statSync(dir).mode & groupOrOthersMayWrite) !== 0) {
    throw refusal(
      `${dir} can be written to by others (mode ${octal(mode)}): close it by \`chmod go-w ${quoted(dir)}\``,
    );
  }
  onClosed('data-directory.closed', { dir, mode: octal(mode) });
  return dir;
};

const madeDirectory = (path: string, own: number): string => {
  try {
    // As root the database runs as another user, who must be able to traverse this directory.
    mkdirSync(path, { recursive: true, mode: own === 0 ? 0o711 : 0o700 });
    const dir = realpathSync(path);
    takeEmptyDirectory(dir, own);
    readdirSync(dir);
    return dir;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EmbeddedPostgresError(
      code === 'ENOSPC' ? 'disk-full' : 'data-directory-not-usable',
      `${path} cannot be used (${code ?? 'unknown'}): name a directory this user may write to`,
      error,
    );
  }
};

const octal = (mode: number): string => (mode & 0o7777).toString(8);

/** Root takes over an empty directory, which holds nobody's files. */
const takeEmptyDirectory = (dir: string, own: number): void => {
  if (own === 0 && statSync(dir).uid !== 0 && readdirSync(dir).length === 0) chownSync(dir, 0, 0);
};

/**
 * @param mayBeOthers whether a file name belongs to the separate database user
 * @throws EmbeddedPostgresError `data-directory-not-usable`
 */
export const requireOwner = (dir: string, own: number, mayBeOthers: (name: string) => boolean): void => {
  if (own < 0) return;
  const mend = own === 0 ? `chown -R 0 ${quoted(dir)}` : `sudo chown -R ${own} ${quoted(dir)}`;
  const { uid } = statSync(dir);
  if (uid !== own) {
    throw refusal(
      `${dir} belongs to user id ${uid} and this runs as user id ${own}: start as that user, or make it yours by \`${mend}\``,
    );
  }
  for (const name of readdirSync(dir)) {
    const owner = lstatSync(join(dir, name)).uid;
    if (owner === own || mayBeOthers(name)) continue;
    throw refusal(
      `${join(dir, name)} belongs to user id ${owner}, who could change what is kept there: remove it, or make it yours by \`${mend}\``,
    );
  }
};
