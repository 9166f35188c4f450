/**
 * The alerts. `critical` wakes the person on call: events do not move, or a promise is broken. Each says what it means
 * for the shop and what to do first.
 */
import { attentionAlerts } from './attention-alerts.mjs';

/**
 * A rule as Prometheus reads it.
 *
 * @typedef {object} Alert
 * @property {string} alert
 * @property {string} expr
 * @property {string} for
 * @property {{ severity: 'critical' | 'warning' }} labels
 * @property {{ summary: string, description: string }} annotations
 */

import { stallAlerts } from './stall-alerts.mjs';

const critical = 'critical';
const warning = 'warning';

/**
 * @type {(name: string, severity: "critical" | "warning", lasts: string, expr: string, summary: string, todo: string) => Alert}
 */
export const alert = (name, severity, lasts, expr, summary, todo) => ({
  alert: name,
  expr,
  for: lasts,
  labels: { severity },
  annotations: { summary, description: todo },
});

/** @type {{ name: string, rules: Alert[] }[]} */
export const alertGroups = [
  { name: 'dittoo-attention', rules: attentionAlerts },
  ...stallAlerts((...parts) => alert(...parts)),
  {
    name: 'dittoo-processes',
    rules: [
      alert(
        'DittooProcessDown',
        critical,
        '2m',
        'up{job="dittoo"} == 0',
        '{{ $labels.app }} does not answer Prometheus',
        'Look at the log of the process: a start that fails says why in its last line, with the name of the variable.',
      ),
      alert(
        'DittooAnswers5xx',
        critical,
        '5m',
        'sum by (app) (rate(dittoo_http_request_seconds_count{status=~"5.."}[5m])) / ' +
          'sum by (app) (rate(dittoo_http_request_seconds_count[5m])) > 0.02',
        '{{ $labels.app }} answers {{ $value | humanizePercentage }} of its requests with 5xx',
        'GET /health/ready of the process says which dependency is away; the log line carries the correlation id.',
      ),
      alert(
        'DittooSlow',
        warning,
        '10m',
        'histogram_quantile(0.99, sum by (le, app) (rate(dittoo_http_request_seconds_bucket[5m]))) > 2',
        'One request in a hundred takes {{ $value | humanizeDuration }} at {{ $labels.app }}',
        'Compare with the event loop and with the database: a full pool shows as slow answers at little CPU.',
      ),
      alert(
        'DittooEventLoopBlocked',
        warning,
        '5m',
        'max by (app, instance) (nodejs_eventloop_lag_p99_seconds) > 0.5',
        '{{ $labels.app }} is busy {{ $value | humanizeDuration }} at a time',
        'Give it more CPU or another replica; health checks are about to fail.',
      ),
    ],
  },
  {
    name: 'dittoo-transport',
    rules: [
      alert(
        'DittooNobodyRelays',
        critical,
        '1m',
        'sum(dittoo_relay_active) < 1 or absent(dittoo_relay_active)',
        'No relay is active: no event reaches Kafka',
        'Is a relay running, and does it reach the database? A lease of a killed one ends after 7 s by itself.',
      ),
      alert(
        'DittooTwoRelays',
        warning,
        '2m',
        'sum(dittoo_relay_active) > 1',
        '{{ $value }} relays act as the active one',
        'The data is safe (the epoch fences the older one), but the older one should have stopped: restart it.',
      ),
      alert(
        'DittooRelayLag',
        critical,
        '2m',
        'max(dittoo_relay_lag_seconds) > 30',
        'Events wait {{ $value | humanizeDuration }} for Kafka',
        'Look at the brokers: too few in-sync replicas and unreachable brokers show here first.',
      ),
      alert(
        'DittooRelayParked',
        critical,
        '0m',
        'increase(dittoo_relay_parked_total[15m]) > 0',
        'The relay could not send an event to Kafka and left it out',
        'The table relay.parked says which and why; read models read it from the log with the next event of its stream.',
      ),
      alert(
        'DittooConsumerLag',
        warning,
        '5m',
        'sum by (group) (dittoo_kafka_consumer_lag) > 5000',
        '{{ $labels.group }} is {{ $value }} messages behind',
        'More replicas help up to the number of partitions. If the lag only grows, look for chunks that are processed again and again.',
      ),
      alert(
        'DittooProjectionLag',
        warning,
        '5m',
        'histogram_quantile(0.99, sum by (le, group) (rate(dittoo_projection_lag_seconds_bucket[5m]))) > 5',
        'Rows of {{ $labels.group }} are {{ $value | humanizeDuration }} behind the log',
        'Customers see lists that old. Expected while a read model is rebuilt.',
      ),
      alert(
        'DittooDeliveryRetries',
        warning,
        '10m',
        'sum by (group) (rate(dittoo_delivery_retries_total[5m])) > 0.2',
        '{{ $labels.group }} processes the same chunks again and again',
        'A transient failure that does not pass: the log names it (delivery.retrying).',
      ),
      alert(
        'DittooTransportLostEvents',
        warning,
        '0m',
        'sum by (group) (increase(dittoo_kafka_lost_total[15m]) + increase(dittoo_delivery_healed_total[15m])) > 0',
        'Kafka had lost something for {{ $labels.group }}; it was read from the log',
        'Nothing is missing. Find the cause: a retention shorter than an outage, or a topic that was made again.',
      ),
      alert(
        'DittooRepeats',
        warning,
        '30m',
        'sum by (group) (rate(dittoo_delivery_repeated_total[5m])) > 50',
        '{{ $labels.group }} drops {{ $value | humanize }} events a second that it knew already',
        'No effect happens twice, but events are sent twice: is a relay fenced and restarted again and again?',
      ),
    ],
  },
  {
    name: 'dittoo-parked',
    rules: [
      alert(
        'DittooParkedStreams',
        critical,
        '1m',
        'max by (group) (dittoo_parked_streams) > 0',
        '{{ $value }} streams are parked in {{ $labels.group }}',
        'GET /api/v1/operations/parked-streams says which and why; repair the cause, then replay them.',
      ),
      alert(
        'DittooNewlyParked',
        warning,
        '0m',
        'sum by (group) (increase(dittoo_parked_streams_total[15m])) > 0',
        'An event could not be handled in {{ $labels.group }}',
        'The log names it (delivery.parked); other streams are processed.',
      ),
      alert(
        'DittooDeadLetters',
        critical,
        '0m',
        'sum by (group) (increase(dittoo_kafka_dead_letters_total[15m])) > 0',
        '{{ $labels.group }} could not read a message',
        'It is kept 30 days in the dead-letter topic of the group, with the reason in its headers.',
      ),
    ],
  },
  {
    name: 'dittoo-processors',
    rules: [
      alert(
        'DittooBreakerOpen',
        warning,
        '10m',
        'max by (processor) (dittoo_forwarding_breaker_open) >= 1',
        '{{ $labels.processor }} has not answered for ten minutes',
        'Nothing is lost, everything waits. Customers cannot pay there meanwhile.',
      ),
      alert(
        'DittooDeliverySlow',
        warning,
        '10m',
        'histogram_quantile(0.95, sum by (le, processor) (rate(dittoo_forwarding_delivery_seconds_bucket[10m]))) > 60',
        'Deliveries to {{ $labels.processor }} take {{ $value | humanizeDuration }}',
        'Compare with failed attempts and with the queue: retries, or too slow a rate?',
      ),
      alert(
        'DittooForwardingQueue',
        warning,
        '15m',
        'max by (processor) (dittoo_forwarding_queue_depth) > 1000',
        '{{ $value }} items wait for {{ $labels.processor }}',
        'They are sent at the rate of the configuration when the processor answers again.',
      ),
      alert(
        'DittooForwardingGivenUp',
        critical,
        '0m',
        'sum by (processor) (increase(dittoo_forwarding_parked_total[15m])) > 0',
        'A forwarding to {{ $labels.processor }} was given up until an officer acts',
        'Look at it in the console. A refund or an erasure may be among them, and those have deadlines.',
      ),
      alert(
        'DittooForwardingFailures',
        warning,
        '10m',
        'sum by (processor) (rate(dittoo_forwarding_failures_total[5m])) > 0.1',
        'Attempts at {{ $labels.processor }} fail',
        'The label reason says at which stage.',
      ),
      alert(
        'DittooForwardingRefused',
        warning,
        '0m',
        'sum by (processor, reason) (increase(dittoo_forwarding_refusals_total{reason!~"consent.*"}[15m])) > 5',
        'The gate refuses what should go to {{ $labels.processor }}: {{ $labels.reason }}',
        'An agreement that ended, or a field the register does not allow. A withdrawn consent is not counted here.',
      ),
    ],
  },
  {
    name: 'dittoo-seal-and-keys',
    rules: [
      alert(
        'DittooSealRefused',
        critical,
        '0m',
        'max(dittoo_seal_refused) > 0',
        'What is stored contradicts what was signed',
        'Touch nothing, keep the disks, call the officer: POST /api/v1/audit/verifications names the position.',
      ),
      alert(
        'DittooSealLag',
        warning,
        '5m',
        'max(dittoo_seal_lag_seconds) > 60',
        'Events have been under no signed head for {{ $value | humanizeDuration }}',
        'Events that are not sealed can still be changed unnoticed. Does audit reach the database?',
      ),
      alert(
        'DittooKeyCacheMisses',
        warning,
        '30m',
        'sum by (app) (rate(dittoo_key_cache_lookups_total{outcome="miss"}[10m])) / ' +
          'sum by (app) (rate(dittoo_key_cache_lookups_total[10m])) > 0.5 and ' +
          'sum by (app) (rate(dittoo_key_cache_lookups_total[10m])) > 50',
        '{{ $labels.app }} fetches every second data key anew',
        'This loads the key ring first. It is normal while a read model is rebuilt, and at no other time.',
      ),
    ],
  },
];
