/** Closed loop: `concurrency` workers call `work` until the time is up. @returns calls per second */
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

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * Runs the cases in turn, round after round, each round in another order, so that what the machine does meanwhile
 * falls on all of them. One round before is thrown away.
 *
 * @param cases name -> measure(), which gives a rate
 * @returns name -> { rate, ratio }: medians; the ratio is to `limit` within the same round
 */
export const interleaved = async ({ count }, limit, cases) => {
  const names = Object.keys(cases);
  const rates = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -1; round < count; round++) {
    const turn = ((round % names.length) + names.length) % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const rate = await cases[name]();
      if (round >= 0) rates[name].push(rate);
    }
  }
  return Object.fromEntries(
    names.map((name) => [
      name,
      { rate: median(rates[name]), ratio: median(rates[name].map((rate, round) => rate / rates[limit][round])) },
    ]),
  );
};
