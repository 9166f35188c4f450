/** `npm run test:process`: the specs that start the whole shop again and again to interrupt it; each takes minutes. */
export default {
  testTimeout: 90_000,
  testEnvironment: 'node',
  transform: {},
  roots: ['<rootDir>/apps'],
  testMatch: ['**/dist-spec/**/*.process.spec.js'],
  resolver: '<rootDir>/tools/jest/code-beside-specs.cjs',
};
