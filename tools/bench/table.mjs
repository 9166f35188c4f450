/**
 * What was measured. `target` is of the ratio (of the value where there is none); `atLeast` and `atMost` are of the value.
 *
 * @typedef {object} Run
 * @property {string} name
 * @property {string} unit
 * @property {number} value
 * @property {number} baseline
 * @property {number | null} ratio
 * @property {number} [target]
 * @property {number} [atLeast]
 * @property {number} [atMost]
 */

/** @param {number | null} value */
const digits = (value) =>
  value === null ? '' : value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
/** @param {readonly string[]} cells */
const row = (cells) => `| ${cells.join(' | ')} |`;

/**
 * A ratio is to be at least its target, a value at least `atLeast` or at most `atMost`; a value without a ratio is to be
 * at most its target.
 *
 * @param {Run} run
 */
const reached = ({ atLeast, atMost, ratio, target, value }) => {
  if (atLeast !== undefined) return value >= atLeast;
  if (atMost !== undefined) return value <= atMost;
  if (target === undefined) return true;
  return ratio === null ? value <= target : ratio >= target;
};

/**
 * What was measured, as a table of Markdown.
 *
 * @param {readonly Run[]} runs
 */
export const table = (runs) =>
  [
    ['what', 'unit', 'here', 'the limit', 'ratio', 'to reach', ''],
    ['---', '---', '---:', '---:', '---:', '---:', '---'],
    ...runs.map((run) => {
      const { atLeast, atMost, baseline, name, ratio, target, unit, value } = run;
      const wanted =
        atLeast !== undefined ? `${digits(atLeast)}` : atMost !== undefined ? `≤ ${digits(atMost)}` : target;
      return [
        name,
        unit,
        digits(value),
        digits(baseline),
        ratio === null ? '' : ratio.toFixed(2),
        wanted === undefined ? '' : String(wanted),
        wanted === undefined ? '' : reached(run) ? 'reached' : 'not reached',
      ];
    }),
  ]
    .map(row)
    .join('\n');

/** `--json`: one document on standard output and nothing else. @param {readonly Run[]} runs */
export const document = (runs) =>
  JSON.stringify({
    runs: runs.map(({ name, unit, value, baseline, ratio }) => ({ name, unit, value, baseline, ratio })),
  });
