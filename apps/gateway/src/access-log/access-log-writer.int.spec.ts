// Promised: lines of the access log wait while the database is away, and each is written once when it is back; a line
// that is lost after all is counted and alarmed.
import { Alarms } from '@dittoo/platform';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import { gatewayService } from '../gateway.module.js';
import { AccessLogWriter } from './access-log-writer.worker.js';

let service: TestService;
let owner: pg.Client;
beforeAll(async () => {
  service = await startTestService(gatewayService);
  owner = new pg.Client({ connectionString: service.platform.rowsUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await service.close();
});

const lines = async (): Promise<number> => {
  const { rows } = await service.platform.pool.query<{ lines: number }>(
    `SELECT count(*)::int AS lines FROM gateway.access_log WHERE route = '/health/live'`,
  );
  return rows[0]!.lines;
};
const lost = async (): Promise<number> =>
  (await service.platform.metrics.getSingleMetric('dittoo_access_log_lost_total')!.get()).values[0]!.value;
const ask = (times: number): Promise<unknown> => {
  const fastify = service.get<HttpAdapterHost>(HttpAdapterHost).httpAdapter.getInstance<FastifyInstance>();
  return Promise.all(Array.from({ length: times }, () => fastify.inject('/health/live')));
};

it('keeps them while they cannot be written, and writes each once', async () => {
  await ask(3);
  await until(async () => (await lines()) === 3);
  await owner.query('ALTER TABLE gateway.access_log RENAME TO access_log_away');
  await ask(20);
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // several tries
  await owner.query('ALTER TABLE gateway.access_log_away RENAME TO access_log');
  await until(async () => (await lines()) === 23);
  expect(await lost()).toBe(0);
});

it('counts and alarms those it could not keep', async () => {
  await owner.query('ALTER TABLE gateway.access_log RENAME TO access_log_away');
  try {
    const writer = service.get<AccessLogWriter>(AccessLogWriter);
    const line = { method: 'GET', route: '/health/live', status: 200, durationMs: 1, ip: '192.0.2.1' };
    for (let times = 0; times <= 10_000; times++) writer.note(line);
    expect(await lost()).toBeGreaterThan(0);
    expect(service.get<Alarms>(Alarms).raised).toContain('gateway.access-log-lost');
  } finally {
    await owner.query('ALTER TABLE gateway.access_log_away RENAME TO access_log');
  }
}, 60_000);
