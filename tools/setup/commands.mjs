/**
 * The commands of package.json: what runs, and what must be there before.
 *
 * @typedef {object} Command
 * @property {'nothing' | 'packages' | 'build' | 'specs'} needs `packages`: those that the lock file names; `build`: the code
 *   compiled too; `specs`: its test files compiled and the tools checked too
 * @property {boolean} [development] the packages include the development ones even where a build is present
 * @property {boolean} [service] it opens many files and connections, and drains before it ends
 * @property {boolean} [shop] stopped before it runs, it ends with 0
 * @property {boolean} [plainHelp] its usage is shown without anything being installed or compiled
 * @property {string} [module] what is loaded, from the root
 * @property {string[]} [args] before those of the caller
 * @property {[string, ...string[]][]} [programs] what runs instead of a module, one after the other
 * @property {string} [asBuilt] the argument by which the caller takes what was compiled before as it is
 */

const standalone = 'apps/standalone/dist';
const eslint = 'node_modules/eslint/bin/eslint.js';
const prettier = 'node_modules/prettier/bin/prettier.cjs';
const nx = 'node_modules/nx/dist/bin/nx.js';

/** @type {Record<string, Command>} */
export const commands = {
  start: { needs: 'build', service: true, shop: true, plainHelp: true, module: 'tools/start.mjs' },
  apart: { needs: 'build', service: true, shop: true, module: 'tools/distributed.mjs', asBuilt: '--as-built' },
  build: { needs: 'specs', development: true },
  migrate: { needs: 'build', module: `${standalone}/migrate.js` },
  demo: { needs: 'nothing', module: 'tools/demo.mjs' },
  test: { needs: 'specs', development: true, service: true, module: 'tools/test.mjs' },
  'test:kafka': {
    needs: 'specs',
    development: true,
    service: true,
    module: 'tools/test.mjs',
    args: ['--config', 'jest.kafka.config.mjs', '-i'],
  },
  'test:process': {
    needs: 'specs',
    development: true,
    service: true,
    module: 'tools/test.mjs',
    args: ['--config', 'jest.process.config.mjs'],
  },
  verify: { needs: 'build', module: 'apps/audit/dist/offline-verifier/offline-verifier.js' },
  bench: { needs: 'build', development: true, service: true, module: 'tools/bench.mjs' },
  'bench:kafka': { needs: 'build', development: true, service: true, module: 'tools/bench-kafka.mjs' },
  kafka: { needs: 'packages', module: 'tools/kafka/kafka.mjs' },
  topics: { needs: 'build', plainHelp: true, module: 'tools/kafka/topics.mjs' },
  keys: { needs: 'build', plainHelp: true, module: 'tools/keys.mjs' },
  'deploy:generate': { needs: 'build', development: true, module: 'tools/deploy/generate.mjs' },
  'deploy:check': { needs: 'packages', development: true, programs: [['bash', 'tools/deploy/check.sh']] },
  'deploy:rehearse': { needs: 'packages', development: true, module: 'tools/deploy/rehearse-image.mjs' },
  asyncapi: { needs: 'build', module: 'tools/kafka/asyncapi.mjs' },
  'event-store': { needs: 'build', development: true, module: 'apps/event-store-sandbox/dist/main.js' },
  lint: {
    needs: 'specs', // a wrong type fails it too
    development: true,
    programs: [
      ['node', eslint, '.'],
      ['node', prettier, '--check', '.'],
    ],
  },
  format: { needs: 'packages', development: true, programs: [['node', prettier, '--write', '.']] },
  affected: { needs: 'packages', development: true, programs: [['node', nx, 'affected', '-t', 'build']] },
  graph: { needs: 'packages', development: true, programs: [['node', nx, 'graph', '--file=.nx/graph.html']] },
};
