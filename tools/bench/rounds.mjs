/** @typedef {{ count: number, ms: number }} Rounds how many, and how long each measurement of one takes */
/** @typedef {{ rate: number, ratio: number }} Result medians; the ratio is to the limit within the same round */

/**
 * Closed loop: `concurrency` workers call `work` until the time is up.
 *
 * @param {number} concurrency
 * @param {number} ms
 * @param {() => Promise<unknown>} work
 * @returns {Promise<number>} calls per second
 */
export const slice = async (concurrency, ms, work) => {
  let calls = 0;
  const begun = performance.now();
  const until = begun + ms;
  const worker = async () => {
    while (performance.now() < until) {
      await work();
      calls++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return (calls * 1000) / (performance.now() - begun);
};

/** @param {readonly number[]} values at least one */
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [below = Number.NaN, above = below] = sorted.slice(sorted.length % 2 === 1 ? middle : middle - 1, middle + 1);
  return (below + above) / 2;
};

/**
 * Runs the cases in turn, round after round, each round in another order, so that what the machine does meanwhile
 * falls on all of them. One round before is thrown away.
 *
 * @template {string} Name
 * @param {Pick<Rounds, 'count'>} rounds
 * @param {NoInfer<Name>} limit the case that the others are compared with
 * @param {Record<Name, () => Promise<number>>} cases name -> measures once and gives a rate
 * @returns {Promise<Record<Name, Result>>}
 */
export const interleaved = async ({ count }, limit, cases) => {
  const names = /** @type {Name[]} */ (Object.keys(cases));
  /** @type {Map<Name, number[]>} */
  const rates = new Map(names.map((name) => [name, []]));
  const ratesOf = (/** @type {Name} */ name) => rates.get(name) ?? [];
  for (let round = -1; round < count; round++) {
    const turn = ((round % names.length) + names.length) % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const rate = await cases[name]();
      if (round >= 0) ratesOf(name).push(rate);
    }
  }
  /** @param {Name} name @returns {[Name, Result]} */
  const result = (name) => {
    const ratios = ratesOf(name).map((rate, round) => rate / (ratesOf(limit)[round] ?? Number.NaN));
    return [name, { rate: median(ratesOf(name)), ratio: median(ratios) }];
  };
  return /** @type {Record<Name, Result>} */ (Object.fromEntries(names.map(result)));
};
