import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { boundaries } from './tools/boundaries/boundaries.mjs';
import { readProjects } from './tools/boundaries/projects.mjs';
import { transactions } from './tools/boundaries/transactions.mjs';

const globalsOfNode = Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly']));

/** No rule needs types: the compiler is strict, and the lint stays a matter of seconds. */
export default [
  { ignores: ['**/dist/', '**/dist-spec/', '.nx/', '.data/', 'coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: globalsOfNode } },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs', globals: { module: 'writable' } } },
  ...tseslint.configs.recommended,
  {
    // CommonJS, for a Node.js too old for anything else.
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { ...globalsOfNode, require: 'readonly', module: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off', 'no-var': 'off' },
  },
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      // No rule about `import type`: the compiler asks for it where it can be, and Nest injects by the value of a class.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  // A longer file says in its first line why it is one.
  { files: ['**/*.{ts,tsx,mjs,cjs}'], rules: { 'max-lines': ['error', 350] } },
  // A spec pokes at documents and plants what the types forbid.
  { files: ['**/*.spec.{ts,tsx}'], rules: { '@typescript-eslint/no-explicit-any': 'off' } },
  ...boundaries(readProjects()),
  ...transactions,
];
