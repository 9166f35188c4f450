/**
 * Is what was compiled from the sources that are here? Asked where the compiler cannot answer: left out
 * (`npm ci --omit=dev`), or nothing may be written. By content, so that a copied tree with other times is still right;
 * where no record was left, as by a bare `tsc -b`, by the times of the files.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ sources: string, build: string }} BuildRecord digests of what was compiled, and of what came out */

const recordName = '.build.json';

/** @param {string} root @returns {string[]} paths of the projects of the root tsconfig.json */
export const projectsOf = (root) =>
  JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).references.map(
    (/** @type {{ path: string }} */ { path }) => path,
  );

/** @type {(root: string, project: string) => string} */
const buildInfoOf = (root, project) => join(root, project, 'dist/.tsbuildinfo');

/** @type {(root: string, project: string) => string[]} */
const sourcesOf = (root, project) => [
  join(root, project, 'tsconfig.json'),
  ...readdirSync(join(root, project, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|json)$/.test(name))
    .sort()
    .map((name) => join(root, project, 'src', name)),
];

/** @type {(root: string, files: readonly string[]) => string} */
const digestOf = (root, files) => {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
};

/** @type {(root: string, projects: readonly string[]) => BuildRecord} */
const stateOf = (root, projects) => ({
  sources: digestOf(root, [
    join(root, 'tsconfig.base.json'),
    join(root, 'package-lock.json'),
    ...projects.flatMap((project) => sourcesOf(root, project)),
  ]),
  build: digestOf(
    root,
    projects.map((project) => buildInfoOf(root, project)),
  ),
});

/**
 * Writes down what was compiled from what; after every build that succeeded.
 *
 * @type {(root: string) => void}
 */
export const recordBuild = (root) =>
  writeFileSync(join(root, recordName), `${JSON.stringify(stateOf(root, projectsOf(root)))}\n`);

/** @type {(root: string) => BuildRecord | undefined} */
const readRecord = (root) => {
  try {
    return JSON.parse(readFileSync(join(root, recordName), 'utf8'));
  } catch {
    return undefined;
  }
};

/**
 * @param {string} root
 * @returns {'built' | 'outdated' | 'missing'}
 */
export const buildState = (root) => {
  const projects = projectsOf(root);
  if (projects.some((project) => !existsSync(buildInfoOf(root, project)))) return 'missing';
  const record = readRecord(root);
  if (record !== undefined) {
    const { sources, build } = stateOf(root, projects);
    if (record.build === build) return record.sources === sources ? 'built' : 'outdated';
  }
  /** @type {(project: string) => boolean} */
  const isOlder = (project) => {
    const at = statSync(buildInfoOf(root, project)).mtimeMs;
    return sourcesOf(root, project).some((file) => statSync(file).mtimeMs > at);
  };
  return projects.some(isOlder) ? 'outdated' : 'built';
};
