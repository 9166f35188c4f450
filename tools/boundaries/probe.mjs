/**
 * Plants offences and checks what the lint reports. Files named in a probe need not exist: the lint judges by path and text.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import config from '../../eslint.config.js';
import { boundaries } from './boundaries.mjs';
import { readProjects, workspaceRoot } from './projects.mjs';

export const projects = readProjects();
/** @param {string} name @returns {import('./projects.mjs').Project} */
export const project = (name) => {
  const named = projects.find((candidate) => candidate.name === name);
  if (named === undefined) throw new Error(`there is no package ${name}`);
  return named;
};

/**
 * Packages as they could be: one that does not exist yet, and three that name more than they do today.
 *
 * @type {import('./projects.mjs').Project[]}
 */
const imagined = [
  {
    name: 'console',
    root: 'apps/console',
    tags: ['type:app', 'scope:console'],
    dependencies: ['kernel', 'contracts', 'service', 'platform', 'event-store'],
    devDependencies: ['testing'],
    references: [],
    specReferences: [],
    hasTestFiles: false,
    hasTestSupport: false,
    concepts: [],
  },
  { ...project('audit'), root: 'apps/audit-imagined', dependencies: ['kernel', 'personal-data'] },
  { ...project('relay'), root: 'apps/relay-imagined', dependencies: ['kernel', 'personal-data', 'projections'] },
  { ...project('consent'), root: 'apps/consent-imagined', concepts: ['apps/consent-imagined/src/consent/consent.ts'] },
];

/** @type {ESLint} */
let eslint;
const startEslint = () => {
  eslint = new ESLint({
    cwd: workspaceRoot,
    overrideConfigFile: true,
    overrideConfig: [
      .../** @type {import('eslint').Linter.Config[]} */ (config),
      ...boundaries([...projects, ...imagined.slice(0, 1)], imagined),
    ],
  });
};

/** @type {(filePath: string, code: string) => Promise<string[]>} */
const complaints = async (filePath, code) => {
  const [result] = await eslint.lintText(`${code}\n`, { filePath });
  return (result?.messages ?? []).map(({ message }) => message);
};

/**
 * `import 'x'` of each source, as a line of its own.
 *
 * @type {(source: string) => string}
 */
export const importOf = (source) => `import { x } from '${source}';\nexport const y = x;`;
/** @type {(source: string) => string} */
export const importTypeOf = (source) => `import type { X } from '${source}';\nexport type Y = X;`;
/** @type {(source: string) => string} */
export const reexportOf = (source) => `export * from '${source}';`;
/** @type {(source: string) => string} */
export const dynamicImportOf = (source) => `export const y = await import('${source}');`;
/** @type {(source: string) => string} */
export const importedTypeOf = (source) => `export type Y = import('${source}').X;`;

export const handling = `import { Handles } from '@dittoo/service';
export class Heard {
  @Handles('OrderPlaced', { group: 'heard' })
  heard(): void {}
}`;
export const handlingUntyped = handling
  .replace("import { Handles } from '@dittoo/service'", "import { EventPattern } from '@nestjs/microservices'")
  .replace('@Handles', '@EventPattern');

/** @param {{ rule: string, report: string | RegExp, forbidden: [file: string, code: string][], allowed: [file: string, code: string][] }[]} rules */
export const probe = (rules) => {
  beforeAll(startEslint);

  describe.each(rules)('$rule', ({ report, forbidden, allowed }) => {
    it.each(forbidden)('reports %s with %j', async (filePath, code) => {
      const reports = await complaints(filePath, code);
      expect(reports).toContainEqual(
        report instanceof RegExp ? expect.stringMatching(report) : expect.stringContaining(report),
      );
    });

    it.each(allowed)('accepts %s with %j', async (filePath, code) => {
      expect(await complaints(filePath, code)).toEqual([]);
    });
  });
};
