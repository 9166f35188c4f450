/**
 * Plants offences and hears what the lint says. Files named in a probe need not exist: the lint judges by path and text.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import config from '../../eslint.config.js';
import { boundaries } from './boundaries.mjs';
import { readProjects, workspaceRoot } from './projects.mjs';

export const projects = readProjects();
export const project = (name) => projects.find((candidate) => candidate.name === name);

/** Packages as they could be: one not in the house yet, one that names more than it does today. */
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

let eslint;
const startEslint = () => {
  eslint = new ESLint({
    cwd: workspaceRoot,
    overrideConfigFile: true,
    overrideConfig: [...config, ...boundaries([...projects, imagined[0]], imagined)],
  });
};

const complaints = async (filePath, code) => {
  const [result] = await eslint.lintText(`${code}\n`, { filePath });
  return result.messages.map(({ message }) => message);
};

/** `import 'x'` of each source, as a line of its own. */
export const importOf = (source) => `import { x } from '${source}';\nexport const y = x;`;
export const importTypeOf = (source) => `import type { X } from '${source}';\nexport type Y = X;`;
export const reexportOf = (source) => `export * from '${source}';`;
export const dynamicImportOf = (source) => `export const y = await import('${source}');`;
export const importedTypeOf = (source) => `export type Y = import('${source}').X;`;

export const handling = `import { Handles } from '@dittoo/service';
export class Heard {
  @Handles('OrderPlaced', { group: 'heard' })
  heard(): void {}
}`;
export const handlingUntyped = handling
  .replace("import { Handles } from '@dittoo/service'", "import { EventPattern } from '@nestjs/microservices'")
  .replace('@Handles', '@EventPattern');

/** @param {{ rule: string, cry: string | RegExp, forbidden: string[][], allowed: string[][] }[]} rules */
export const probe = (rules) => {
  beforeAll(startEslint);

  describe.each(rules)('$rule', ({ cry, forbidden, allowed }) => {
    it.each(forbidden)('cries in %s at %j', async (filePath, code) => {
      const cries = await complaints(filePath, code);
      expect(cries).toContainEqual(cry instanceof RegExp ? expect.stringMatching(cry) : expect.stringContaining(cry));
    });

    it.each(allowed)('is silent in %s at %j', async (filePath, code) => {
      expect(await complaints(filePath, code)).toEqual([]);
    });
  });
};
