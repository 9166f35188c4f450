import { describe, expect, it } from '@jest/globals';
import { failureFrom } from './embedded-postgres-error.js';

describe('what PostgreSQL says when it gives up', () => {
  it.each([
    ['FATAL:  could not write lock file "postmaster.pid": No space left on device', 'disk-full'],
    ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', 'port-in-use'],
    ['FATAL:  database files are incompatible with server', 'other-major-version'],
    ['FATAL:  lock file "postmaster.pid" already exists', 'data-directory-in-use'],
    ['FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use', 'data-directory-in-use'],
    ['initdb: could not look up effective user ID 10001: user does not exist', 'user-not-usable'],
    ['FATAL:  data directory "/data" has wrong ownership', 'data-directory-not-usable'],
    ['FATAL:  something new', 'start-failed'],
  ])('%s', (output, code) => {
    expect(failureFrom(output, { dataDir: '/data', port: 5432 }).code).toBe(code);
  });
});
