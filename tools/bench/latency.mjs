import { offered, percentile } from './load.mjs';

/** @typedef {import('./contenders.mjs').Contender} Contender @typedef {import('./storefront.mjs').Order} Order */

/** Every so many-th order's list is asked for until the order is in it. */
const listEvery = 4;

/**
 * How long a customer waits, and each step after the 201, while orders come at a fixed rate.
 *
 * @param {{ shop: Contender, limit: Contender }} contenders @param {{ perSecond: number, seconds: number }} setting
 * @param {(text: string) => void} say
 */
export const benchLatency = async ({ limit, shop }, { perSecond, seconds }, say) => {
  say(`how long a full order takes, ${perSecond} offered a second …`);
  const lag = shop.service().metrics;
  await lag?.(); // the figure is of the time since it was last asked for
  const ours = await offered(shop.storefront, { perSecond, seconds, list: listEvery });
  const lagSeconds = (await lag?.())?.['nodejs_eventloop_lag_p99_seconds'] ?? Number.NaN;
  await shop.storefront.drained();
  const theirs = await offered(limit.storefront, { perSecond, seconds });
  await limit.storefront.drained();

  const load = `${perSecond} full orders/s offered for ${seconds} s${ours.isFlat ? '' : ', backlog grew'}`;
  /** @param {string} name @param {number} share @param {(order: Order) => number | undefined} of */
  const run = (name, share, of) => {
    const [value, baseline] = [ours, theirs].map(({ orders }) => percentile(orders.flatMap((order) => of(order) ?? []), share)); // prettier-ignore
    const [here = Number.NaN, there = Number.NaN] = [value, baseline];
    return { name, load, unit: 'ms', value: here, baseline: there, ratio: here / there };
  };
  /** @param {keyof Order & ('openedAt' | 'mailedAt' | 'listedAt')} step @returns {(order: Order) => number | undefined} */
  const after201 = (step) => (order) => {
    const at = order[step];
    // Two processes read the clock: what is done before its 201 was read counts as done with it.
    return at === undefined ? undefined : Math.max(0, at - order.placedAt);
  };
  const alone = (/** @type {import('./table.mjs').Run} */ measured) => ({ ...measured, baseline: null, ratio: null });
  return [
    run('POST /orders to its 201, p50', 0.5, ({ postMs }) => postMs),
    run('POST /orders to its 201, p99', 0.99, ({ postMs }) => postMs),
    alone(run('201 to the row in the list, p99', 0.99, after201('listedAt'))),
    run('201 to the checkout at the processor, p99', 0.99, after201('openedAt')),
    run('201 to the confirmation mail, p50', 0.5, after201('mailedAt')),
    run('201 to the confirmation mail, p99', 0.99, after201('mailedAt')),
    {
      name: 'event-loop delay of the shop, p99',
      load,
      unit: 'ms',
      value: lagSeconds * 1000,
      baseline: null,
      ratio: null,
    },
  ];
};
