/**
 * Nothing is waited for inside a transaction but the transaction: what is awaited in the callback of `.transaction(…)`
 * must name the transaction, as receiver or argument. A key that is opened, a signature, another service or an event's
 * position may take any time, and the locks of the transaction would be held for as long.
 */

/** @typedef {import('eslint').Rule.Node} Node */

/** @param {unknown} node @param {string} name @returns {boolean} whether the identifier occurs below */
const names = (node, name) => {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some((one) => names(one, name));
  if ('type' in node && node.type === 'Identifier' && 'name' in node && node.name === name) return true;
  return Object.entries(node).some(([key, value]) => key !== 'parent' && names(value, name));
};

/** @param {Node} node @returns {string | undefined} the transaction's name, where `node` is the callback of one */
const transactionOf = (node) => {
  if (node.type !== 'ArrowFunctionExpression' && node.type !== 'FunctionExpression') return undefined;
  const { parent } = node;
  const isCallback =
    parent.type === 'CallExpression' &&
    parent.callee.type === 'MemberExpression' &&
    parent.callee.property.type === 'Identifier' &&
    parent.callee.property.name === 'transaction';
  const [parameter] = node.params;
  return isCallback && parameter?.type === 'Identifier' ? parameter.name : undefined;
};

/** @type {import('eslint').Rule.RuleModule} */
const nothingWaits = {
  meta: { type: 'problem', schema: [] },
  create: (context) => ({
    AwaitExpression: (node) => {
      for (let outer = /** @type {Node | null} */ (node.parent); outer !== null; outer = outer.parent) {
        const transaction = transactionOf(outer);
        if (transaction === undefined) continue;
        if (!names(node.argument, transaction)) {
          context.report({ node, message: `nothing is waited for inside a transaction but ${transaction}` });
        }
        return;
      }
    },
  }),
};

/** For every file but specs, which hold transactions open on purpose. @type {import('eslint').Linter.Config[]} */
export const transactions = [
  {
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.fixture.ts', '**/*.contract.ts'],
    plugins: { transactions: { rules: { 'nothing-waits': nothingWaits } } },
    rules: { 'transactions/nothing-waits': 'error' },
  },
];
