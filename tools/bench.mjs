/**
 * `npm run bench`: the system beside the limit, in one run and on one machine; ratios count, absolutes are this machine's.
 * Progress goes to standard error, the table to standard output; with `--json` one JSON document and nothing else.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

const sections = ['append', 'batch', 'read', 'sustained', 'cost', 'latency', 'grown', 'event-store'];
const usage = `npm run bench [-- --json] [--quick] [--only ${sections.join(',')}] [--grown] [--statements] [--rate PER_SECOND]

  append, batch, read   the event store beside plain SQL
  sustained             full orders a second beside an ordinary NestJS and TypeORM service with an outbox
  cost                  processor time, statements and syncs of a full order and when idle; warm start; memory
  latency               how long a customer waits at 20 full orders a second
  grown                 what an order costs in a shop that is full; left out unless named or --grown is given
  event-store           full orders with the log in EventStoreDB (its sandbox); left out unless named
  --rate PER_SECOND     what cost (30) and latency (20) offer
  --quick               shorter and fewer rounds
  --statements          after cost: the statements of a full order, on standard error
  --json                one JSON document on standard output`;

const flags = process.argv.slice(2);
if (flags.includes('--help') || flags.includes('-h')) {
  console.log(usage);
  process.exit(0);
}
const json = flags.includes('--json');
const quick = flags.includes('--quick');
const named = flags.includes('--only') ? (flags[flags.indexOf('--only') + 1] ?? '').split(',') : null;
const stranger = named?.find((name) => !sections.includes(name));
if (stranger !== undefined) {
  console.error(`There is no section "${stranger}": ${sections.join(', ')}`);
  process.exit(2);
}
const rate = flags.includes('--rate') ? Number(flags[flags.indexOf('--rate') + 1]) : null;
if (rate !== null && !(rate > 0)) {
  console.error('--rate takes orders per second, as 10');
  process.exit(2);
}
const wanted = (/** @type {string} */ name) =>
  named?.includes(name) ?? (name === 'grown' ? flags.includes('--grown') : !['event-store'].includes(name));
const say = (/** @type {string} */ text) => void process.stderr.write(`${text}\n`);

const { document, statementTable, table } = await import('./bench/table.mjs');

const dataDir = mkdtempSync(join(tmpdir(), 'dittoo-bench-'));
chmodSync(dataDir, 0o711); // as root the database runs as another user, who has to get through here
/** @type {import('./bench/table.mjs').Run[]} */
const runs = [];
say(`${availableParallelism()} cores, Node ${process.version}, the embedded PostgreSQL with fsync on`);

const { stopAll } = await import('./bench/child.mjs');
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, async () => {
    await stopAll();
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(1);
  });
}

/** The event store's sections share one database. */
const benchEventStore = async () => {
  const { openTestEnvironment } = await import('./bench/test-environment.mjs');
  const { benchAppend } = await import('./bench/append.mjs');
  const { benchBatch, benchReads } = await import('./bench/reads.mjs');
  const rounds = quick ? { count: 2, ms: 400 } : { count: 8, ms: 1_000 };
  const load = `${rounds.count} rounds of ${rounds.ms} ms`;
  const environment = await openTestEnvironment(join(dataDir, 'store'));
  try {
    const measured = [
      ...(wanted('append') ? await benchAppend(environment, rounds, say) : []),
      ...(wanted('batch') ? await benchBatch(environment, rounds, say) : []),
      ...(wanted('read') ? await benchReads(environment, rounds, say) : []),
    ];
    runs.push(...measured.map((run) => ({ ...run, load })));
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
  }
};

const customers = quick ? 60 : 200;
const sustainedSetting = quick
  ? { customers, rounds: 2, roundMs: 3_000, seconds: 8, trials: 2 }
  : { customers, rounds: 5, roundMs: 10_000, seconds: 60, trials: 5 };

