/**
 * The commands of package.json: what runs, and what must be there before. `needs` is `nothing`, `packages` (what the lock
 * file names), `build` (the packages, and the code compiled) or `specs` (the code and its test files); with `development` the packages include the
 * development ones even where a build is present. A `service` opens many files and connections and ends in order; a `shop`
 * that is stopped before it runs has ended in order too. The
 * usage of a command with `plainHelp` is shown without any of that.
 */
const standalone = 'apps/standalone/dist';
const eslint = 'node_modules/eslint/bin/eslint.js';
const prettier = 'node_modules/prettier/bin/prettier.cjs';
const nx = 'node_modules/nx/dist/bin/nx.js';

/** @typedef {{ needs: string, development?: boolean, service?: boolean, shop?: boolean, plainHelp?: boolean, module?: string, args?: string[], programs?: string[][], asBuilt?: string }} Command */

/** @type {Record<string, Command>} */
export const commands = {
  start: { needs: 'build', service: true, shop: true, plainHelp: true, module: 'tools/start.mjs' },
  apart: { needs: 'build', service: true, shop: true, module: 'tools/apart.mjs', asBuilt: '--as-built' },
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
    needs: 'packages',
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
