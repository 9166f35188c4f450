/** Tests run on what was compiled: `tsc -b` first, then Jest on dist (decorator metadata and ESM as in production). */
export default {
  testEnvironment: 'node',
  transform: {},
  roots: ['<rootDir>/libs', '<rootDir>/apps'],
  testMatch: ['**/dist/**/*.spec.js'],
  modulePathIgnorePatterns: [],
  globalSetup: '<rootDir>/libs/testing/dist/global-setup.js',
  globalTeardown: '<rootDir>/libs/testing/dist/global-teardown.js',
  testTimeout: 30_000,
};