/** The sections about full orders share one shop and one limit. */
const benchOrders = async () => {
  const { openContenders } = await import('./bench/contenders.mjs');
  const { benchCost } = await import('./bench/cost.mjs');
  const { benchLatency } = await import('./bench/latency.mjs');
  const { benchSustained } = await import('./bench/sustained.mjs');
  say(`starting the shop and its limit; ${customers} customers register at each …`);
  const contenders = await openContenders(dataDir);
  try {
    const { limit, shop } = contenders;
    await shop.storefront.register(customers);
    await limit.storefront.register(customers);
    if (wanted('sustained')) runs.push(...(await benchSustained(contenders, sustainedSetting, say)));
    if (wanted('latency')) {
      const setting = { perSecond: rate ?? 20, seconds: quick ? 8 : 60 };
      runs.push(...(await benchLatency(contenders, setting, say)));
    }
    if (wanted('cost')) {
      const lengths = quick ? { seconds: 6, idleSeconds: 4, starts: 2 } : { seconds: 30, idleSeconds: 20, starts: 5 };
      const show = flags.includes('--statements')
        ? (/** @type {Parameters<typeof statementTable>} */ ...found) => say(`\n${statementTable(...found)}\n`)
        : undefined;
      runs.push(...(await benchCost(contenders, { perSecond: rate ?? 30, ...lengths }, say, show)));
    }
    runs.push(failedOrders(shop), failedOrders(limit));
  } finally {
    await contenders.shop.close();
    await contenders.limit.close();
  }
};

/** @param {import('./bench/contenders.mjs').Contender} contender */
const failedOrders = ({ name, storefront }) => ({
  name: `orders that failed, ${name}`,
  load: 'all orders of this run',
  unit: 'orders',
  value: storefront.failures,
  baseline: null,
  ratio: null,
  target: 0,
});

/** A shop that is full beside itself while it was empty. */
const benchFullShop = async () => {
  const { openContender } = await import('./bench/contenders.mjs');
  const { benchGrown } = await import('./bench/grown.mjs');
  const { startShop } = await import('./bench/shop.mjs');
  const shopDir = join(dataDir, 'grown');
  const shop = await openContender('shop', shopDir, startShop);
  const size = quick
    ? { customers: 1_000, daysEach: 8, orders: 200, seconds: 10 }
    : { customers: 10_000, daysEach: 8, orders: 2_000, seconds: 30 };
  try {
    await shop.storefront.register(customers);
    const setting = { ...size, perSecond: rate ?? 10, alonePerSecond: 2 };
    runs.push(...(await benchGrown(shop, shopDir, setting, say)), failedOrders(shop));
  } finally {
    await shop.close();
  }
};

/** The log in EventStoreDB beside the log in PostgreSQL. */
const benchEventStoreDb = async () => {
  const { openContender } = await import('./bench/contenders.mjs');
  const { startEventStore, startShop } = await import('./bench/shop.mjs');
  const { benchSustained } = await import('./bench/sustained.mjs');
  const eventStore = await startEventStore(dataDir);
  const more = { EVENT_STORE_URL: eventStore.url };
  const [name, which] = ['log in EventStoreDB', ', log in EventStoreDB (sandbox) beside PostgreSQL'];
  const shop = await openContender(name, join(dataDir, 'with-event-store'), startShop, more);
  const limit = await openContender('log in PostgreSQL', join(dataDir, 'with-postgres'), startShop);
  try {
    await shop.storefront.register(customers);
    await limit.storefront.register(customers);
    runs.push(...(await benchSustained({ shop, limit }, sustainedSetting, say, which)), failedOrders(shop));
  } finally {
    await shop.close();
    await limit.close();
    await eventStore.stop();
  }
};

try {
  if (['append', 'batch', 'read'].some(wanted)) await benchEventStore();
  if (['sustained', 'cost', 'latency'].some(wanted)) await benchOrders();
  if (wanted('grown')) await benchFullShop();
  if (wanted('event-store')) await benchEventStoreDb();
} catch (error) {
  await stopAll();
  throw error;
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(json ? document(runs) : `\n${table(runs)}`);
// A figure may miss its target on a busy machine; what has to be none has to be none everywhere.
if (runs.some(({ atMost, value }) => atMost === 0 && value !== 0)) process.exitCode = 1;
