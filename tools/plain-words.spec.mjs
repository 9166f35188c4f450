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
  { word: /\bsomebody\b/gi, instead: 'which person, process or caller' },
  { word: /\bwhat stands there\b/gi, instead: 'which value, row or event' },
  {
    word: /\b(runs?|running|shops?|services?|process(es)?) apart\b|[a-z]Apart\b|\bApart[A-Z]/g,
    instead: 'distributed',
  },
  { word: /\b(what|items?|chunks?|tasks?|pages?|events?)( is| are)? in hand\b/g, instead: 'current, or running' },
  { word: /\bstand-ins?\b(?!\.js)/gi, instead: 'sandbox, or test double' },
  { word: /\bstands? still\b/gi, instead: 'is parked, or is stalled' },
  // The ground of a personnummer, of an objection or of a payment's purpose is the law's word.
  {
    word: /\btest grounds?\b|\b(?!\w*(?:[Pp]ersonnummer|own|check|purposeOf))\w+(?<=[a-z])Grounds?\b/g,
    instead: 'test environment',
  },
];
/** The command is called that, and so is the line that `npm start` prints; texts that customers read are written for them, in Swedish and English. */
const allowed = /npm run apart|\bstand-ins(?= (<URL>|http|\$\{|\())/g;
const forCustomers = /\/messages\/\w+\.json$|(^|\/)register\.json$/;
const texts = execFileSync('git', ['ls-files'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => /\.([cm]?[jt]sx?|md|json|ya?ml|sh)$/.test(path))
  .filter((path) => !forCustomers.test(path) && !/^package-lock|plain-words\.spec/.test(path));

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
  expect(findings('a.md', 'the chunk in hand, a stand-in, a stream stands still')).toEqual([
    'a.md:1 "chunk in hand": say current, or running',
    'a.md:1 "stand-in": say sandbox, or test double',
    'a.md:1 "stands still": say is parked, or is stalled',
  ]);
  expect(findings('a.ts', 'const kafkaGround = await openTestGround();')).toEqual([
    'a.ts:1 "kafkaGround": say test environment',
    'a.ts:1 "openTestGround": say test environment',
  ]);
  expect(findings('a.ts', 'endPersonnummerGround(personnummerGround, ownGrounds, ground)')).toEqual([]);
  expect(findings('a.md', 'npm run apart, kept apart from, a broad inroad, the ground of a personnummer')).toEqual([]);
});

it('no source and no document uses one', () => {
  expect(texts.length).toBeGreaterThan(500);
  expect(texts.flatMap((path) => findings(path, readFileSync(path, 'utf8')))).toEqual([]);
});
