/**
 * @typedef {{ name: string, unit: string, value: number, baseline: number | null, ratio: number | null, load?: string, target?: number, atLeast?: number, atMost?: number }} Run
 *   one figure: `baseline` is the limit's, `load` what it ran at; to reach: `target` by the ratio, `atLeast` or `atMost` by the value
 */

/** @param {number | null} value */
const digits = (value) => {
  if (value === null) return '';
  if (Number.isNaN(value)) return 'not read';
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
};
/** @param {readonly string[]} cells */
const row = (cells) => `| ${cells.join(' | ')} |`;

/** A ratio is to be at least its target; a plain value is too, or at most where less is better. @param {Run} run */
const reached = ({ atLeast, atMost, ratio, target = 0, value }) => {
  if (atLeast !== undefined) return value >= atLeast;
  if (atMost !== undefined) return value <= atMost;
  return ratio === null ? value <= target : ratio >= target;
};

/** @param {Run} run */
const wantedOf = ({ atLeast, atMost, target }) => {
  if (atLeast !== undefined) return digits(atLeast);
  if (atMost !== undefined) return `≤ ${digits(atMost)}`;
  return target === undefined ? '' : String(target);
};

/** What was measured, for people and for `docs/performance.md`. @param {readonly Run[]} runs */
export const table = (runs) =>
  [
    ['what', 'unit', 'here', 'the limit', 'ratio', 'to reach', '', 'load'],
    ['---', '---', '---:', '---:', '---:', '---:', '---', '---'],
    ...runs.map((run) => {
      const { baseline, load = '', name, ratio, unit, value } = run;
      const wanted = wantedOf(run);
      return [
        name,
        unit,
        digits(value),
        digits(baseline),
        ratio === null ? '' : ratio.toFixed(2),
        wanted,
        wanted === '' ? '' : reached(run) ? 'reached' : 'not reached',
        load,
      ];
    }),
  ]
    .map(row)
    .join('\n');

/** `--json`: one document on standard output and nothing else. @param {readonly Run[]} runs */
export const document = (runs) =>
  JSON.stringify({
    runs: runs.map(({ name, unit, value, baseline, ratio, load }) => ({ name, unit, value, baseline, ratio, load })),
  });

/**
 * The statements of one full order, the most frequent first.
 *
 * @param {number} orders @param {readonly import('./database-work.mjs').Statement[]} statements
 */
export const statementTable = (orders, statements) =>
  [
    ['per order', 'ms each', 'statement'],
    ['---:', '---:', '---'],
    ...statements
      .filter(({ calls }) => calls / orders >= 0.05)
      .map(({ calls, ms, query }) => [
        (calls / orders).toFixed(2),
        (ms / calls).toFixed(3),
        query.replaceAll('|', '\\|').slice(0, 200),
      ]),
  ]
    .map(row)
    .join('\n');
