import { offered, saturated } from './load.mjs';
import { interleaved } from './rounds.mjs';

/**
 * @typedef {{ customers: number, rounds: number, roundMs: number, seconds: number, trials: number }} Setting
 * @typedef {import('./contenders.mjs').Contender} Contender
 */

const inFlight = 64;
/** Not flat: a seventh less is offered next. Flat: a tenth more. */
const [lower, higher] = [0.86, 1.1];

/**
 * The highest rate among those tried at which the backlog stays flat.
 *
 * @param {Contender} contender @param {number} from @param {Setting} setting @param {(text: string) => void} say
 */
export const highestFlatRate = async ({ name, storefront }, from, { seconds, trials }, say) => {
  let [flat, refused, rate] = [0, Infinity, from];
  for (let trial = 0; trial < trials && rate > flat && rate < refused; trial++) {
    const perSecond = Math.max(1, Math.round(rate * 2) / 2);
    const { backlogs, isFlat, mailedPerSecond } = await offered(storefront, { perSecond, seconds });
    await storefront.drained();
    say(
      `  ${name}: ${perSecond} full orders/s for ${seconds} s, ${mailedPerSecond.toFixed(1)}/s done, backlog ${backlogs.at(-1)}: ${isFlat ? 'flat' : 'grows'}`,
    );
    if (isFlat) flat = perSecond;
    else refused = perSecond;
    rate = perSecond * (isFlat ? higher : lower);
  }
  return flat;
};

/**
 * Full orders per second: with a fixed number in flight, in turns with what it is compared to; then at the highest offered
 * rate whose backlog stays flat.
 *
 * @param {{ shop: Contender, limit: Contender }} contenders `limit`: what the shop is compared to
 * @param {Setting} setting @param {(text: string) => void} say @param {string} [which] shop, where it is not the usual one
 */
export const benchSustained = async ({ limit, shop }, setting, say, which = '') => {
  const { roundMs, rounds, seconds } = setting;
  say(`full orders${which}, ${inFlight} in flight: ${shop.name} and ${limit.name} in turns …`);
  const results = await interleaved({ count: rounds }, 'limit', {
    limit: () => saturated(limit.storefront, { inFlight, ms: roundMs }),
    shop: () => saturated(shop.storefront, { inFlight, ms: roundMs }),
  });
  say('full orders at a fixed rate …');
  const value = await highestFlatRate(shop, results.shop.rate * 0.9, setting, say);
  const baseline = await highestFlatRate(limit, results.limit.rate * 0.9, setting, say);
  return [
    {
      name: `full orders${which}, sustained with a flat backlog`,
      load: `offered for ${seconds} s, ${setting.customers} customers`,
      unit: 'orders/s',
      value,
      baseline,
      ratio: value / baseline,
    },
    {
      name: `full orders${which}, ${inFlight} in flight`,
      load: `${rounds} rounds of ${roundMs / 1000} s, ${setting.customers} customers`,
      unit: 'orders/s',
      value: results.shop.rate,
      baseline: results.limit.rate,
      ratio: results.shop.ratio,
    },
  ];
};
