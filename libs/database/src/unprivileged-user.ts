import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

export interface UnprivilegedUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user PostgreSQL runs as. It refuses root, so root runs it as `nobody` (no account is created on the host); other
 * users run it as themselves: `undefined`.
 *
 * A cluster that exists already keeps the user that owns it.
 */
export const unprivilegedUser = (clusterOwner?: UnprivilegedUser): UnprivilegedUser | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  if (clusterOwner !== undefined && clusterOwner.uid !== 0) return clusterOwner;
  const nobody = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  const uid = Number(nobody?.[2]);
  const gid = Number(nobody?.[3]);
  if (!Number.isInteger(uid) || !Number.isInteger(gid) || uid === 0) {
    throw new EmbeddedPostgresError(
      'user-not-usable',
      'PostgreSQL does not run as root and there is no user nobody in /etc/passwd: start as an ordinary user',
    );
  }
  // -2 is written as 4294967294 by some and as -2 by others
  return { uid: uid < 0 ? uid + 2 ** 32 : uid, gid: gid < 0 ? gid + 2 ** 32 : gid };
};

/** Whether `user` can reach and use `path`, by the permission bits of every directory on the way. */
export const canReach = (
  path: string,
  user: UnprivilegedUser | undefined,
  need: 'read' | 'execute' | 'traverse',
): boolean => {
  if (user === undefined) return true;
  const allows = (place: string, bit: number): boolean => {
    const { mode, uid, gid } = statSync(place);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    return ((mode >> shift) & bit) === bit;
  };
  const absolute = resolve(path);
  if (!allows(absolute, { read: 4, execute: 5, traverse: 1 }[need])) return false;
  for (let place = absolute; place !== dirname(place); place = dirname(place)) {
    if (!allows(dirname(place), 1)) return false;
  }
  return true;
};
