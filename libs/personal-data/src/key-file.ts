import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** The contents of the key file: the versions of the key-encryption key, and the pepper, which no rotation changes. */
export interface KeyFile {
  readonly current: number;
  readonly keys: { readonly [version: string]: string };
  readonly pepper: string;
}

const isKey = (value: unknown): boolean => typeof value === 'string' && Buffer.from(value, 'base64').length === 32;
const newKey = (): string => randomBytes(32).toString('base64');
const textOf = (file: KeyFile): string => `${JSON.stringify(file, null, 2)}\n`;

/** The parser's error would quote the file, so there is none. */
const keyFileOf = (text: string): KeyFile | undefined => {
  let file: Partial<KeyFile> | null;
  try {
    file = JSON.parse(text) as Partial<KeyFile> | null;
  } catch {
    return undefined;
  }
  const { current, keys, pepper } = file ?? {};
  const whole = isKey(pepper) && isKey(keys?.[String(current)]) && Object.values(keys ?? {}).every(isKey);
  return whole ? (file as KeyFile) : undefined;
};

/** Writes a new file unless there is one. */
export const generateKeyFile = (path: string): void => {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const text = textOf({ current: 1, keys: { 1: newKey() }, pepper: newKey() });
  writeFileSync(path, text, { mode: 0o600, flag: 'wx', flush: true });
  chmodSync(path, 0o600);
};

/** @throws Error naming the path and what to do: absent, readable by others, not a key file */
export const readKeyFile = (path: string): KeyFile => {
  if (!existsSync(path)) {
    throw new Error(`the key file ${path} does not exist: restore it, or set KEY_ENCRYPTION_KEY_FILE to where it is`);
  }
  if (isOpenToOthers(statSync(path), process.getuid?.())) {
    throw new Error(`the key file ${path} can be read by others: chmod 600 it`);
  }
  const file = keyFileOf(readFileSync(path, 'utf8'));
  if (file === undefined) {
    throw new Error(`${path} is not a key file: it needs current, keys and pepper, each key 32 bytes in base64`);
  }
  return file;
};

/**
 * Whether users other than the owner can read the file. A file of root that a group of this process may read is
 * allowed: platforms mount secrets that way for a process without a user name.
 */
export const isOpenToOthers = (
  { mode, uid }: { readonly mode: number; readonly uid: number },
  self: number | undefined,
): boolean => (mode & (uid === 0 && self !== 0 ? 0o037 : 0o077)) !== 0;

/** Identifies one write of the file. */
export const keyFileStamp = (path: string): string => {
  const { ino, mtimeMs, size } = statSync(path);
  return `${ino}/${mtimeMs}/${size}`;
};

/** Adds a version and makes it the current one. @returns it */
export const addKeyVersion = (path: string): number =>
  changed(path, (file) => {
    const version = Math.max(...Object.keys(file.keys).map(Number)) + 1;
    return [version, { ...file, current: version, keys: { ...file.keys, [version]: newKey() } }];
  });

/**
 * Removes a version: keys still wrapped under it, in backups too, can no longer be opened.
 *
 * @throws Error it is the current version, or it does not exist
 */
export const removeKeyVersion = (path: string, version: number): void =>
  changed(path, (file) => {
    if (file.keys[String(version)] === undefined) throw new Error(`version ${version} is not in the key file`);
    if (file.current === version) throw new Error(`version ${version} is the current one: rotate first`);
    const { [String(version)]: _retired, ...keys } = file.keys;
    return [undefined, { ...file, keys }];
  });

/**
 * Reads, changes, writes a temporary file, flushes, renames: at any moment, also after a power cut, a reader gets the
 * complete old or new file. One change at a time.
 */
const changed = <T>(path: string, change: (file: KeyFile) => readonly [T, KeyFile]): T => {
  const lock = `${path}.lock`;
  try {
    writeFileSync(lock, String(process.pid), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Error(`${lock} exists: another change of the key file runs, or died; then remove it`, { cause: error });
  }
  try {
    const [answer, file] = change(readKeyFile(path));
    const aside = `${path}.new`;
    rmSync(aside, { force: true });
    writeFileSync(aside, textOf(file), { mode: 0o600, flag: 'wx', flush: true });
    renameSync(aside, path);
    const directory = openSync(dirname(path), 'r');
    fsyncSync(directory);
    closeSync(directory);
    return answer;
  } finally {
    rmSync(lock, { force: true });
  }
};
