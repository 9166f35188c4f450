/**
 * What the lint cannot see, because it reads one file at a time: the table of folders against the folders there are, a
 * port's adapters, and whose tables the SQL names. Each function returns its objections, one line each.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { specFolder } from './folders.mjs';
import { workspaceRoot } from './projects.mjs';

/** @typedef {{ app: string, folder: string | null, name: string, text: string }} Source */
/** @typedef {Readonly<Record<string, readonly string[]>>} Owners tables by the folder that owns them */

/** @type {(source: Pick<Source, "folder" | "name">) => boolean} */
const isForSpecs = ({ folder, name }) => folder === specFolder || /\.(spec|contract|fixture)\.tsx?$/.test(name);

/**
 * The sources of an app that run; what is made for specs is left out.
 *
 * @type {(app: string) => Source[]}
 */
export const readSources = (app) => {
  const root = join(workspaceRoot, 'apps', app, 'src');
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => ({
      app,
      folder: entry.parentPath === root ? null : basename(entry.parentPath),
      name: entry.name,
      text: readFileSync(join(entry.parentPath, entry.name), 'utf8'),
    }))
    .filter((source) => !isForSpecs(source));
};

/**
 * The table of folders against the folders there are.
 *
 * @type {(app: string, listed: readonly string[], sources: readonly Source[]) => string[]}
 */
export const folderObjections = (app, listed, sources) => {
  const present = new Set(sources.map(({ folder }) => folder).filter((folder) => folder !== null));
  return [
    ...[...present].filter((folder) => !listed.includes(folder)).map((folder) => `${app}/${folder} is not listed`),
    ...listed.filter((folder) => !present.has(folder)).map((folder) => `${app}/${folder} is listed and not there`),
  ];
};

const rootFile = /\.(module|config|migrations)\.ts$|^main\.ts$/;

/**
 * At the root of an app stand its module, config and migrations and its programs: those that no other file imports.
 *
 * @type {(app: string, sources: readonly Source[]) => string[]}
 */
export const rootObjections = (app, sources) =>
  sources
    .filter(({ folder, name }) => folder === null && !rootFile.test(name))
    .filter(({ name }) => {
      const imported = `./${name.replace(/\.tsx?$/, '.js')}'`;
      return sources.some((other) => other.name !== 'main.ts' && other.text.includes(imported));
    })
    .map(({ name }) => `${app}/${name} belongs into a folder`);

/**
 * A port exists where there are two adapters.
 *
 * @type {(sources: readonly Source[]) => string[]}
 */
export const portObjections = (sources) =>
  sources
    .filter(({ name }) => name.endsWith('.port.ts'))
    .flatMap(({ app, name, text }) =>
      [...text.matchAll(/abstract class (\w+)/g)].map(([, port]) => ({ app, name, port })),
    )
    .filter(({ port }) => {
      const adapters = new RegExp(`class \\w+ (?:extends|implements) ${port}\\b`, 'g');
      return sources.reduce((count, { text }) => count + [...text.matchAll(adapters)].length, 0) < 2;
    })
    .map(({ app, name, port }) => `${app}/${name}: ${port} has fewer than two adapters`);

/** @type {(text: string) => string} */
const withoutComments = (text) => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
/** @type {(source: Source) => boolean} */
const inMigrations = ({ name }) => name.endsWith('.migrations.ts');

/**
 * Every table of an app has an owner among its folders, and every owner's table is there.
 *
 * @type {(app: string, owners: Owners, sources: readonly Source[]) => string[]}
 */
export const ownerObjections = (app, owners, sources) => {
  const text = sources
    .filter(inMigrations)
    .map((source) => source.text)
    .join('\n');
  const created = [...text.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?\w+\.(\w+)/g)].map(([, table = '']) => table);
  const owned = Object.values(owners).flat();
  return [
    ...created.filter((table) => !owned.includes(table)).map((table) => `${app}: no folder owns the table ${table}`),
    ...owned
      .filter((table) => !new RegExp(`\\b${table}\\b`).test(text))
      .map((table) => `${app}: no migration creates the table ${table}`),
  ];
};

/**
 * SQL names the tables of its own folder only: `<schema>.<table>`, or the bare name behind a word of SQL.
 *
 * @type {(schema: string, app: string, owners: Owners, sources: readonly Source[]) => string[]}
 */
export const sqlObjections = (schema, app, owners, sources) =>
  sources
    .filter((source) => !inMigrations(source))
    .flatMap((source) =>
      Object.entries(owners)
        .filter(([owner]) => source.app !== app || source.folder !== owner)
        .flatMap(([owner, names]) => names.map((table) => ({ owner, table })))
        .filter(({ table }) =>
          new RegExp(`\\b(?:${schema}\\.|(?:FROM|JOIN|INTO|UPDATE|USING)\\s+)${table}\\b`).test(
            withoutComments(source.text),
          ),
        )
        .map(
          ({ owner, table }) =>
            `${source.app}/${source.folder ?? '.'}/${source.name} names the table ${table} of ${app}/${owner}`,
        ),
    );
