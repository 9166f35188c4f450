import { Clock, derivedId, isErased, KeyRing, newId, Sealer, type Envelope } from '@dittoo/kernel';
import { LOGGER, PLATFORM_CONFIG, RETENTION_ENDS, type PlatformConfig, type RetentionEnds } from '@dittoo/platform';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import request from 'supertest';
import { gatewayService } from '../gateway.module.js';
import { swedishDayOf } from './access-log-day.js';
import { AccessLogRetirement } from './access-log-retirement.worker.js';

/**
 * Promise: full addresses for 30 full days, shortened ones up to 12 months, then counts alone; the counts are the same
 * in every stage; an interrupted step is resumed, and what was deleted is gone from the rows and the key ring.
 */
let service: TestService;
beforeAll(async () => {
  service = await startTestService(gatewayService);
});
afterAll(() => service.close());

class ClockAt extends Clock {
  constructor(private readonly day: string) {
    super();
  }

  override now(): string {
    return `${this.day}T01:00:00.000Z`;
  }
}
const on = (day: string, keyRing: KeyRing = service.get(KeyRing)): AccessLogRetirement =>
  new AccessLogRetirement(
    service.get(Sealer),
    keyRing,
    new ClockAt(day),
    service.get<RetentionEnds>(RETENTION_ENDS),
    service.platform.pool,
    service.get<PlatformConfig>(PLATFORM_CONFIG),
    service.get(LOGGER),
  );
const live = async (day: string): Promise<void> => {
  while (await on(day).retireOne());
};
const rowsOf = async (table: string): Promise<{ id: string; ip: Envelope }[]> =>
  (await service.platform.pool.query(`SELECT id, ip FROM gateway.${table} ORDER BY id`)).rows;
const addressesIn = async (table: string): Promise<unknown[]> =>
  Promise.all(
    (await rowsOf(table)).map(({ id, ip }) =>
      service.get<Sealer>(Sealer).openValue(ip, [`gateway.${table}`, id, 'ip']),
    ),
  );
const partitions = async (): Promise<string[]> =>
  (
    await service.platform.pool.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent::regclass::text LIKE 'gateway.access_log%' ORDER BY 1`,
    )
  ).rows.map(({ name }) => name);
const counted = async (day: string): Promise<number> => {
  const token = await service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
  const path = `/api/v1/compliance/access-log/statistics?from=${day}&to=${day}`;
  const { body } = await request(service.url).get(path).set('Authorization', token).expect(200);
  return body.items
    .filter(({ route }: { route: string }) => route === '/health/live')
    .reduce((sum: number, { requests }: { requests: number }) => sum + requests, 0);
};
const plus = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

it('goes from full addresses to shortened ones to counts, and the counts stay the same', async () => {
  const day = service.get<Clock>(Clock).now().slice(0, 10);
  const shown = swedishDayOf(service.get<Clock>(Clock).now());
  for (let time = 0; time < 5; time++) await request(service.url).get('/health/live').expect(200);
  await until(async () => (await counted(shown)) === 5);
  const whole = (await rowsOf('access_log'))[0]!;

  await live(plus(day, 30));
  expect(await addressesIn('access_log')).toContain('127.0.0.1');

  // Killed after the partition was dropped and before its key was destroyed.
  const failing = new Proxy(service.get<KeyRing>(KeyRing), {
    get: (ring, name) =>
      name === 'destroy'
        ? () => Promise.reject(new Error('killed'))
        : (Reflect.get(ring, name) as () => void).bind(ring),
  });
  await expect(on(plus(day, 31), failing).retireOne()).rejects.toThrow('killed');
  await live(plus(day, 31));
  expect(await partitions()).toEqual([`gateway.access_log_truncated_${day.replaceAll('-', '')}`]);
  expect(new Set(await addressesIn('access_log_truncated'))).toEqual(new Set(['127.0.0.0']));
  const opened = await service.get<Sealer>(Sealer).openValue(whole.ip, ['gateway.access_log', whole.id, 'ip']);
  expect(isErased(opened)).toBe(true);
  expect(await counted(shown)).toBe(5);

  const year = `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;
  await live(year);
  const [shortened] = await rowsOf('access_log_truncated');
  expect(shortened).toBeDefined();
  await live(plus(year, 1));
  expect(await partitions()).toEqual([]);
  const place = ['gateway.access_log_truncated', shortened!.id, 'ip'];
  expect(isErased(await service.get<Sealer>(Sealer).openValue(shortened!.ip, place))).toBe(true);
  const subject = whole.ip.kid.split('/')[0]!;
  const keys = await service.get<KeyRing>(KeyRing).keysOf(subject);
  expect(keys.every(({ state }) => state === 'destroyed')).toBe(true);
  expect(await counted(shown)).toBe(5);
});

it('counts by Swedish days, before and after the lines are deleted', async () => {
  const day = '2026-03-28';
  // 23:30 UTC is half past midnight of the next day in Sweden: the log and the statistics have it on different days.
  const { pool } = service.platform;
  const line = async (at: string): Promise<void> => {
    const id = newId();
    const subject = derivedId('accessLog', at.slice(0, 10));
    const place = ['gateway.access_log', id, 'ip'];
    const ip = await service.get<Sealer>(Sealer).sealValue(subject, 'accessLog', place, '127.0.0.1');
    await pool.query(`SELECT gateway.open_access_log_day('access_log', $1)`, [at.slice(0, 10)]);
    await pool.query('INSERT INTO gateway.access_log_day (day) VALUES ($1) ON CONFLICT DO NOTHING', [at.slice(0, 10)]);
    await pool.query(
      `INSERT INTO gateway.access_log (id, at, method, route, status, duration_ms, ip)
       VALUES ($1, $2, 'GET', '/health/live', 200, 1, $3)`,
      [id, at, JSON.stringify(ip)],
    );
  };
  for (const at of ['2026-03-27T23:30:00Z', '2026-03-28T10:00:00Z', '2026-03-28T23:30:00Z']) await line(at);
  const days = ['2026-03-27', day, '2026-03-29'];
  const expected = [0, 2, 1];
  const inTurn = async (): Promise<number[]> => {
    const counts: number[] = [];
    for (const one of days) counts.push(await counted(one));
    return counts;
  };
  expect(await inTurn()).toEqual(expected);
  await live('2026-04-27'); // the first of the two days of the log has only counts now
  expect(await inTurn()).toEqual(expected);
  await live('2026-05-10');
  expect(await inTurn()).toEqual(expected);
});

it('gives statistics for a range of days', async () => {
  const token = await service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
  for (const query of ['from=yesterday', 'to=2026-02-30', 'from=2026-02-01T00:00:00Z']) {
    const path = `/api/v1/compliance/access-log/statistics?${query}`;
    const { body } = await request(service.url).get(path).set('Authorization', token).expect(400);
    expect(body.code).toBe('invalid-field');
  }
});
