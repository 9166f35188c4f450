import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {import('./storefront.mjs').Storefront} Storefront @typedef {import('./storefront.mjs').Order} Order */

/** A shop that fails so many orders in a row is not measured. */
const mostFailures = 100;

/**
 * As many full orders at once as asked, each followed by the next.
 *
 * @param {Storefront} storefront @param {{ inFlight: number, ms: number }} load
 * @returns {Promise<number>} full orders per second, counted from the moment the first ones are through
 */
export const saturated = async (storefront, { inFlight, ms }) => {
  await storefront.refresh();
  let isOver = false;
  let failedInARow = 0;
  const worker = async () => {
    while (!isOver) {
      failedInARow = (await storefront.fullOrder()) === null ? failedInARow + 1 : 0;
      if (failedInARow >= mostFailures) throw new Error(`${mostFailures} orders in a row failed`);
      if (failedInARow > 0) await sleep(250);
    }
  };
  const first = storefront.mailed;
  const workers = Promise.all(Array.from({ length: inFlight }, worker));
  workers.catch(() => undefined); // it is heard of below
  for (const end = Date.now() + 30_000; storefront.mailed - first < inFlight && Date.now() < end;) await sleep(20);
  const [begun, before] = [performance.now(), storefront.mailed];
  await sleep(ms);
  const rate = ((storefront.mailed - before) * 1000) / (performance.now() - begun);
  isOver = true;
  await workers;
  return rate;
};

/**
 * @typedef {{ perSecond: number, seconds: number, list?: number }} Offer `list`: every so many-th order's list is read
 * @typedef {{ orders: Order[], backlogs: number[], isFlat: boolean, mailedPerSecond: number, openedPerSecond: number }} Outcome
 */

/** How often the backlog is read. */
const sampleMs = 500;
/** The backlog may grow by this share of the orders offered and is still flat: the spread of single samples. */
const growthShare = 0.02;

/**
 * Orders placed at a fixed rate, whatever becomes of those before, while the backlog is watched.
 *
 * @param {Storefront} storefront @param {Offer} offer
 * @returns {Promise<Outcome>}
 */
export const offered = async (storefront, { list = 0, perSecond, seconds }) => {
  await storefront.refresh();
  const failedBefore = storefront.failures;
  const [mailed, opened] = [storefront.mailed, storefront.opened];
  /** @type {Promise<Order | null>[]} */
  const orders = [];
  /** @type {number[]} */
  const backlogs = [];
  const sampling = setInterval(() => backlogs.push(storefront.backlog), sampleMs);
  const begun = performance.now();
  for (let n = 0; n < perSecond * seconds; n++) {
    const wait = begun + (n * 1000) / perSecond - performance.now();
    if (wait > 1) await sleep(wait);
    orders.push(storefront.fullOrder({ list: list > 0 && n % list === 0 }));
  }
  const took = (performance.now() - begun) / 1000;
  clearInterval(sampling);
  const mailedPerSecond = (storefront.mailed - mailed) / took;
  const openedPerSecond = (storefront.opened - opened) / took;
  const isFlat = isFlatBacklog(backlogs, perSecond) && storefront.failures === failedBefore;
  const all = (await Promise.all(orders)).filter((order) => order !== null);
  return { orders: all, backlogs, isFlat, mailedPerSecond, openedPerSecond };
};

/**
 * The mean of the second quarter beside that of the last: the first is the ramp.
 *
 * @param {readonly number[]} samples every half second @param {number} perSecond orders offered
 */
export const isFlatBacklog = (samples, perSecond) => {
  if (samples.length === 0) return false;
  const quarter = Math.max(1, samples.length >> 2);
  const mean = (/** @type {readonly number[]} */ part) => part.reduce((sum, value) => sum + value, 0) / part.length;
  const growth = mean(samples.slice(-quarter)) - mean(samples.slice(quarter, 2 * quarter));
  const offeredBetween = (perSecond * samples.length * sampleMs) / 2000;
  return growth <= Math.max(5, growthShare * offeredBetween);
};

/** @param {number[]} values @param {number} share */
export const percentile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
};
