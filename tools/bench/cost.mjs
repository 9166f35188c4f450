import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseWork, workBetween } from './database-work.mjs';
import { offered } from './load.mjs';
import { cpuOf, difference, memoryOf, total } from './process-tree.mjs';
import { median } from './rounds.mjs';

/**
 * @typedef {import('./contenders.mjs').Contender} Contender
 * @typedef {{ perSecond: number, seconds: number, idleSeconds: number, starts: number }} Setting
 * @typedef {{ work: import('./database-work.mjs').Work, cpu: import('./process-tree.mjs').ByProgram, orders: number, seconds: number, isFlat: boolean }} Spent
 */

/**
 * What the service and its database spend while `load` runs, until its last order is through.
 *
 * @param {Contender} contender @param {DatabaseWork} database @param {() => Promise<{ orders: number, isFlat: boolean }>} load
 * @returns {Promise<Spent>}
 */
export const spentOn = async (contender, database, load) => {
  const { pid } = contender.service();
  const work = await database.sofar();
  const [cpu, begun] = [cpuOf(pid), performance.now()];
  const { isFlat, orders } = await load();
  await contender.storefront.drained();
  // What comes after the last mail: its record, the rows, the seal.
  const after = await database.sofar();
  return {
    work: workBetween(work, after),
    cpu: difference(cpu, cpuOf(pid)),
    orders,
    seconds: (performance.now() - begun) / 1000,
    isFlat,
  };
};

/** @param {Contender} contender @param {DatabaseWork} database @param {Setting} setting */
const busy = (contender, database, { perSecond, seconds }) =>
  spentOn(contender, database, async () => {
    const { isFlat, orders } = await offered(contender.storefront, { perSecond, seconds });
    return { isFlat, orders: orders.length };
  });

/** @param {Contender} contender @param {DatabaseWork} database @param {Setting} setting */
const idle = (contender, database, { idleSeconds }) =>
  spentOn(contender, database, async () => {
    await sleep(idleSeconds * 1000);
    return { isFlat: true, orders: 0 };
  });

/** Work that began before and is not finished would be counted as idle. */
const settleMs = 3_000;

/**
 * Processor time and syncs without the statistics that count statements; then again from a start with them.
 *
 * @param {Contender} contender @param {Setting} setting @param {(text: string) => void} say
 */
const costOf = async (contender, setting, say) => {
  const { name } = contender;
  const counting = new DatabaseWork(contender.service().databaseUrl);
  await sleep(settleMs);
  say(`  ${name}: idle …`);
  const idleCost = await idle(contender, counting, setting);
  say(`  ${name}: ${setting.perSecond} full orders/s …`);
  const cost = await busy(contender, counting, setting);
  const memory = memoryOf(contender.service().pid);
  await counting.countStatementsFromNextStart();
  await counting.close();

  say(`  ${name}: warm starts …`);
  const starts = [];
  for (let start = 0; start < setting.starts; start++) starts.push((await contender.restart()).readyMs / 1000);

  const statistics = new DatabaseWork(contender.service().databaseUrl);
  await statistics.openStatements();
  await offered(contender.storefront, { perSecond: setting.perSecond / 2, seconds: 3 }); // connections, plans, keys
  await contender.storefront.drained();
  await sleep(settleMs);
  const idleCounts = await idle(contender, statistics, setting);
  await statistics.forgetStatements();
  say(`  ${name}: the same with its statements counted …`);
  const counts = await busy(contender, statistics, setting);
  const statements = await statistics.statements();
  await statistics.close();
  return { cost, counts, idleCost, idleCounts, memory, startS: median(starts), statements };
};

/**
 * Processor time, statements and syncs of one full order, and of a shop to which nobody comes; how long a start takes, and
 * the memory. Everything below the service's process is counted: Node.js and every PostgreSQL process.
 *
 * @param {{ shop: Contender, limit: Contender }} contenders @param {Setting} setting @param {(text: string) => void} say
 * @param {(orders: number, statements: import('./database-work.mjs').Statement[]) => void} [show] is given the shop's statements
 */
export const benchCost = async ({ limit, shop }, setting, say, show) => {
  say('what a full order costs …');
  const ours = await costOf(shop, setting, say);
  const theirs = await costOf(limit, setting, say);
  show?.(ours.counts.orders, ours.statements);
  const rate = `${setting.perSecond} full orders/s offered for ${setting.seconds} s`;
  const growing = ours.cost.isFlat && ours.counts.isFlat ? '' : ', backlog grew';
  const nothing = `idle for ${setting.idleSeconds} s`;
  /** @param {string} name @param {string} unit @param {string} load @param {(cost: typeof ours) => number} of */
  const run = (name, unit, load, of) => {
    const [value, baseline] = [of(ours), of(theirs)];
    return { name, load, unit, value, baseline, ratio: baseline === 0 ? null : value / baseline };
  };
  /** @param {string} name @param {string} unit @param {(spent: Spent) => number} of */
  const perOrder = (name, unit, of) => run(name, unit, `${rate}${growing}`, ({ cost }) => of(cost) / cost.orders);
  return [
    perOrder('processor time of a full order, Node.js', 'ms', ({ cpu }) => cpu['node'] ?? 0),
    perOrder('processor time of a full order, PostgreSQL', 'ms', ({ cpu }) => cpu['postgres'] ?? 0),
    perOrder('WAL syncs of a full order', 'syncs', ({ work }) => work.syncs),
    perOrder('transactions of a full order', 'transactions', ({ work }) => work.transactions),
    perOrder('WAL of a full order', 'kB', ({ work }) => work.walBytes / 1024),
    run('statements of a full order', 'statements', `${rate}${growing}`, ({ counts }) => (counts.work.statements ?? Number.NaN) / counts.orders), // prettier-ignore
    run('statements when idle', 'statements/s', nothing, ({ idleCounts }) => (idleCounts.work.statements ?? Number.NaN) / idleCounts.seconds), // prettier-ignore
    run('WAL syncs when idle', 'syncs/s', nothing, ({ idleCost }) => idleCost.work.syncs / idleCost.seconds),
    run('processor when idle', '% of a core', nothing, ({ idleCost }) => total(idleCost.cpu) / idleCost.seconds / 10),
    run('warm start to ready', 's', `${setting.starts} starts`, ({ startS }) => startS),
    run('memory of the whole tree, RSS', 'MB', `after ${rate}`, ({ memory }) => memory.rssMb),
    run('memory of the whole tree, PSS', 'MB', `after ${rate}`, ({ memory }) => memory.pssMb ?? Number.NaN),
  ];
};
