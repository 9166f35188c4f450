/** The dashboard, as rows of panels. A metric without a panel here gets one in the last row, so a new one is never invisible. */

/** @typedef {import('./metric-names.mjs').Metric} Metric */
/**
 * `asks`: PromQL by the name of its line; `about`: what the figure means when it is bad.
 *
 * @typedef {{ title: string, unit: string, about?: string, asks: Record<string, string> }} Panel
 */
/** @typedef {{ title: string, panels: Panel[] }} Row */

const seconds = 's';
const perSecond = 'ops';
const share = 'percentunit';

/** @type {(q: number, name: string, by: string, filter?: string) => string} */
const quantile = (q, name, by, filter = '') =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${name}_bucket${filter}[$__rate_interval])))`;
/** @type {(name: string, by: string) => string} */
const rate = (name, by) => `sum by (${by}) (rate(${name}[$__rate_interval]))`;

/** @type {Row[]} */
export const rows = [
  {
    title: 'HTTP',
    panels: [
      { title: 'Requests', unit: perSecond, asks: { '{{app}}': rate('dittoo_http_request_seconds_count', 'app') } },
      {
        title: 'Answered with 5xx',
        unit: share,
        about: 'Of all answers, by process. Refusals (4xx) are not counted: they are answers of a decider.',
        asks: {
          '{{app}}':
            'sum by (app) (rate(dittoo_http_request_seconds_count{status=~"5.."}[$__rate_interval])) / ' +
            'sum by (app) (rate(dittoo_http_request_seconds_count[$__rate_interval]))',
        },
      },
      {
        title: 'Time to answer, p99',
        unit: seconds,
        asks: { '{{app}}': quantile(0.99, 'dittoo_http_request_seconds', 'app') },
      },
    ],
  },
  {
    title: 'From the log to the read models',
    panels: [
      {
        title: 'Relay lag',
        unit: seconds,
        about: 'Age of the oldest event that Kafka has not acknowledged. It grows while Kafka is unavailable.',
        asks: { relay: 'max(dittoo_relay_lag_seconds)' },
      },
      {
        title: 'Active relays',
        unit: 'short',
        about: 'Exactly one. None: nothing reaches Kafka. Two for longer than a lease: compare the clocks.',
        asks: { active: 'sum(dittoo_relay_active)' },
      },
      {
        title: 'Events relayed',
        unit: perSecond,
        asks: { relay: 'max(deriv(dittoo_relay_position[$__rate_interval]))' },
      },
      {
        title: 'Consumer lag',
        unit: 'short',
        about: 'Messages that a group has not read yet, over its partitions.',
        asks: { '{{group}}': 'sum by (group) (dittoo_kafka_consumer_lag)' },
      },
      {
        title: 'Projection lag, p99',
        unit: seconds,
        about: 'From the recording of an event to the commit of the rows that say it: how old a list may be.',
        asks: { '{{group}}': quantile(0.99, 'dittoo_projection_lag_seconds', 'group') },
      },
      {
        title: 'Dropped as duplicates',
        unit: perSecond,
        about:
          'Events that a group had already. Some are normal after a restart; a steady stream means that a process sends twice.',
        asks: { '{{group}}': rate('dittoo_delivery_repeated_total', 'group') },
      },
    ],
  },
  {
    title: 'Parked',
    panels: [
      {
        title: 'Parked streams',
        unit: 'short',
        about: 'Until they are replayed: see GET /api/v1/operations/parked-streams.',
        asks: { '{{group}}': 'max by (group) (dittoo_parked_streams)' },
      },
      {
        title: 'Attention items',
        unit: 'short',
        about: 'What a person must look at: see GET /api/v1/operations/attention.',
        asks: { '{{kind}}': 'max by (kind) (dittoo_attention_items)' },
      },
      {
        title: 'Parked and dead-lettered',
        unit: 'short',
        asks: {
          'parked {{group}}': 'sum by (group) (increase(dittoo_parked_streams_total[$__rate_interval]))',
          'dead letter {{group}}': 'sum by (group) (increase(dittoo_kafka_dead_letters_total[$__rate_interval]))',
          relay: 'sum(increase(dittoo_relay_parked_total[$__rate_interval]))',
        },
      },
      {
        title: 'Lost by Kafka and read from the log',
        unit: 'short',
        about: 'Nothing is missing, but find out why Kafka lost it.',
        asks: {
          'lost {{group}}': 'sum by (group) (increase(dittoo_kafka_lost_total[$__rate_interval]))',
          'healed {{group}}': 'sum by (group) (increase(dittoo_delivery_healed_total[$__rate_interval]))',
        },
      },
      {
        title: 'Chunks processed again',
        unit: perSecond,
        asks: { '{{group}}': rate('dittoo_delivery_retries_total', 'group') },
      },
    ],
  },
  {
    title: 'To the processors',
    panels: [
      {
        title: 'Delivery, p50',
        unit: seconds,
        about: 'From the queue to the recorded outcome.',
        asks: { '{{processor}}': quantile(0.5, 'dittoo_forwarding_delivery_seconds', 'processor') },
      },
      {
        title: 'Delivery, p95',
        unit: seconds,
        asks: { '{{processor}}': quantile(0.95, 'dittoo_forwarding_delivery_seconds', 'processor') },
      },
      {
        title: 'Queue',
        unit: 'short',
        asks: { '{{processor}}': 'max by (processor) (dittoo_forwarding_queue_depth)' },
      },
      {
        title: 'Breakers',
        unit: 'short',
        about: '1 = open: the processor does not answer, and nothing is sent until it does.',
        asks: { '{{processor}}': 'max by (processor) (dittoo_forwarding_breaker_open)' },
      },
      {
        title: 'Refused by the gate',
        unit: 'short',
        about: 'No basis, no agreement, or a field the register does not allow. The refusal is an event.',
        asks: {
          '{{processor}} {{reason}}':
            'sum by (processor, reason) (increase(dittoo_forwarding_refusals_total[$__rate_interval]))',
        },
      },
      {
        title: 'Failed attempts, given up',
        unit: 'short',
        asks: {
          'failed {{processor}} {{reason}}':
            'sum by (processor, reason) (increase(dittoo_forwarding_failures_total[$__rate_interval]))',
          'given up {{processor}} {{reason}}':
            'sum by (processor, reason) (increase(dittoo_forwarding_parked_total[$__rate_interval]))',
        },
      },
    ],
  },
  {
    title: 'Seal and keys',
    panels: [
      {
        title: 'Seal lag',
        unit: seconds,
        about: 'Age of the oldest event under no signed tree head.',
        asks: { audit: 'max(dittoo_seal_lag_seconds)' },
      },
      {
        title: 'Events under no signed head',
        unit: 'short',
        asks: { audit: 'max(dittoo_unsealed_events)' },
      },
      {
        title: 'Seal refused',
        unit: 'short',
        about: '1 = what is stored contradicts what was signed. Nothing is signed until a person has investigated.',
        asks: { audit: 'max(dittoo_seal_refused)' },
      },
      {
        title: 'Keys found in the cache',
        unit: share,
        about: 'Share of data keys found in memory; each of the others takes a query and an unwrapping.',
        asks: {
          '{{app}}':
            'sum by (app) (rate(dittoo_key_cache_lookups_total{outcome="hit"}[$__rate_interval])) / ' +
            'sum by (app) (rate(dittoo_key_cache_lookups_total[$__rate_interval]))',
        },
      },
      { title: 'Keys in memory', unit: 'short', asks: { '{{app}}': 'max by (app) (dittoo_key_cache_keys)' } },
    ],
  },
  {
    title: 'Processes',
    panels: [
      { title: 'Up', unit: 'short', asks: { '{{app}}': 'sum by (app) (dittoo_up)' } },
      {
        title: 'Event loop, p99',
        unit: seconds,
        asks: { '{{app}}': 'max by (app) (nodejs_eventloop_lag_p99_seconds)' },
      },
      { title: 'Memory', unit: 'bytes', asks: { '{{app}}': 'max by (app) (process_resident_memory_bytes)' } },
      { title: 'CPU', unit: 'short', asks: { '{{app}}': rate('process_cpu_seconds_total', 'app') } },
    ],
  },
];

/** A panel for a metric that no row shows. @type {(metric: Pick<Metric, 'name' | 'kind'>) => Panel} */
const plain = ({ name, kind }) => {
  const title = name.replace(/^dittoo_/, '').replaceAll('_', ' ');
  if (kind === 'counter') return { title, unit: perSecond, asks: { '{{app}}': rate(name, 'app') } };
  if (kind === 'histogram')
    return { title: `${title}, p95`, unit: seconds, asks: { '{{app}}': quantile(0.95, name, 'app') } };
  return { title, unit: 'short', asks: { '{{app}}': `max by (app) (${name})` } };
};

const source = { type: 'prometheus', uid: '${source}' };

/** @type {(panel: Panel, id: number, gridPos: object) => object} */
const panelOf = ({ about, asks, title, unit }, id, gridPos) => ({
  id,
  type: 'timeseries',
  title,
  ...(about === undefined ? {} : { description: about }),
  datasource: source,
  gridPos,
  fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 8, showPoints: 'never' } }, overrides: [] },
  options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  targets: Object.entries(asks).map(([legendFormat, expr], index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: source,
    expr,
    legendFormat,
  })),
});

/**
 * All rows: those above and, last, what they do not show of `metrics`.
 *
 * @template {Pick<Metric, 'name' | 'kind'>} M
 * @param {readonly M[]} metrics
 * @param {(metric: M) => boolean} isShown
 * @returns {Row[]}
 */
export const rowsFor = (metrics, isShown) => {
  const rest = metrics.filter((metric) => !isShown(metric));
  return rest.length === 0 ? rows : [...rows, { title: 'Everything else', panels: rest.map(plain) }];
};

/** The dashboard as Grafana imports it. @param {readonly Row[]} allRows */
export const grafanaDashboard = (allRows) => {
  /** @type {object[]} */
  const panels = [];
  let y = 0;
  for (const row of allRows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      panels: [],
      gridPos: { h: 1, w: 24, x: 0, y: y++ },
    });
    row.panels.forEach((panel, index) => {
      const place = { h: 7, w: 8, x: (index % 3) * 8, y: y + 7 * Math.floor(index / 3) };
      panels.push(panelOf(panel, panels.length + 1, place));
    });
    y += 7 * Math.ceil(row.panels.length / 3);
  }
  return {
    uid: 'dittoo-shop',
    title: 'DITT:OO',
    tags: ['dittoo'],
    editable: false,
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    templating: {
      list: [{ name: 'source', label: 'Data source', type: 'datasource', query: 'prometheus', hide: 0 }],
    },
    panels,
  };
};
