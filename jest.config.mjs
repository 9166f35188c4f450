import { existsSync } from 'node:fs';

const testing = new URL('./libs/testing/dist/', import.meta.url);

/** Brings up what the integration specs need; compiled like everything else, so it is there once the specs are built. */
const aroundAll = existsSync(new URL('global-setup.js', testing))
  ? {
      globalSetup: '<rootDir>/libs/testing/dist/global-setup.js',
      globalTeardown: '<rootDir>/libs/testing/dist/global-teardown.js',
    }
  : {};

/**
 * Tests run on what was compiled, with decorator metadata and ESM as in production: `tsc -b tsconfig.spec.json` first,
 * then Jest on the specs in dist-spec, which test the code in dist.
 */
export default {
  testTimeout: 30_000,
  // What a spec has imported stays in its worker: after two hundred of them a worker has 3.7 GB, and the last specs take
  // three times as long. A worker that has grown so far is replaced by a new one.
  workerIdleMemoryLimit: '1GB',
  projects: [
    {
      displayName: 'house',
      testEnvironment: 'node',
      transform: {},
      roots: ['<rootDir>/libs', '<rootDir>/apps'],
      testMatch: ['**/dist-spec/**/*.spec.js'],
      resolver: '<rootDir>/tools/jest/code-beside-specs.cjs',
      // The first need a broker: `npm run test:kafka`; the others take minutes each: `npm run test:process`.
      testPathIgnorePatterns: ['/node_modules/', '\\.(kafka|process)\\.spec\\.js$'],
      ...aroundAll,
    },
    {
      // Specs of the tooling: plain ESM, no build, no database.
      displayName: 'tools',
      testEnvironment: 'node',
      transform: {},
      roots: ['<rootDir>/tools'],
      testMatch: ['**/*.spec.mjs'],
      moduleFileExtensions: ['mjs', 'js', 'json'],
    },
  ],
};
