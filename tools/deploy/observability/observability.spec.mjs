/*
 * Promised: dashboard and alerts ask for metrics that exist, show every metric that exists, and the files in deploy/ are
 * what the code says today. Whether Prometheus takes the rules and fires when it should: `npm run deploy:check`.
 */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { generated } from '../generate.mjs';
import { alertGroups } from './alerts.mjs';
import { rows, rowsFor } from './dashboard.mjs';
import { metricsIn, metricsOfAnyProcess, metricsOfTheShop, namesIn, seriesOf } from './metric-names.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const metrics = metricsOfTheShop(root);
const names = metrics.map(({ name }) => name);

describe('the metrics of the shop', () => {
  it('are found in the sources, with their kinds', () => {
    const text = `import { Counter, Gauge } from 'prom-client';
      new Gauge({ name: 'dittoo_a', help: '' }); new Histogram({ name: 'dittoo_b_seconds', help: '' });
      count('dittoo_c_total', ''); gauge('dittoo_d', '', () => 1);`;
    expect(metricsIn(text, 'x.ts').map(({ kind, name }) => `${name} ${kind}`)).toEqual([
      'dittoo_a gauge',
      'dittoo_b_seconds histogram',
      'dittoo_c_total counter',
      'dittoo_d gauge',
    ]);
    expect(metricsIn("const role = 'dittoo_app';", 'x.ts')).toEqual([]);
    expect(() => metricsIn("import { Counter } from 'prom-client'; `dittoo_${x}`", 'x.ts')).toThrow('x.ts');
  });

  it('answer what an operator asks first', () => {
    expect(names).toEqual(
      expect.arrayContaining([
        'dittoo_relay_lag_seconds',
        'dittoo_relay_active',
        'dittoo_kafka_consumer_lag',
        'dittoo_projection_lag_seconds',
        'dittoo_delivery_repeated_total',
        'dittoo_parked_streams',
        'dittoo_forwarding_delivery_seconds',
        'dittoo_seal_lag_seconds',
        'dittoo_key_cache_lookups_total',
        'dittoo_http_request_seconds',
      ]),
    );
  });
});

describe('what deploy/ takes from the code', () => {
  it('is written as the code says today (npm run deploy:generate)', async () => {
    for (const [path, text] of await generated()) {
      expect({ path, same: readFileSync(join(root, path), 'utf8') === text }).toEqual({ path, same: true });
    }
  });

  it('shows every metric, one without a panel too', () => {
    const dashboard = JSON.parse(readFileSync(join(root, 'deploy/helm/dittoo/files/dashboard.json'), 'utf8'));
    /** @type {{ targets?: { expr: string }[] }[]} */
    const panels = dashboard.panels;
    const shown = new Set(panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => namesIn(expr))));
    const hidden = metrics.filter((metric) => ![...seriesOf([metric])].some((name) => shown.has(name)));
    expect(hidden.map(({ name }) => name)).toEqual([]);
    const unplaced = rowsFor([{ name: 'dittoo_new_total', kind: 'counter' }], () => false).at(-1);
    expect(unplaced?.panels[0]?.asks['{{app}}']).toContain('dittoo_new_total');
  });

  it('queries no metric that does not exist', async () => {
    const known = new Set([...seriesOf(metrics), ...(await metricsOfAnyProcess())]);
    const asked = [
      ...rows.flatMap(({ panels }) => panels.flatMap(({ asks }) => Object.values(asks))),
      ...alertGroups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
    ].flatMap((expression) => namesIn(expression));
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  });

  it('the absence of every program that is scraped alarms', () => {
    const scraped = [
      ...readFileSync(join(root, 'deploy/observability/prometheus.yml'), 'utf8').matchAll(/- (\S+):9464/g),
    ];
    const absence = alertGroups.flatMap(({ rules }) => rules).find(({ alert }) => alert === 'DittooProgramAbsent');
    const watched = [...(absence?.expr ?? '').matchAll(/app="([^"]+)"/g)];
    expect(watched.map(([, app]) => app)).toEqual(scraped.map(([, app]) => app));
  });

  it('every alert says how bad it is, what it means and what to do first', () => {
    /** @type {{ groups: typeof alertGroups }} */
    const { groups } = parse(readFileSync(join(root, 'deploy/helm/dittoo/files/alerts.yaml'), 'utf8'));
    const rules = groups.flatMap(({ rules }) => rules);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, annotations, labels } of rules) {
      expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(critical|warning)$/)]);
      expect(annotations.summary.length).toBeGreaterThan(10);
      expect(annotations.description.length).toBeGreaterThan(20);
    }
  });
});
