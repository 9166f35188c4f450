/**
 * `node deploy/image/assemble.mjs OUT` - lays out what an image holds besides third-party packages: for each workspace
 * package its manifest, its data files and what was compiled, without specs and what only specs and compilers read.
 *
 *   OUT/app    every service and its one-shots      OUT/keys   empty directories: where volumes of keys begin
 *
 * The processors' stand-ins come along: they listen on loopback only, and nothing starts them but a laptop's compose file.
 */
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = process.argv[2];
if (out === undefined) {
  console.error('where to? node deploy/image/assemble.mjs OUT');
  process.exit(1);
}

const forSpecsOnly = ['libs/testing'];
const forCompilers = /\.(d\.ts|d\.ts\.map|tsbuildinfo)$/;
const forSpecs = /\.(spec|contract|fixture)\.js(\.map)?$/;

const packages = ['libs', 'apps'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .map((name) => `${folder}/${name}`)
    .filter((path) => existsSync(join(root, path, 'package.json')) && !forSpecsOnly.includes(path)),
);

for (const path of packages) {
  const to = join(out, 'app', path);
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(join(root, path))) {
    if (file.endsWith('.json') && file !== 'tsconfig.json') cpSync(join(root, path, file), join(to, file));
  }
  if (!existsSync(join(root, path, 'dist'))) throw new Error(`${path} is not built: npm run build`);
  cpSync(join(root, path, 'dist'), join(to, 'dist'), {
    recursive: true,
    filter: (file) => !forCompilers.test(file) && !forSpecs.test(file) && !/[/\\]e2e([/\\]|$)/.test(file),
  });
}
for (const file of [
  'package.json',
  'tools/kafka/topics.mjs',
  'deploy/image/door.mjs',
  'deploy/image/healthcheck.mjs',
  'deploy/image/make-keys.mjs',
]) {
  cpSync(join(root, file), join(out, 'app', file));
}
for (const kind of ['key-encryption-key', 'service-signing-key', 'service-verification-key']) {
  mkdirSync(join(out, 'keys', kind), { recursive: true });
}
