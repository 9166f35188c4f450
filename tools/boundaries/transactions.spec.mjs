/** Nothing but the transaction is waited for inside a transaction: planted offences, and what passes. */
import { probe } from './probe.mjs';

/** @type {(line: string) => string} */
const inTransaction = (line) =>
  `export const done = (rows, keys) => rows.transaction(async (transaction) => {\n  ${line}\n});`;

probe([
  {
    rule: 'nothing is waited for inside a transaction but the transaction',
    report: 'nothing is waited for inside a transaction but',
    forbidden: [
      ['libs/projections/src/runner.ts', inTransaction('await keys.open(1);')],
      ['libs/projections/src/runner.ts', inTransaction('for (const key of keys) await key.sign();')],
    ],
    allowed: [
      ['libs/projections/src/runner.ts', inTransaction('await keys.save(transaction);')],
      ['libs/projections/src/runner.ts', inTransaction('await transaction.save(keys);')],
    ],
  },
]);
