const digits = (value) =>
  value === null ? '' : value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
const row = (cells) => `| ${cells.join(' | ')} |`;

/** A ratio is to be at least its target; a plain value is too, or at most where less is better. */
const reached = ({ atMost, ratio, target, value }) => {
  if (atMost !== undefined) return value <= atMost;
  return ratio === null || ratio === undefined ? value <= target : ratio >= target;
};

/**
 * What was measured, for people and for the README.
 *
 * @param runs name, unit, value, baseline, ratio; `target` of the ratio, `atLeast` or `atMost` of the value
 */
export const table = (runs) =>
  [
    ['what', 'unit', 'here', 'the limit', 'ratio', 'to reach', ''],
    ['---', '---', '---:', '---:', '---:', '---:', '---'],
    ...runs.map((run) => {
      const { atLeast, atMost, baseline, name, ratio, target, unit, value } = run;
      const wanted =
        atLeast !== undefined ? `${digits(atLeast)}` : atMost !== undefined ? `≤ ${digits(atMost)}` : target;
      const ok = atLeast !== undefined ? value >= atLeast : reached(run);
      return [
        name,
        unit,
        digits(value),
        digits(baseline),
        ratio === null ? '' : ratio.toFixed(2),
        wanted === undefined ? '' : String(wanted),
        wanted === undefined ? '' : ok ? 'reached' : 'not reached',
      ];
    }),
  ]
    .map(row)
    .join('\n');

/** `--json`: one document on standard output and nothing else. */
export const document = (runs) =>
  JSON.stringify({
    runs: runs.map(({ name, unit, value, baseline, ratio }) => ({ name, unit, value, baseline, ratio })),
  });
