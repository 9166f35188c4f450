/** A stage of the set-up, told in whole lines on standard error: what it does, how far it is, how long it took. */

const everyMs = 5_000;
/** @type {(ms: number) => string} */
const seconds = (ms) => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);

/** @type {(text: string) => void} */
export const say = (text) => process.stderr.write(`setup: ${text}\n`);

/**
 * Runs `work` and tells about it. Standard output stays the command's own.
 *
 * @template T
 * @param {string} doing "installing 732 packages"
 * @param {string} done "installed 732 packages"
 * @param {() => Promise<T>} work
 * @param {object} [options]
 * @param {() => string} [options.progress] how far it is, asked every few seconds
 * @param {number} [options.tickMs] how often `progress` is asked
 * @param {(text: string) => void} [options.out]
 * @param {number} [options.quietMs] not a word when it takes no longer than this
 * @returns {Promise<T>}
 */
export const stage = async (doing, done, work, options = {}) => {
  const { progress = () => '', quietMs = 0, tickMs = everyMs, out = say } = options;
  const begun = performance.now();
  const elapsed = () => seconds(performance.now() - begun);
  let announced = false;
  const announce = () => {
    announced = true;
    out(`${doing} …`);
  };
  const waiting = quietMs === 0 ? undefined : setTimeout(announce, quietMs);
  if (quietMs === 0) announce();
  const ticking = setInterval(() => {
    const far = progress();
    out(`… ${far === '' ? '' : `${far}, `}${elapsed()}`);
  }, tickMs);
  try {
    const result = await work();
    if (announced) out(`${done} in ${elapsed()}`);
    return result;
  } finally {
    clearTimeout(waiting);
    clearInterval(ticking);
  }
};
