/**
 * `npm run deploy:generate` - writes what deploy/ and docs/ take from the code: the dashboard and the alert rules from the
 * metrics that exist, the hosts that may be reached from the register, the page of settings from their declarations.
 * `-- --check` writes nothing and fails where a file is not as it would be written; a spec does the same.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { attentionPage } from './attention-page.mjs';
import { configurationPage } from './configuration-page.mjs';
import { egressOf } from './egress.mjs';
import { alertGroups } from './observability/alerts.mjs';
import { grafanaDashboard, rows, rowsFor } from './observability/dashboard.mjs';
import { metricsOfAnyProcess, metricsOfTheShop, namesIn, seriesOf } from './observability/metric-names.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const header = '# Written by `npm run deploy:generate`; change what it is written from.\n';

/** @typedef {import('./observability/dashboard.mjs').Row} Row */

/** @type {(someRows: readonly Row[]) => string[]} */
const expressionsOf = (someRows) => someRows.flatMap(({ panels }) => panels.flatMap(({ asks }) => Object.values(asks)));

/**
 * @type {(expressions: readonly string[], known: ReadonlySet<string>) => void}
 * @throws Error naming the metrics that are asked for and do not exist
 */
const requireExisting = (expressions, known) => {
  const unknown = expressions.flatMap((expression) => namesIn(expression)).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`no such metric: ${[...new Set(unknown)].join(', ')}`);
};

/** @returns {Promise<Map<string, string>>} path from the root -> text */
export const generated = async () => {
  const metrics = metricsOfTheShop(root);
  const alerts = alertGroups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
  const known = new Set([...seriesOf(metrics), ...(await metricsOfAnyProcess())]);
  requireExisting([...expressionsOf(rows), ...alerts], known);
  const shown = new Set(expressionsOf(rows).flatMap((expression) => namesIn(expression)));
  const all = rowsFor(metrics, (metric) => [...seriesOf([metric])].some((name) => shown.has(name)));
  const register = JSON.parse(readFileSync(join(root, 'libs/processor-register/register.json'), 'utf8'));
  return new Map([
    ['deploy/helm/dittoo/files/dashboard.json', `${JSON.stringify(grafanaDashboard(all), null, 2)}\n`],
    ['deploy/helm/dittoo/files/alerts.yaml', header + stringify({ groups: alertGroups }, { lineWidth: 0 })],
    [
      'deploy/helm/dittoo/files/egress.yaml',
      header + stringify({ noticeVersion: register.noticeVersion, endpoints: egressOf(register) }),
    ],
    ['docs/configuration.md', await configurationPage()],
    ['docs/attention.md', await attentionPage()],
  ]);
};

const run = async () => {
  const onlyCheck = process.argv.includes('--check');
  for (const [path, text] of await generated()) {
    const file = join(root, path);
    if (onlyCheck) {
      if (readFileSync(file, 'utf8') === text) continue;
      console.error(`${path} is not what the code says: npm run deploy:generate`);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      console.log(path);
    }
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
