/**
 * Which files only tests need. The list stands once, in the `include` of tsconfig.spec.base.json (tsconfig.base.json
 * excludes the same): lint, the manifests' spec and the image's spec read it from there.
 */
import { readFileSync } from 'node:fs';

/** @type {(name: string) => any} */
const read = (name) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const inSources = '${configDir}/src/';

/** @type {string[]} */
export const testFilePatterns = read('tsconfig.spec.base.json').include;
/** What the build of the code leaves out; has to be the same. @type {string[]} */
export const leftOutOfCode = read('tsconfig.base.json').exclude;

/** The patterns below a package's `src`, as ESLint takes them: `*.spec.{ts,tsx}` and so on. */
export const testFileGlobs = testFilePatterns.map((pattern) =>
  pattern.replace(inSources, '').replace(/\.ts$/, '.{ts,tsx}'),
);

const expressions = testFilePatterns.map((pattern) => {
  const expression = pattern
    .replace(inSources, '')
    .replace(/\.ts$/, '')
    .replaceAll('.', '\\.')
    .replace(/\*\*\/|\*/g, (wildcard) => (wildcard === '*' ? '[^/]*' : '(.*/)?'));
  return new RegExp(`^${expression}\\.([cm]?[jt]sx?|d\\.ts)(\\.map)?$`);
});

/** @param {string} path below a package's `src` or what was compiled from there; forward slashes */
export const isTestFile = (path) => expressions.some((expression) => expression.test(path));
