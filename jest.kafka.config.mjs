/** `npm run test:kafka`: the specs that need a broker, on a real one. Serial, since some of them kill it. */
export default {
  testTimeout: 90_000,
  testEnvironment: 'node',
  transform: {},
  roots: ['<rootDir>/libs', '<rootDir>/apps'],
  testMatch: ['**/dist-spec/**/*.kafka.spec.js'],
  resolver: '<rootDir>/tools/jest/code-beside-specs.cjs',
  globalSetup: '<rootDir>/tools/kafka/jest-setup.mjs',
  globalTeardown: '<rootDir>/tools/kafka/jest-teardown.mjs',
  maxWorkers: 1,
};
