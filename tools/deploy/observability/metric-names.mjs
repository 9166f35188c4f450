/** Every metric the code can serve, read from the sources: dashboards and alerts may name these and no others. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * @typedef {{ name: string, kind: 'counter' | 'gauge' | 'histogram' | 'summary', file: string }} Metric
 */

/** @typedef {Pick<Metric, 'name' | 'kind'>} SeriesName */

const makesMetrics = /import\s*\{[^}]*\b(Counter|Gauge|Histogram|Summary)\b[^}]*\}\s*from 'prom-client'/s;

/** @type {(before: string, name: string) => Metric['kind']} */
const kindOf = (before, name) => {
  if (name.endsWith('_total')) return 'counter';
  const direct = /new (Counter|Gauge|Histogram|Summary)(?:<[^>]*>)?\(\{\s*name:\s*$/.exec(before);
  return direct === null ? 'gauge' : /** @type {Metric['kind']} */ (direct[1]?.toLowerCase());
};

/**
 * @type {(text: string, file: string) => Metric[]}
 * @throws Error when a name is put together at run time
 */
export const metricsIn = (text, file) => {
  if (!makesMetrics.test(text)) return [];
  if (/`dittoo_/.test(text)) throw new Error(`${file}: write the names of metrics out, so that they can be found`);
  return [...text.matchAll(/'(dittoo_[a-z0-9_]+)'/g)].map(({ 1: name = '', index }) => ({
    name,
    kind: kindOf(text.slice(0, index), name),
    file,
  }));
};

/** @type {(root: string) => Metric[]} sorted by name */
export const metricsOfTheShop = (root) => {
  const metrics = ['libs', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file}`)
      .filter((file) => /^[^/]+\/[^/]+\/src\/.*\.ts$/.test(file) && !/\.spec\.ts$/.test(file))
      .flatMap((file) => metricsIn(readFileSync(join(root, file), 'utf8'), file)),
  );
  return [...new Map(metrics.map((metric) => [metric.name, metric])).values()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
};

/** What prom-client adds to every process, and what Prometheus itself knows. */
export const metricsOfAnyProcess = async () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = await registry.getMetricsAsJSON();
  return ['up', ...metrics.map(({ name }) => name)];
};

/** @type {(metric: SeriesName) => string[]} */
const series = (metric) =>
  metric.kind === 'histogram' || metric.kind === 'summary'
    ? [`${metric.name}_bucket`, `${metric.name}_sum`, `${metric.name}_count`]
    : [metric.name];

/** Names of series as queries use them: a histogram has three. @param {readonly SeriesName[]} metrics */
export const seriesOf = (metrics) => new Set(metrics.flatMap(series));

/** Names of ours and of the process's in a PromQL expression. @type {(expression: string) => string[]} */
export const namesIn = (expression) => [
  ...new Set(expression.match(/\b(?:dittoo|process|nodejs)_[a-z0-9_]+\b|\bup\b(?=\{)/g) ?? []),
];
