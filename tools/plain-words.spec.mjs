/**
 * Promised: words that only this project used (road for the transport, door for the gateway, apart for distributed,
 * ground for a test environment) do not come back into sources and documents.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

/** Each word with the field's word for it; ordinary English and words of the law are left out by the pattern. */
const rules = [
  { word: /\broads?\b/gi, instead: 'transport' },
  { word: /\bdoors?\b|\b(is|only)Door\b/gi, instead: 'gateway, entry point or lock' },
  { word: /\bwhoever\b/gi, instead: 'which person, process or caller' },
  { word: /\bwhat stands there\b/gi, instead: 'which value, row or event' },
  {
    word: /\b(runs?|running|shops?|services?|process(es)?) apart\b|[a-z]Apart\b|\bApart[A-Z]/g,
    instead: 'distributed',
  },
  { word: /\btest grounds?\b/gi, instead: 'test environment' },
];
/** The command is called that; texts that customers read are written for them, in Swedish and English. */
const allowed = /npm run apart/g;
const forCustomers = /-texts\.ts$|(^|\/)register\.json$/;
/** Parts that are still to be read through. */
const unread = /^apps\/rights\/|^libs\/platform\/src\/config\//;
const texts = execFileSync('git', ['ls-files'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => /\.([cm]?[jt]sx?|md|json|ya?ml|sh)$/.test(path))
  .filter((path) => !forCustomers.test(path) && !unread.test(path) && !/^package-lock|plain-words\.spec/.test(path));

/** `<path>:<line> <word>: say <the field's word>` @type {(path: string, text: string) => string[]} */
const findings = (path, text) =>
  rules.flatMap(({ word, instead }) =>
    [...text.replace(allowed, '').matchAll(word)].map(
      ({ 0: use, index }) => `${path}:${text.slice(0, index).split('\n').length} "${use}": say ${instead}`,
    ),
  );

it('names a word of the project’s own, and leaves ordinary uses', () => {
  expect(findings('a.md', 'the only door\nand the Road of a service apart')).toEqual([
    'a.md:2 "Road": say transport',
    'a.md:1 "door": say gateway, entry point or lock',
    'a.md:2 "service apart": say distributed',
  ]);
  expect(findings('a.md', 'npm run apart, kept apart from, a broad inroad, the ground of a personnummer')).toEqual([]);
});

it('no source and no document uses one', () => {
  expect(texts.length).toBeGreaterThan(500);
  expect(texts.flatMap((path) => findings(path, readFileSync(path, 'utf8')))).toEqual([]);
});
