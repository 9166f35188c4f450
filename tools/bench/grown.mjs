import { setTimeout as sleep } from 'node:timers/promises';
import { calm, fill } from './filling.mjs';
import { offered } from './load.mjs';
import { cpuOf, difference, total } from './process-tree.mjs';

/**
 * @typedef {import('./contenders.mjs').Contender} Contender @typedef {import('./storefront.mjs').Storefront} Storefront
 * @typedef {{ customers: number, daysEach: number, orders: number, perSecond: number, alonePerSecond: number, seconds: number }} Setting
 */

const patienceMs = 1_200_000;
const idleMs = 8_000;

/**
 * Processor time of one full order, without what the shop uses when idle.
 *
 * @param {import('./contenders.mjs').Service} shop @param {Storefront} storefront @param {{ perSecond: number, seconds: number }} offer
 */
const cpuPerOrder = async ({ databaseUrl, pid }, storefront, offer) => {
  await calm(databaseUrl, patienceMs);
  const idle = cpuOf(pid);
  await sleep(idleMs);
  const idleMsPerMs = total(difference(idle, cpuOf(pid))) / idleMs;

  const [before, begun] = [cpuOf(pid), performance.now()];
  const { orders } = await offered(storefront, offer);
  await storefront.drained();
  await calm(databaseUrl, patienceMs); // the records, the rows and the seal of the last order
  const took = performance.now() - begun;
  return (total(difference(before, cpuOf(pid))) - idleMsPerMs * took) / orders.length;
};

/**
 * What an order costs in a shop that has a past, beside the same shop while it was empty.
 *
 * @param {Contender} shop with registered customers and nothing else @param {string} dataDir the shop's
 * @param {Setting} setting @param {(text: string) => void} say
 */
export const benchGrown = async (shop, dataDir, setting, say) => {
  const { alonePerSecond, customers, daysEach, orders, perSecond, seconds } = setting;
  const service = shop.service();
  const { databaseUrl } = service;
  const alone = shop.anotherStorefront();
  const [customerId = ''] = await alone.register(1);
  const many = { perSecond, seconds };
  const one = { perSecond: alonePerSecond, seconds };
  try {
    say('an order in an empty shop …');
    await offered(shop.storefront, { perSecond, seconds: 5 }); // connections, plans, keys
    const emptyMany = await cpuPerOrder(service, shop.storefront, many);
    const emptyOne = await cpuPerOrder(service, alone, one);
    say(
      `filling it: ${customers.toLocaleString('en')} customers, one of them with ${orders.toLocaleString('en')} orders …`,
    );
    await fill({ dataDir, databaseUrl }, { customers, daysEach, orders: { customerId, count: orders } });
    say('waiting until it has handled that …');
    await calm(databaseUrl, patienceMs);
    say('an order in the full shop …');
    const fullMany = await cpuPerOrder(service, shop.storefront, many);
    const fullOne = await cpuPerOrder(service, alone, one);
    const events = customers * (1 + daysEach) + orders * 2;
    return [
      {
        name: `processor time of a full order after ${events.toLocaleString('en')} events of ${customers.toLocaleString('en')} customers, beside the empty shop`,
        load: `${perSecond} full orders/s offered for ${seconds} s, idle time subtracted`,
        unit: 'ms',
        value: fullMany,
        baseline: emptyMany,
        ratio: fullMany / emptyMany,
      },
      {
        name: `the same of a customer with ${orders.toLocaleString('en')} orders, beside their first`,
        load: `${alonePerSecond} full orders/s offered for ${seconds} s, idle time subtracted`,
        unit: 'ms',
        value: fullOne,
        baseline: emptyOne,
        ratio: fullOne / emptyOne,
      },
    ];
  } finally {
    await alone.close();
  }
};
