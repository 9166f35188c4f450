/*
 * Promised: any number of processes start at once on one database; ready shows whether a process's dependencies answer,
 * and recovers with them; an operator can list parked streams and replay them.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, plainColumns, type EventContext, type NewEvent, type RecordedEvent } from '@dittoo/kernel';
import { FileKeyEncryption } from '@dittoo/personal-data';
import { createLogger } from '@dittoo/service';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import { Controller, Module } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import request from 'supertest';
import type { EntityManager, MigrationInterface, QueryRunner } from 'typeorm';
import { readPlatformConfig } from '../config/platform.config.js';
import { openDatabase } from './platform-database.js';
import { openPlatform } from './platform.js';
import type { ServiceDefinition } from '../host/serve.js';
import { startTestService, until, type TestService } from '../test-service.fixture.js';

class CreateSpec1763809999000 implements MigrationInterface {
  readonly name = 'CreateSpec1763809999000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA spec');
    await runner.query('CREATE TABLE spec.counted (event text)');
  }
  async down(): Promise<void> {}
}
const schema = {
  schema: 'spec',
  migrations: [CreateSpec1763809999000],
  rows: { counted: { columns: plainColumns('event') } },
};

let broken = true;

@Controller()
class Counting {
  @EventPattern<string>('LocaleChosen', { group: 'spec.counted' })
  async count(@Payload() event: RecordedEvent, @Ctx() { transaction }: EventContext<EntityManager>): Promise<void> {
    if (broken) throw new TypeError('a bug');
    await transaction.query('INSERT INTO spec.counted VALUES ($1)', [event.eventId]);
  }
}

const service: ServiceDefinition = {
  schemas: [schema],
  module: (platform) => {
    @Module({})
    class Spec {}
    return { module: Spec, imports: [platform], controllers: [Counting] };
  },
};

describe('processes that start at once', () => {
  let database: TestDatabase;
  const directory = mkdtempSync(join(tmpdir(), 'dittoo-platform-'));
  beforeAll(async () => {
    database = await testDatabase('platform');
    FileKeyEncryption.generate(join(directory, 'kek.json'));
  });
  afterAll(async () => {
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('on one empty database all open, and migrate it once', async () => {
    const config = readPlatformConfig(
      {
        DATABASE_URL: database.url,
        KEY_ENCRYPTION_KEY_FILE: join(directory, 'kek.json'),
        LOG_LEVEL: 'silent',
        DATA_DIR: directory,
      },
      'spec',
    );
    const platforms = await Promise.all([openPlatform(config, [schema]), openPlatform(config, [schema])]);
    try {
      const [one, other] = platforms;
      const { rows } = await database.pool().query('SELECT name FROM public.migration');
      expect(new Set(rows.map(({ name }) => name as string)).size).toBe(rows.length);
      const subjectId = newId();
      const envelope = await one!.sealer.sealValue(subjectId, 'profile', ['spec'], 'Ada');
      expect(await other!.sealer.openValue(envelope, ['spec'])).toBe('Ada');
    } finally {
      await Promise.all(platforms.map((platform) => platform.close()));
    }
  });

  it('on a database whose log is in PostgreSQL do not open on EventStoreDB', async () => {
    const config = readPlatformConfig(
      {
        DATABASE_URL: database.url,
        KEY_ENCRYPTION_KEY_FILE: join(directory, 'kek.json'),
        LOG_LEVEL: 'silent',
        EVENT_STORE_URL: 'esdb://127.0.0.1:1?tls=false',
      },
      'spec',
    );
    await expect(openPlatform(config, [schema])).rejects.toThrow('this database has its log in PostgreSQL');
  });

  it('without their database report it, and leave nothing open', async () => {
    const config = readPlatformConfig(
      {
        DATABASE_URL: 'postgres://127.0.0.1:1/none',
        KEY_ENCRYPTION_KEY_FILE: join(directory, 'kek.json'),
        LOG_LEVEL: 'silent',
      },
      'spec',
    );
    const opened: (() => Promise<void>)[] = [];
    await expect(openDatabase(config, createLogger('spec', 'silent'), opened, { patienceMs: 0 })).rejects.toThrow(
      /^DATABASE_URL 127\.0\.0\.1:1 does not answer \(.*connect ECONNREFUSED 127\.0\.0\.1:1\): start that server/,
    );
    expect(opened).toEqual([]);
    const stop = new AbortController();
    const opening = openPlatform(config, [], stop.signal);
    stop.abort(new Error('asked to stop'));
    await expect(opening).rejects.toThrow('asked to stop');
  });
});

/** The network between a service and its database, which a test can cut and restore. */
const cable = async (target: URL) => {
  const open = new Set<Socket>();
  let cut = false;
  const server = createServer((near) => {
    if (cut) return void near.destroy();
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('error', () => to.destroy()).on('close', () => (open.delete(from), to.destroy()));
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    cut: () => {
      cut = true;
      for (const socket of open) socket.destroy();
    },
    mend: () => {
      cut = false;
    },
    close: () => server.close(),
  };
};

describe('a running service', () => {
  let database: TestDatabase;
  let network: Awaited<ReturnType<typeof cable>>;
  let running: TestService;
  beforeAll(async () => {
    database = await testDatabase('health');
    network = await cable(new URL(database.url));
    running = await startTestService(service, { DATABASE_URL: network.url });
  });
  afterAll(async () => {
    network.mend();
    await running.close();
    network.close();
    await database.drop();
  });
  const ready = async (): Promise<number> => (await request(running.url).get('/health/ready')).status;
  const append = (stream: string, expected: bigint | 'no-stream') => {
    const event: NewEvent = {
      eventId: newId(),
      type: 'LocaleChosen',
      data: { locale: 'sv' },
      metadata: {
        dataSubjectId: null,
        actor: { kind: 'system', id: 'spec' },
        purpose: 'customerAccount',
        legalBasis: 'contract',
        noticeVersion: null,
        correlationId: newId(),
        causationId: newId(),
        traceparent: null,
        schemaVersion: 1,
        recordedAt: '2026-11-22T10:00:00.000Z',
      },
    };
    return running.platform.store.append(stream, [event], expected);
  };

  it('is ready while its database answers, not while it does not, and again when it does', async () => {
    expect(await ready()).toBe(200);
    network.cut();
    const answer = await request(running.url).get('/health/ready');
    expect(answer.body).toMatchObject({ status: 503, code: 'temporarily-unavailable' });
    expect(answer.headers['retry-after']).toBeDefined();
    expect((await request(running.url).get('/health/live')).status).toBe(200);
    network.mend();
    await until(async () => (await ready()) === 200);
  });

  it('shows an operator parked streams, and replays them when the cause is fixed', async () => {
    const stream = `dataSubject-${newId()}`;
    const [staff, customer] = [
      await running.bearer({ subjectId: newId(), role: 'staff' }),
      await running.bearer({ subjectId: newId() }),
    ];
    const list = async () =>
      (await request(running.url).get('/api/v1/operations/parked-streams').set('authorization', staff)).body.items as {
        stream: string;
        waiting: number;
      }[];
    const replay = (token: string, body: object) =>
      request(running.url).post('/api/v1/operations/parked-streams/replays').set('authorization', token).send(body);

    await append(stream, 'no-stream');
    await append(stream, 0n);
    const parked = await until(async () => (await list()).find((item) => item.stream === stream && item.waiting === 2));
    expect(parked).toMatchObject({ group: 'spec.counted', failure: 'TypeError' });

    expect((await replay(customer, { group: 'spec.counted', stream })).body.code).toBe('not-allowed');
    expect((await request(running.url).get('/api/v1/operations/parked-streams')).body.code).toBe('not-authenticated');
    expect((await replay(staff, { group: 'spec.counted', stream: 'x y' })).body.code).toBe('invalid-field');
    expect((await replay(staff, { group: 'nobody', stream })).body.code).toBe('not-found');
    expect((await replay(staff, { group: 'spec.counted', stream })).body).toEqual({
      replayed: 0,
      waiting: 2,
      failure: 'TypeError',
    });
    broken = false;
    expect((await replay(staff, { group: 'spec.counted', stream })).body).toEqual({
      replayed: 2,
      waiting: 0,
      failure: null,
    });
    expect(await list()).toEqual([]);
    const figures = await running.platform.metrics.metrics();
    expect(figures).toContain('dittoo_parked_streams_total{group="spec.counted"} 1');
    expect(figures).not.toContain('dittoo_parked_streams{group="spec.counted"}');
    expect(figures).toMatch(
      /dittoo_http_request_seconds_count\{method="GET",route="[^"]*\/parked-streams",status="401"\} 1/,
    );
    expect(figures).not.toContain(stream);
  });

  it('counts requests without a route under one name', async () => {
    await request(running.url).get(`/nothing/${newId()}`).expect(404);
    expect(await running.platform.metrics.metrics()).toContain(
      'dittoo_http_request_seconds_count{method="GET",route="none",status="404"} 1',
    );
  });

  it('continues delivery after a database outage', async () => {
    network.cut();
    network.mend();
    await until(async () => (await ready()) === 200);
    const stream = `dataSubject-${newId()}`;
    await until(() =>
      append(stream, 'no-stream').then(
        () => true,
        () => false,
      ),
    );
    const pool = database.pool();
    let eventId = '';
    for await (const event of running.platform.store.readStream(stream)) ({ eventId } = event);
    await until(
      async () => (await pool.query('SELECT 1 FROM spec.counted WHERE event = $1', [eventId])).rows.length === 1,
    );
  });

  it('is not ready while its database can be read and not written to', async () => {
    const { pool } = running.platform;
    const name = `"${new URL(database.url).pathname.slice(1)}"`;
    const cutSessions = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    const admin = database.pool({ max: 1 });
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    try {
      await admin.query(cutSessions);
      await until(async () => (await ready()) === 503);
      await until(async () => (await pool.query('SELECT 1')).rowCount === 1);
      expect(await ready()).toBe(503);
    } finally {
      await admin.query('SET default_transaction_read_only = off');
      await admin.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
      await admin.query(cutSessions);
    }
    await until(async () => (await ready()) === 200);
  });

  it('says that its clock was set back, for as long as it is', async () => {
    const alarms = async () => (await request(running.url).get('/health/ready')).body.alarms as string[];
    const { pool } = running.platform;
    expect(await alarms()).not.toContain('clock.set-back');
    await pool.query(`UPDATE service.write_probe SET latest = now() + interval '1 hour'`); // seen before the clock was set back
    expect(await alarms()).toContain('clock.set-back');
    await pool.query(`UPDATE service.write_probe SET latest = now() - interval '1 minute'`);
    await alarms();
    expect(await alarms()).not.toContain('clock.set-back');
  });

  it('says in health and metrics that events get no position, and that it ends', async () => {
    const alarms = async () => (await request(running.url).get('/health/ready')).body.alarms as string[];
    const lag = async (): Promise<number> =>
      (await running.platform.metrics.getSingleMetric('dittoo_sequencer_lag_seconds')!.get()).values[0]!.value;
    await until(async () => (await lag()) === 0);
    expect(await alarms()).not.toContain('log.not-sequenced');
    await running.platform.sequencer!.stop();
    await append(`dataSubject-${newId()}`, 'no-stream'); // recorded long ago
    expect(await lag()).toBeGreaterThan(60);
    expect(await alarms()).toContain('log.not-sequenced');
    running.platform.sequencer!.start();
    await until(async () => (await lag()) === 0);
    expect(await alarms()).not.toContain('log.not-sequenced');
  });
});
