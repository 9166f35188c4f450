import type { RecordedEvent } from '@dittoo/kernel';
import type { InboxAlerts } from '@dittoo/projections';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Log lines and metrics of delivery. Labels are consumer groups, never a stream or a person. */
export const deliveryAlerts = (
  metrics: Registry,
  logger: Logger,
  now: () => number = Date.now,
): InboxAlerts & { interrupted(group: string, error: unknown): void } => {
  const registers = [metrics];
  const parked = new Counter({
    name: 'dittoo_parked_streams_total',
    help: 'Streams parked in a consumer group because an event could not be handled',
    labelNames: ['group'],
    registers,
  });
  const retries = new Counter({
    name: 'dittoo_delivery_retries_total',
    help: 'Pages that a consumer group will take again after a transient failure',
    labelNames: ['group'],
    registers,
  });
  const repeated = new Counter({
    name: 'dittoo_delivery_repeated_total',
    help: 'Events a consumer group dropped because it had handled them before',
    labelNames: ['group'],
    registers,
  });
  const healed = new Counter({
    name: 'dittoo_delivery_healed_total',
    help: 'Events a consumer group read from the log because the transport had lost them',
    labelNames: ['group'],
    registers,
  });
  const lag = new Histogram({
    name: 'dittoo_projection_lag_seconds',
    help: 'From the moment an event was recorded to the commit of the rows that say it',
    labelNames: ['group'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600],
    registers,
  });
  new Gauge({ name: 'dittoo_up', help: 'This process is up', registers }).set(1);
  return {
    parked: (group: string, stream: string, position: bigint, failure: string): void => {
      parked.inc({ group });
      logger.error({ group, stream, position: String(position), failure }, 'delivery.parked');
    },
    retrying: (group: string, failure: string): void => {
      retries.inc({ group });
      logger.warn({ group, failure }, 'delivery.retrying');
    },
    replayFailed: (group: string, stream: string, failure: string): void => {
      logger.error({ group, stream, failure }, 'delivery.replay-failed');
    },
    tookIn: (group: string, events: readonly RecordedEvent[]): void => {
      const at = now();
      for (const { metadata } of events)
        lag.observe({ group }, Math.max(0, at - Date.parse(metadata.recordedAt)) / 1000);
    },
    repeated: (group: string, events: number): void => repeated.inc({ group }, events),
    healed: (group: string, stream: string, events: number): void => {
      healed.inc({ group }, events);
      logger.error({ group, stream, events }, 'delivery.healed');
    },
    interrupted: (group: string, error: unknown): void => {
      logger.warn({ group, failure: error instanceof Error ? error.name : 'unknown' }, 'delivery.interrupted');
    },
  };
};

/** Metrics of the process's key cache, read at each scrape. */
export const meterKeyCache = (
  metrics: Registry,
  figures: () => { readonly hits: number; readonly misses: number; readonly keys: number },
): void => {
  new Counter({
    name: 'dittoo_key_cache_lookups_total',
    help: 'Data keys asked for; hit = at hand in this process, miss = fetched from the key ring and unwrapped',
    labelNames: ['outcome'],
    registers: [metrics],
    collect() {
      const { hits, misses } = figures();
      this.reset();
      this.inc({ outcome: 'hit' }, hits);
      this.inc({ outcome: 'miss' }, misses);
    },
  });
  new Gauge({
    name: 'dittoo_key_cache_keys',
    help: 'Unwrapped data keys in the memory of this process',
    registers: [metrics],
    collect() {
      this.set(figures().keys);
    },
  });
};

/**
 * Currently parked streams in the database, by group: unlike the counter it falls when the streams are replayed. Every
 * process of the shop reports the same value, so use `max`, not `sum`.
 */
export const meterParkedStreams = (metrics: Registry, pool: Pick<Pool, 'query'>): void => {
  new Gauge({
    name: 'dittoo_parked_streams',
    help: 'Streams parked in a consumer group until they are replayed; the same in every process',
    labelNames: ['group'],
    registers: [metrics],
    async collect() {
      const found = await pool
        .query<{ group_id: string; streams: number }>(
          'SELECT group_id, count(*)::int AS streams FROM delivery.parked_stream GROUP BY group_id',
        )
        .catch(() => undefined);
      // During a database outage the other metrics and the last value remain.
      if (found === undefined) return;
      this.reset();
      for (const { group_id: group, streams } of found.rows) this.set({ group }, streams);
    },
  });
};

/** Requests by route pattern, never by path: a path has ids in it. */
export const meterRequests = (metrics: Registry, app: NestFastifyApplication): void => {
  const seconds = new Histogram({
    name: 'dittoo_http_request_seconds',
    help: 'From the request line to the last byte of the answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    registers: [metrics],
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', (request, reply, done) => {
      const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
      const labels = { method: request.method, route, status: String(reply.statusCode) };
      seconds.observe(labels, reply.elapsedTime / 1000);
      done();
    });
};
