/**
 * `npm run bench`: the system beside the limit, in one run, interleaved, on the same embedded PostgreSQL; ratios count,
 * absolutes are this machine's. `--json` prints one JSON document and nothing else on standard output; `--quick` takes
 * fewer and shorter rounds; `--only append,batch,read,order` runs a part.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

const flags = process.argv.slice(2);
if (flags.includes('--help')) {
  console.log('npm run bench [-- --json] [--quick] [--only append,batch,read,order]');
  process.exit(0);
}
const json = flags.includes('--json');
const quick = flags.includes('--quick');
const only = flags.includes('--only')
  ? (flags[flags.indexOf('--only') + 1] ?? '').split(',')
  : ['append', 'batch', 'read', 'order'];
/** @type {(text: string) => void} */
const say = (text) => (json ? process.stderr : process.stdout).write(`${text}\n`);

const { openTestEnvironment } = await import('./bench/test-environment.mjs');
const { benchAppend } = await import('./bench/append.mjs');
const { benchBatch, benchReads } = await import('./bench/reads.mjs');
const { benchOrders } = await import('./bench/orders.mjs');
const { document, table } = await import('./bench/table.mjs');

const dataDir = mkdtempSync(join(tmpdir(), 'dittoo-bench-'));
chmodSync(dataDir, 0o711);
const environment = await openTestEnvironment(dataDir);
const rounds = quick ? { count: 2, ms: 400 } : { count: 8, ms: 1_000 };
/** @type {import('./bench/table.mjs').Run[]} */
const runs = [];
try {
  say(
    `${availableParallelism()} cores, Node ${process.version}, PostgreSQL ${environment.version}, fsync on; ${rounds.count} rounds of ${rounds.ms} ms each, interleaved`,
  );
  if (only.includes('append')) runs.push(...(await benchAppend(environment, rounds, say)));
  if (only.includes('batch')) runs.push(...(await benchBatch(environment, rounds, say)));
  if (only.includes('read')) runs.push(...(await benchReads(environment, rounds, say)));
  if (only.includes('order')) runs.push(...(await benchOrders(environment, rounds, say)));
  say('checking that nothing was skipped …');
  const skipped = await environment.skipped();
  runs.push({
    name: 'events skipped by the sequencer',
    unit: 'events',
    value: skipped,
    baseline: 0,
    ratio: null,
    target: 0,
  });
} finally {
  await environment.close();
  rmSync(dataDir, { recursive: true, force: true });
}

console.log(json ? document(runs) : `\n${table(runs)}`);
