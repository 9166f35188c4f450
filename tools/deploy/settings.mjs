/** The settings that the code declares: what a deployment may set, program by program, and what the page about them says. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SettingGroup } from '../../libs/kernel/dist/settings.js';

/** @typedef {import('../../libs/kernel/dist/settings.js').Setting<unknown>} Setting */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A configuration without one of these would only load what it imports. */
const declaration = 'new SettingGroup(';

const compiledConfigs = () =>
  ['libs', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).flatMap((name) => {
      const sources = join(root, parent, name, 'src');
      return readdirSync(sources, { recursive: true, encoding: 'utf8' })
        .filter(
          (file) => file.endsWith('.config.ts') && readFileSync(join(sources, file), 'utf8').includes(declaration),
        )
        .map((file) => join(root, parent, name, 'dist', file.replace(/\.ts$/, '.js')));
    }),
  );

const readGroups = async () => {
  const exported = new Set();
  for (const file of compiledConfigs()) {
    for (const value of Object.values(await import(pathToFileURL(file).href))) exported.add(value);
  }
  const groups = [...exported].filter((value) => value instanceof SettingGroup);
  return groups.sort((a, b) => b.readBy.length - a.readBy.length || a.title.localeCompare(b.title, 'en'));
};

/** Every group that a `*.config.ts` exports; those that most programs read come first. */
export const settingGroups = await readGroups();

/** The settings of a program by variable. @type {(program: string) => Map<string, Setting>} */
export const settingsOf = (program) =>
  new Map(
    settingGroups
      .filter(({ readBy }) => readBy.includes(program))
      .flatMap(({ settings }) => Object.values(settings))
      .map((setting) => [setting.variable, setting]),
  );

/** What Node.js itself reads, besides what we declare. */
const ofNode = ['NODE_ENV', 'NODE_OPTIONS'];

/** @param {string} file a program as a container starts it: `apps/rights/dist/main.js`, `tools/kafka/topics.mjs` */
export const programOf = (file) =>
  /^apps\/([^/]+)\/dist\/main\.js$/.exec(file)?.[1] ?? basename(file).replace(/\..*$/, '');

/**
 * Programs of the image that declare nothing take what they read from `process.env` by name; so does the health check.
 *
 * @type {(file: string) => string[]}
 */
const namesInSource = (file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/const \{([^}]*)\} = process\.env/g)].flatMap(
    ([, list = '']) => list.match(/[A-Z][A-Z0-9_]+/g) ?? [],
  );

/** Does the program that a container starts read this variable? @type {(file: string) => (name: string) => boolean} */
export const readsVariable = (file) => {
  const declared = settingsOf(programOf(file));
  const inImage = file.startsWith('deploy/') ? [file, 'deploy/image/healthcheck.mjs'].flatMap(namesInSource) : [];
  const names = new Set([...declared.keys(), ...ofNode, ...inImage]);
  return (name) => names.has(name);
};

/** Variables whose value is a secret, whichever program reads them. */
export const secretVariables = new Set(
  settingGroups
    .flatMap(({ settings }) => Object.values(settings))
    .filter(({ description }) => description.isSecret)
    .map(({ variable }) => variable),
);
