/**
 * `node deploy/image/assemble.mjs OUT` - lays out what the images hold besides third-party packages: of a workspace
 * package its manifest, its data files and `dist`, which holds nothing that only tests need.
 *
 *   OUT/app       every service and its one-shots
 *   OUT/sandbox   the processors' sandbox, for a laptop's compose file
 *   OUT/keys      empty directories: where volumes of keys begin
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = process.argv[2];
if (out === undefined) {
  console.error('where to? node deploy/image/assemble.mjs OUT');
  process.exit(1);
}

const forCompilers = /\.(d\.ts|d\.ts\.map|tsbuildinfo)$/;
/** Everything in one process with the sandboxes beside it is a laptop's way; of standalone only `migrate` is deployed. */
const forLaptops = /^apps\/standalone\/dist\/(main|standalone|standalone\.config)\.js(\.map)?$/;

/** What the root tsconfig.json builds: the code, without libs/testing. */
/** @type {string[]} */
const built = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).references.map(
  (/** @type {{ path: string }} */ { path }) => path,
);
/** @param {string} path of a package from the root */
const isSandbox = (path) => path.endsWith('-sandbox');

const images = {
  app: {
    packages: built.filter((path) => !isSandbox(path)),
    files: [
      'package.json',
      'tools/package.json',
      'tools/kafka/topics.mjs',
      'deploy/image/healthcheck.mjs',
      'deploy/image/make-keys.mjs',
    ],
  },
  sandbox: {
    packages: ['libs/kernel', 'apps/processor-sandbox'],
    files: ['package.json', 'deploy/image/healthcheck.mjs', 'deploy/image/tcp-forwarder.mjs'],
  },
};

/** @type {(to: string, path: string) => void} `to` an image's directory, `path` of a package from the root */
const addPackage = (to, path) => {
  if (!existsSync(join(root, path, 'dist'))) throw new Error(`${path} is not built: npm run build`);
  mkdirSync(join(to, path), { recursive: true });
  for (const file of readdirSync(join(root, path))) {
    if (file.endsWith('.json') && !file.startsWith('tsconfig.')) cpSync(join(root, path, file), join(to, path, file));
  }
  for (const file of readdirSync(join(root, path, 'dist'), { recursive: true, withFileTypes: true })) {
    const from = join(file.parentPath, file.name);
    const name = from.slice(root.length).replaceAll('\\', '/');
    if (file.isFile() && !forCompilers.test(name) && !forLaptops.test(name)) cpSync(from, join(to, name));
  }
};

for (const [name, { packages, files }] of Object.entries(images)) {
  const to = join(out, name);
  for (const path of packages) addPackage(to, path);
  for (const file of files) cpSync(join(root, file), join(to, file));
}
for (const kind of ['key-encryption-key', 'service-signing-key', 'service-verification-key']) {
  mkdirSync(join(out, 'keys', kind), { recursive: true });
}
