// Promised: no connection is opened without the limits of a session. A lock that a process without power holds would be
// held for two hours, and an answer that never comes would be waited for as long.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = ['apps', 'libs'].flatMap((directory) =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .map((path) => join(directory, path))
    .filter((path) => /\/src\/.*\.ts$/.test(path) && !/\.(spec|fixture|contract)\.ts$|\/e2e\/|testing\//.test(path)),
);
/** Opens and closes a connection to see whether the server answers; no statement runs on it. */
const onlyConnects = 'libs/database/src/cluster-readiness.ts';

it('every file that opens a connection to PostgreSQL gives it the limits of a session', () => {
  const opens = sources.filter((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return /new pg\.(Client|Pool)\(|new DataSource\(|TypeOrmModule\.forRoot\(/.test(text);
  });
  expect(opens.length).toBeGreaterThan(4);
  const without = opens.filter(
    (path) => !/clientLimits\(|sessionLimits\(/.test(readFileSync(join(root, path), 'utf8')),
  );
  expect(without).toEqual([onlyConnects]);
});
