export type EmbeddedPostgresErrorCode =
  | 'platform-not-supported'
  | 'binaries-missing'
  | 'binaries-not-reachable'
  | 'user-not-usable'
  | 'data-directory-in-use'
  | 'data-directory-not-usable'
  | 'other-major-version'
  | 'password-missing'
  | 'port-in-use'
  | 'disk-full'
  | 'orphan-does-not-stop'
  | 'start-failed';

/** The embedded database cannot run. `code` is stable; the message says what to do about it. */
export class EmbeddedPostgresError extends Error {
  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'EmbeddedPostgresError';
  }
}

/**
 * Turns PostgreSQL's own messages into an error for the operator. `output` is what initdb or postgres wrote before it
 * gave up.
 */
export const failureFrom = (output: string, place: { dataDir: string; port?: number }): EmbeddedPostgresError => {
  const lastLines = output.trim().split('\n').slice(-4).join('\n');
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    return new EmbeddedPostgresError('disk-full', `no space left for ${place.dataDir}: free some and start again`);
  }
  if (/could not bind|could not create any TCP\/IP sockets/.test(output)) {
    return new EmbeddedPostgresError('port-in-use', `port ${place.port} on 127.0.0.1 is taken: choose another`);
  }
  if (/database files are incompatible|initialized by PostgreSQL version/.test(output)) {
    return new EmbeddedPostgresError(
      'other-major-version',
      `${place.dataDir} was made by another PostgreSQL version: start with that version and copy the data over`,
    );
  }
  if (/lock file ".*" already exists|pre-existing shared memory block|Is another postmaster/.test(output)) {
    return new EmbeddedPostgresError(
      'data-directory-in-use',
      `another PostgreSQL still works in ${place.dataDir}: stop it first`,
    );
  }
  if (/could not look up effective user ID/.test(output)) {
    return new EmbeddedPostgresError(
      'user-not-usable',
      'the user id this runs under has no entry in /etc/passwd, and PostgreSQL wants one: add it or use another user',
    );
  }
  if (/Permission denied|has wrong ownership|has invalid permissions|Read-only file system/.test(output)) {
    return new EmbeddedPostgresError(
      'data-directory-not-usable',
      `PostgreSQL cannot work in ${place.dataDir}: ${lastLines}`,
    );
  }
  return new EmbeddedPostgresError('start-failed', `PostgreSQL does not start in ${place.dataDir}: ${lastLines}`);
};
