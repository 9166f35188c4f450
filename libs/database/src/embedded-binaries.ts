import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { canReach, type UnprivilegedUser } from './unprivileged-user.js';

export interface EmbeddedBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** 18 for 18.4. */
  readonly majorVersion: number;
}

/** A cache of binaries for users who cannot enter the clone; it may be deleted. */
const sharedCache = '/var/cache/dittoo';

/**
 * The npm package's binaries for this machine, ready to run: the links between shared libraries are set here each time,
 * since install scripts are not run. If `user` cannot reach them (a clone below a private home directory), they are
 * copied once to a place it can reach.
 */
export const embeddedBinaries = (user: UnprivilegedUser | undefined): EmbeddedBinaries => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let root: string;
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    if (!/^(linux|darwin)-(x64|arm64)$/.test(`${process.platform}-${process.arch}`)) {
      throw new EmbeddedPostgresError(
        'platform-not-supported',
        `there is no embedded PostgreSQL for ${process.platform}-${process.arch}: give the address of a server`,
        error,
      );
    }
    throw new EmbeddedPostgresError(
      'binaries-missing',
      `${name} is not installed: run npm ci with optional dependencies`,
      error,
    );
  }
  const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
  const native = join(root, 'native');
  let place = native;
  try {
    linkLibraries(native, native);
  } catch (error) {
    // a read-only installation
    if (!isDenied(error)) throw error;
    place = reachableCopy(native, version, undefined);
  }
  if (!reachable(place, user)) place = reachableCopy(native, version, user);
  return {
    initdb: join(place, 'bin', 'initdb'),
    postgres: join(place, 'bin', 'postgres'),
    majorVersion: Number.parseInt(version, 10),
  };
};

const isDenied = (error: unknown): boolean =>
  ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');

const reachable = (native: string, user: UnprivilegedUser | undefined): boolean =>
  canReach(join(native, 'bin', 'postgres'), user, 'execute') &&
  canReach(join(native, 'lib', 'postgresql'), user, 'execute') &&
  canReach(join(native, 'share', 'postgresql', 'postgres.bki'), user, 'read');

/** libpq.so.5 -> libpq.so.5.18 and so on. Safe to repeat, also by several processes at once. */
const linkLibraries = (from: string, to: string): void => {
  const links = JSON.parse(readFileSync(join(from, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(dirname(to), basename(to), target.replace(/^native\//, ''));
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
};

const reachableCopy = (native: string, version: string, user: UnprivilegedUser | undefined): string => {
  const name = `postgresql-${version}-${process.platform}-${process.arch}`;
  let lastError: unknown;
  for (const parent of [sharedCache, join(tmpdir(), `dittoo-cache-${process.getuid?.()}`)]) {
    const place = join(parent, name);
    try {
      mkdirSync(parent, { recursive: true, mode: 0o755 });
      if (!isOurs(parent)) continue;
      if (!existsSync(place)) {
        const fresh = mkdtempSync(`${place}.`);
        cpSync(native, fresh, { recursive: true, verbatimSymlinks: true });
        linkLibraries(native, fresh);
        openForReading(fresh);
        try {
          renameSync(fresh, place);
        } catch {
          rmSync(fresh, { recursive: true, force: true }); // another process made it first
        }
      }
      if (reachable(place, user)) return place;
    } catch (error) {
      lastError = error;
    }
  }
  throw new EmbeddedPostgresError(
    'binaries-not-reachable',
    `user id ${user?.uid ?? process.getuid?.()} cannot reach the PostgreSQL binaries in ${native}, and no copy could be made ` +
      `in ${sharedCache} or ${tmpdir()}: move the clone to a place everybody may enter, or start as an ordinary user`,
    lastError,
  );
};

/** The directory that programs run from must not be prepared by another user. */
const isOurs = (directory: string): boolean => {
  const { uid, mode } = statSync(directory);
  return uid === process.getuid?.() && (mode & 0o022) === 0;
};

const openForReading = (directory: string): void => {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) openForReading(path);
    else if (entry.isFile()) chmodSync(path, basename(directory) === 'bin' ? 0o755 : 0o644);
  }
};
