/** Alerts about what does not move and about who is not there: both look like quiet to every other alert. */

/** The programs of a shop, by the label `app` that Prometheus gives them. */
const programs = [
  'gateway',
  'identity',
  'rights',
  'consent',
  'order',
  'engagement',
  'processor-forwarding',
  'relay',
  'audit',
];

/** @type {(alert: typeof import('./alerts.mjs').alert) => { name: string, rules: import('./alerts.mjs').Alert[] }[]} */
export const stallAlerts = (alert) => [
  {
    name: 'dittoo-absent',
    rules: [
      alert(
        'DittooProgramAbsent',
        'critical',
        '2m',
        programs.map((program) => `absent(up{job="dittoo", app="${program}"})`).join(' or '),
        'No process of {{ $labels.app }} is known to Prometheus',
        'Nothing of it runs, or Prometheus does not find it: look at its deployment before its log.',
      ),
    ],
  },
  {
    name: 'dittoo-stalls',
    rules: [
      alert(
        'DittooNotSequenced',
        'critical',
        '1m',
        'max(dittoo_sequencer_lag_seconds) > 15',
        'Events have had no position for {{ $value | humanizeDuration }}: nothing follows from what is decided',
        'Does audit or relay run (log: sequencer.leading, sequencer.broken)? Does a transaction that appended stay open (pg_stat_activity)?',
      ),
      alert(
        'DittooAlarm',
        'critical',
        '0m',
        'max by (app, alarm) (dittoo_alarm) > 0',
        '{{ $labels.app }} raises {{ $labels.alarm }}',
        'GET /health/ready of the process lists its alarms; the log line before it says why.',
      ),
      alert(
        'DittooAccessLogLost',
        'warning',
        '0m',
        'increase(dittoo_access_log_lost_total[15m]) > 0',
        'The gateway lost {{ $value | humanize }} lines of the access log',
        'More requests came than wait in memory while the database was away; what was ordered or decided is not affected.',
      ),
      alert(
        'DittooGroupStalled',
        'critical',
        '2m',
        'min by (group) (dittoo_group_lag_seconds) > 120',
        '{{ $labels.group }} has not handled an event for {{ $value | humanizeDuration }}',
        'The log of its process names the failure (delivery.retrying, delivery.interrupted). Expected while a read model is rebuilt.',
      ),
    ],
  },
];
