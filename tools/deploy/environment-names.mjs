/** The names of the environment that the code reads, from the sources: a deployment may set these and no others. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const name = /(['"])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)\1/g;
const property = /\b(?:process\.env|env|environment)\.([A-Z][A-Z0-9_]+)\b/g;
const destructured = /const \{([^}]*)\} = process\.env/g;
/** `${prefix}_EMAIL`: a name put together from a word and an ending. */
const ending = /`\$\{[^`]*\}(_[A-Z0-9_]+)`/g;

const readsTheEnvironment = /(\.config|[/\\]main)\.ts$/;

const filesUnder = (root, folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true }).map((file) => `${folder}/${file}`)
    : [];

/** Words a name with an ending may begin with: what the same package writes as a literal, `OFFICER` or `processor-forwarding`. */
const wordsOf = (root, file) =>
  new Set(
    filesUnder(root, `${file.split('/').slice(0, 2).join('/')}/src`)
      .filter((source) => source.endsWith('.ts') && !source.endsWith('.spec.ts'))
      .flatMap((source) => [...readFileSync(join(root, source), 'utf8').matchAll(/'([A-Za-z][\w-]*)'|\b([a-z]+): /g)])
      .map(([, literal, key]) => (literal ?? key).toUpperCase().replaceAll('-', '_')),
  );

/** @returns {(name: string) => boolean} does anything read it? */
export const environmentNames = (root) => {
  const names = new Set();
  const composed = [];
  const sources = ['libs', 'apps']
    .flatMap((folder) => filesUnder(root, folder))
    .filter((file) => {
      return /^[^/]+\/[^/]+\/src\//.test(file) && readsTheEnvironment.test(file);
    });
  for (const file of [...sources, 'tools/kafka/topics.mjs', 'deploy/image/healthcheck.mjs']) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, , found] of text.matchAll(name)) names.add(found);
    for (const [, found] of text.matchAll(property)) names.add(found);
    for (const [, list] of text.matchAll(destructured))
      for (const [found] of list.matchAll(/[A-Z][A-Z0-9_]+/g)) names.add(found);
    for (const [, found] of text.matchAll(ending)) composed.push({ ending: found, words: wordsOf(root, file) });
  }
  return (asked) =>
    names.has(asked) ||
    composed.some(({ ending, words }) => asked.endsWith(ending) && words.has(asked.slice(0, -ending.length)));
};

/** What Node.js itself reads. */
export const ofNode = new Set(['NODE_ENV', 'NODE_OPTIONS']);
