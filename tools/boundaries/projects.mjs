import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isTestFile } from './test-files.mjs';

export const workspaceRoot = fileURLToPath(new URL('../..', import.meta.url));
const scopePrefix = '@dittoo/';

/**
 * A workspace package as the lint sees it: what its package.json says, nothing else, so that the lint and the Nx graph
 * cannot disagree.
 *
 * @typedef {object} Project
 * @property {string} name package name without the scope
 * @property {string} root path from the workspace root, forward slashes
 * @property {string[]} tags Nx tags, `type:lib|app|tools` and `scope:<name>`
 * @property {string[]} dependencies names of the workspace packages its code may import
 * @property {string[]} devDependencies names of the workspace packages its specs may import besides
 * @property {string[]} references names of the packages its tsconfig.json builds first
 * @property {string[]} specReferences what its tsconfig.spec.json builds first: itself, packages, `<package>/tsconfig.spec.json`
 * @property {boolean} hasTestFiles it has files that only tests need
 * @property {boolean} hasTestSupport it exports some of them as `./testing`
 * @property {string[]} concepts sources that are the other half of a decider: `consent/consent.ts` beside `consent.decider.ts`
 */

/** @type {(path: string) => any} */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** @param {Record<string, string> | undefined} dependencies of a manifest */
const workspaceNames = (dependencies = {}) =>
  Object.keys(dependencies)
    .filter((name) => name.startsWith(scopePrefix))
    .map((name) => name.slice(scopePrefix.length));

/** @type {(path: string) => string[]} */
const folders = (path) =>
  existsSync(path)
    ? readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
    : [];

/** @type {(root: string) => string[]} */
const conceptsBesideDeciders = (root) =>
  folders(join(workspaceRoot, root, 'src')).flatMap((folder) =>
    readdirSync(join(workspaceRoot, root, 'src', folder))
      .filter((file) => file.endsWith('.decider.ts'))
      .map((file) => `${root}/src/${folder}/${file.replace('.decider.ts', '.ts')}`),
  );

/**
 * `../kernel` -> `kernel`, `../platform/tsconfig.spec.json` -> `platform/tsconfig.spec.json`, `./tsconfig.json` -> `itself`
 *
 * @type {(path: string) => string[]}
 */
const referencesOf = (path) =>
  !existsSync(path)
    ? []
    : (readJson(path).references ?? []).map((/** @type {{ path: string }} */ { path: reference }) =>
        reference === './tsconfig.json' ? 'itself' : reference.replace(/^(\.\.\/)+((apps|libs)\/)?/, ''),
      );

/** @type {(root: string) => boolean} */
const hasTestFiles = (root) =>
  existsSync(join(workspaceRoot, root, 'src')) &&
  readdirSync(join(workspaceRoot, root, 'src'), { recursive: true, encoding: 'utf8' }).some((file) =>
    isTestFile(file.replaceAll('\\', '/')),
  );

/** @type {(root: string) => Project} */
const readProject = (root) => {
  const manifest = readJson(join(workspaceRoot, root, 'package.json'));
  return {
    name: manifest.name.slice(scopePrefix.length),
    root,
    tags: manifest.nx?.tags ?? [],
    dependencies: workspaceNames(manifest.dependencies),
    devDependencies: workspaceNames(manifest.devDependencies),
    references: referencesOf(join(workspaceRoot, root, 'tsconfig.json')),
    specReferences: referencesOf(join(workspaceRoot, root, 'tsconfig.spec.json')),
    hasTestFiles: hasTestFiles(root),
    hasTestSupport: manifest.exports?.['./testing'] !== undefined,
    concepts: conceptsBesideDeciders(root),
  };
};

/**
 * Every package of the npm workspaces.
 *
 * @returns {Project[]}
 */
export const readProjects = () => [
  ...['libs', 'apps'].flatMap((parent) =>
    folders(join(workspaceRoot, parent))
      .filter((folder) => existsSync(join(workspaceRoot, parent, folder, 'package.json')))
      .map((folder) => readProject(`${parent}/${folder}`)),
  ),
  readProject('tools'),
];
