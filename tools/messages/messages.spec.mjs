/*
 * Promised to translators (`npm test -- messages`): a catalogue has a file for every language, with the same keys in the
 * same order and the same placeholders; every text can be read and is used; no text is left in the code.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { locales } from '@dittoo/contracts';
import { isTestFile } from '../boundaries/test-files.mjs';
import { keysIn, textsIn } from './texts-in-code.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = ['apps', 'libs'].flatMap((parent) =>
  readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
);
const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');

const sourcesOf = (/** @type {string} */ path) =>
  readdirSync(join(root, path, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.tsx?$/.test(name) && !isTestFile(name))
    .map((name) => `${path}/src/${name}`);

const owners = packages.filter((path) => existsSync(join(root, path, 'src/messages')));

describe.each(owners)('the catalogue of %s', (owner) => {
  const files = readdirSync(join(root, owner, 'src/messages')).filter((name) => name.endsWith('.json'));
  /** @param {string | undefined} file */
  const keysOf = (file) => Object.keys(JSON.parse(read(`${owner}/src/messages/${file}`)));

  it('has a file for every language and no other', () =>
    expect(files).toEqual(locales.map((language) => `${language}.json`).sort()));

  it('has the same keys in the same order in every language', () => {
    for (const file of files) expect({ file, keys: keysOf(file) }).toEqual({ file, keys: keysOf(files[0]) });
  });

  it.each(files)('has no key twice in %s', (file) => {
    const keys = [...read(`${owner}/src/messages/${file}`).matchAll(/^ {2}"([^"]+)":/gm)].map(([, key]) => key);
    expect(keys).toEqual(keysOf(file));
  });

  it('is taken by the program: every text can be read, with the placeholders that are filled', async () => {
    const { messages } = await import(join(root, owner, 'dist/messages/messages.js'));
    for (const language of locales) {
      /** @type {Record<string, string>} */
      const texts = JSON.parse(read(`${owner}/src/messages/${language}.json`));
      const [key, text] = Object.entries(texts).find(([, plain]) => !/[{}']/.test(plain)) ?? [];
      expect(key).toBeDefined();
      expect(messages(language).find(key)).toBe(text);
    }
  });

  it('has no text that the program never asks for', () => {
    const asked = sourcesOf(owner).flatMap((file) => keysIn(read(file)));
    expect(keysOf(files[0]).filter((key) => !asked.some((pattern) => pattern.test(key)))).toEqual([]);
  });
});

it('the keys that a source asks for are read from its calls', () => {
  const source = "texts.format('a.b'); texts.find(`c.${d}.e`) ?? d; format('f');";
  const keys = ['a.b', 'c.x.e', 'axb', 'c.x', 'c.x.y.e', 'f'];
  expect(keys.filter((key) => keysIn(source).some((pattern) => pattern.test(key)))).toEqual(['a.b', 'c.x.e']);
});

/** What may hold words of a language, by the beginning of its path, and why. */
const exceptions = {
  'apps/processor-sandbox/': 'answers as the processors do, in their words; no part of the shop',
};

describe('the code', () => {
  const files = packages.flatMap(sourcesOf);
  const isException = (/** @type {string} */ file) => Object.keys(exceptions).some((path) => file.startsWith(path));

  it('holds no text for people in Swedish or English', () => {
    expect(files.length).toBeGreaterThan(300);
    expect(files.filter((file) => !isException(file)).flatMap((file) => textsIn(file, read(file)))).toEqual([]);
  });

  it.each(Object.keys(exceptions))('still has the exception %s', (path) => {
    const found = files.filter((file) => file.startsWith(path)).flatMap((file) => textsIn(file, read(file)));
    expect(found).not.toEqual([]);
  });

  it.each([
    ["const words = { sv: 'Hej', en: 'Hello' };", ['a.ts:1 words under sv:', 'a.ts:1 words under en:']],
    ['const words = { sv: (name) => `Hej ${name}` };', ['a.ts:1 words under sv:']],
    ["const words = {\n  sv: { title: ['Titel'] } };", ['a.ts:2 words under sv:']],
    ["const label = language === 'sv' ? 'Summa' : 'Total';", ['a.ts:1 words by language']],
    ["const label = said('Konto stängt', 'Account closed');", ['a.ts:1 Swedish']],
    ['const label = `Hej då ${name}`;', ['a.ts:1 Swedish']],
  ])('is found out by %s', (source, found) => expect(textsIn('a.ts', source)).toEqual(found));

  it.each([
    "const locales = { sv: 'sv-SE', en: 'en-GB' };",
    "const language = asked === 'en' ? 'en' : 'sv';",
    'const texts = { sv, en };',
    '/** Marknadsföringslagen 19 § */ const label = messages.format("label");',
  ])('may say %s', (source) => expect(textsIn('a.ts', source)).toEqual([]));
});
