/** Compares what is installed with what the lock file names. Reads only; by content, never by the clock. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A package as package-lock.json lists it.
 *
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, dev?: boolean, devOptional?: boolean }} LockedPackage
 */

/** @type {(file: string) => any} */
const readJson = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

/**
 * What npm puts into node_modules on every machine, by path. Not the optional packages: most of them are for another
 * system or processor, and the code that needs one reports that it is missing.
 *
 * @param {{ packages: Record<string, LockedPackage> }} lock package-lock.json
 * @returns {[string, LockedPackage][]}
 */
export const packagesOf = (lock) =>
  Object.entries(lock.packages).filter(
    ([path, { optional }]) => /(^|\/)node_modules\//.test(path) && optional !== true,
  );

/**
 * `complete`, or `production` when nothing is missing but development packages (`npm ci --omit=dev`), or `missing` and
 * why. npm writes the list of what it installed as its last act, so an installation that was interrupted is `missing`.
 *
 * @param {string} root
 * @returns {{ state: 'complete' | 'production' } | { state: 'missing', reason: string }}
 */
export const installedPackages = (root) => {
  const lock = readJson(join(root, 'package-lock.json'));
  if (lock?.packages === undefined) return { state: 'missing', reason: 'package-lock.json cannot be read' };
  if (!existsSync(join(root, 'node_modules'))) return { state: 'missing', reason: 'nothing is installed yet' };
  const installed = readJson(join(root, 'node_modules/.package-lock.json'))?.packages;
  if (installed === undefined) return { state: 'missing', reason: 'the last installation did not finish' };
  let developmentIsMissing = false;
  for (const [path, wanted] of packagesOf(lock)) {
    const actual = installed[path];
    if (actual !== undefined && existsSync(join(root, path))) {
      const same = actual.version === wanted.version && actual.integrity === wanted.integrity;
      if (same) continue;
      return { state: 'missing', reason: `${path} is not the version of the lock file` };
    }
    if (wanted.dev === true || wanted.devOptional === true) developmentIsMissing = true;
    else return { state: 'missing', reason: `${path} is not installed` };
  }
  return { state: developmentIsMissing ? 'production' : 'complete' };
};
