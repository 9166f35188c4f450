import { Clock, Loop, newId, Sealer, type Envelope } from '@dittoo/kernel';
import { Alarms, LOGGER, METRICS, ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import { accessLogDay } from './access-log-day.js';

interface Line {
  readonly id: string;
  readonly at: string;
  readonly method: string;
  /** The route's template, never the URL. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly ip: string;
}

const flushEveryMs = 500;
const mostWaiting = 10_000;
/** Lines of one write: what is sealed again where it fails. */
const mostAtOnce = 500;
/** How often a batch is tried; with the pauses between, longer than a database needs to come back. */
const mostTries = 60;

/**
 * The access log with IP addresses (debugging and statistics, art. 6(1)(f)): collected in memory, written in batches,
 * the address sealed under the key of its day.
 *
 * Dies here: at most half a second of lines is lost. While the database is away the lines wait, up to 10,000 of them; a
 * line that is lost after all is counted and alarmed.
 */
@Injectable()
export class AccessLogWriter implements OnModuleInit, BeforeApplicationShutdown {
  private waiting: Line[] = [];
  private tries = 0;
  private readonly lost: Counter;
  private readonly opened = new Set<string>();
  private readonly loop = new Loop(() => this.flush(), {
    pauseMs: flushEveryMs,
    failed: (error) => {
      this.logger.warn({ failure: error instanceof Error ? error.name : 'unknown' }, 'access-log.interrupted');
    },
  });

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    @Inject(ROW_POOL) private readonly pool: Pool,
    private readonly alarms: Alarms,
    @Inject(METRICS) metrics: Registry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.lost = new Counter({
      name: 'dittoo_access_log_lost_total',
      help: 'Lines of the access log that were not written',
      registers: [metrics],
    });
  }

  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onResponse', async (request, reply) => {
      this.note({
        method: request.method,
        route: request.routeOptions.url ?? 'unrouted',
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
        ip: request.ip,
      });
    });
    this.loop.start();
  }

  /** Keeps a line until it is written. */
  note(line: Omit<Line, 'id' | 'at'>): void {
    if (this.waiting.length >= mostWaiting) return this.lose(1);
    this.waiting.push({ ...line, id: newId(), at: this.clock.now() });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    try {
      while (await this.flush());
    } catch {
      // What is left is counted.
    }
    if (this.waiting.length > 0) this.lose(this.waiting.length);
  }

  private lose(lines: number): void {
    this.lost.inc(lines);
    this.alarms.raise('gateway.access-log-lost');
  }

  /** @returns `true` = there are more */
  private async flush(): Promise<boolean> {
    const lines = this.waiting.slice(0, mostAtOnce);
    if (lines.length === 0) return false;
    try {
      await this.write(lines);
    } catch (error) {
      this.tries += 1;
      if (this.tries < mostTries) throw error; // they go on waiting
      this.lose(lines.length);
      this.logger.error({ lines: lines.length, failure: (error as Error).name }, 'access-log.dropped');
    }
    this.tries = 0;
    this.waiting = this.waiting.slice(lines.length);
    return this.waiting.length > 0;
  }

  private async write(lines: readonly Line[]): Promise<void> {
    for (const day of new Set(lines.map(({ at }) => at.slice(0, 10)))) await this.openDay(day);
    const ids = lines.map(({ id }) => id);
    const sealed: Envelope[] = [];
    for (const [index, { at, ip }] of lines.entries()) {
      const place = ['gateway.access_log', ids[index]!, 'ip'];
      sealed.push(await this.sealer.sealValue(accessLogDay(at.slice(0, 10)), 'accessLog', place, ip));
    }
    await this.pool.query({
      name: 'access-log-insert',
      text: `INSERT INTO gateway.access_log (id, at, method, route, status, duration_ms, ip)
               SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::int[], $6::real[], $7::jsonb[])
               ON CONFLICT DO NOTHING`, // written before, where the answer was lost
      values: [
        ids,
        lines.map(({ at }) => at),
        lines.map(({ method }) => method),
        lines.map(({ route }) => route),
        lines.map(({ status }) => status),
        lines.map(({ durationMs }) => durationMs),
        sealed.map((envelope) => JSON.stringify(envelope)),
      ],
    });
  }

  /** Each day has its own partition, so that a day can be deleted by dropping it. */
  private async openDay(day: string): Promise<void> {
    if (this.opened.has(day)) return;
    await this.pool.query(`SELECT gateway.open_access_log_day('access_log', $1)`, [day]);
    await this.pool.query('INSERT INTO gateway.access_log_day (day) VALUES ($1) ON CONFLICT DO NOTHING', [day]);
    this.opened.add(day);
  }
}
