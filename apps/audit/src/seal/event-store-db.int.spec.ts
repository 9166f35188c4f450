import { newId, streamName } from '@dittoo/kernel';
import { EventStoreSandbox } from '@dittoo/event-store-sandbox';
import { AttentionWatcher } from '@dittoo/platform';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { auditServiceWith, readAuditConfig } from '../audit.module.js';
import { ImaginedLife } from '../imagined-life.fixture.js';
import { verifyBundle } from '../offline-verifier/offline-verifier.js';
import { LogSealer } from './log-sealer.worker.js';

// Promised: on a store whose positions have gaps, all routes show the audit's own numbers 0, 1, 2 and so on, and
// tampering is reported by them. The store is the sandbox: a real server's disk is not tested here.
let sandbox: EventStoreSandbox;
let service: TestService;
let officer: string;
let life: ImaginedLife;
let untouched: EventStoreSandbox['log']['events'];
const size = 120;

beforeAll(async () => {
  sandbox = await EventStoreSandbox.start();
  service = await startTestService(auditServiceWith(readAuditConfig({})), { EVENT_STORE_URL: sandbox.url });
  // The events of its items would be in the log that these specs count and rewrite.
  await service.get<AttentionWatcher>(AttentionWatcher).beforeApplicationShutdown();
  officer = await service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
  life = new ImaginedLife(service.platform);
  await life.register();
  for (const name of ['Alma', 'Asta', 'Agda']) await life.rename(name);
  await life.order();
  await Promise.all(Array.from({ length: size - 5 }, () => new ImaginedLife(service.platform).register()));
  await until(() => (service.get<LogSealer>(LogSealer).lastSigned?.size ?? 0) >= size, 20_000);
  untouched = [...sandbox.log.events];
}, 60_000);
afterAll(async () => {
  await service.close();
  await sandbox.stop();
});

const get = (path: string) =>
  request(service.url).get(`/api/v1/audit/${path}`).set('authorization', officer).set('audit-purpose', 'Specification');
const linesOf = async (path: string): Promise<Record<string, unknown>[]> => {
  const { body } = await get(path)
    .buffer(true)
    .parse((response, done) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => done(null, Buffer.concat(chunks).toString('utf8')));
    })
    .expect(200);
  return String(body)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};
const verification = async () => {
  const { body } = await request(service.url)
    .post('/api/v1/audit/verifications')
    .set('authorization', officer)
    .expect(200);
  return body as { verdict: string; events: number; problems: { position: number; problem: string }[] };
};
const offline = async () => {
  const lines = await linesOf('bundle');
  const report = await verifyBundle(
    (async function* () {
      for (const line of lines) yield JSON.stringify(line);
    })(),
  );
  return { ...report, text: report.lines.join('\n') };
};
/** The server's record of an event, by the event's number. */
const numbered = (number: number) => untouched.filter(({ stream }) => !stream.startsWith('$'))[number]!;

describe('the shown trail', () => {
  it('is numbered without gaps, although the store has them', async () => {
    const events = await linesOf('events');
    expect(events.map(({ position }) => position)).toEqual(Array.from({ length: events.length }, (_, n) => n));
    expect(numbered(size - 1).position).toBeGreaterThan(size * 100);
    expect((await linesOf(`events?from=${size - 20}`))[0]).toEqual(events[size - 20]);
    expect(await linesOf('events?from=7&type=OrderPlaced')).toEqual([]);
  });

  it('has the same numbers in a history, in the whole trail and in a proof', async () => {
    const ids = new Map((await linesOf('events')).map(({ eventId, position }) => [eventId, position]));
    const items = await until(async () => {
      const { body } = await get(`subjects/${life.subjectId}/events`).expect(200);
      const found = body.items as { eventId: string; type: string; position: number }[];
      return found.some(({ type }) => type === 'OrderPlaced') && found;
    });
    const [first, ...others] = items.filter(({ type }) => type !== 'SubjectHistoryViewed');
    expect(first!.position).toBe(0);
    for (const { eventId, position } of [first!, ...others]) {
      expect(position).toBe(ids.get(eventId));
      const { body } = await get(`proofs/inclusion?eventId=${eventId}`).expect(200);
      expect(body.leafIndex).toBe(position);
    }
  });

  it('resumes the live stream by number', async () => {
    const abort = new AbortController();
    const answer = await fetch(`${service.url}/api/v1/audit/events/live`, {
      headers: { authorization: officer, 'last-event-id': String(size - 3) },
      signal: abort.signal,
    });
    let heard = '';
    for await (const chunk of answer.body!) {
      heard += Buffer.from(chunk).toString('utf8');
      if (heard.includes(`id: ${size - 1}\n`)) break;
    }
    abort.abort();
    expect(heard.match(/^id: \d+$/gm)!.slice(0, 2)).toEqual([`id: ${size - 2}`, `id: ${size - 1}`]);
  });
});

/** Waits until the whole log is under a signed tree head. @returns number of events */
const sealed = async (): Promise<number> => {
  const ours = () => sandbox.log.events.filter(({ stream }) => !stream.startsWith('$')).length;
  return until(() => (service.get<LogSealer>(LogSealer).lastSigned?.size ?? 0) === ours() && ours(), 20_000);
};

describe('the log', () => {
  beforeAll(async () => {
    await sealed();
    untouched = [...sandbox.log.events];
  });
  afterEach(() => sandbox.log.rewrite(() => untouched));

  it('verifies, in the service and offline', async () => {
    const { events, ...result } = await verification();
    expect(result).toMatchObject({ verdict: 'ok', problems: [] });
    expect(events).toBeGreaterThanOrEqual(size);
    expect(await offline()).toMatchObject({ exitCode: 0 });
  });

  it('is tampered with when an event was changed', async () => {
    const { id } = numbered(3);
    const text = Buffer.from(numbered(3).data, 'base64')
      .toString('utf8')
      .replace(/"ct":"./, '"ct":"_');
    sandbox.log.rewrite((events) =>
      events.map((event) => (event.id === id ? { ...event, data: Buffer.from(text).toString('base64') } : event)),
    );
    const { verdict, problems } = await verification();
    expect(verdict).toBe('tampered');
    expect(problems[0]).toEqual({ position: 3, problem: 'the event was changed after it was sealed' });
    const report = await offline();
    expect(report.exitCode).toBe(1);
  });

  it('is tampered with when an event is missing', async () => {
    const { id } = numbered(80);
    sandbox.log.rewrite((events) => events.filter((event) => event.id !== id));
    const { verdict, problems } = await verification();
    expect({ verdict, problems }).toEqual({
      verdict: 'tampered',
      problems: [{ position: 80, problem: 'a sealed event was deleted' }],
    });
    const report = await offline();
    expect(report.exitCode).toBe(1);
    expect(report.text).toContain('position 80: is missing');
  });

  it('is tampered with when its end is cut off', async () => {
    const { position } = numbered(110);
    sandbox.log.rewrite((events) => events.filter((event) => event.position < position));
    const { verdict, problems } = await verification();
    expect(verdict).toBe('tampered');
    expect(problems[0]!.position).toBe(110);
    expect(problems[0]!.problem).toContain('the log ends here');
    expect((await offline()).exitCode).toBe(1);
  });

  it('is tampered with when the leaf of an event is missing', async () => {
    const { rows } = await service.platform.pool.query('DELETE FROM audit.leaf WHERE index = 40 RETURNING *');
    try {
      const { verdict, problems } = await verification();
      expect(verdict).toBe('tampered');
      expect(problems[0]!.position).toBe(40);
      expect((await offline()).exitCode).toBe(0); // trusts the log alone
      const history = await linesOf(`events?from=39`);
      expect(history.map(({ position }) => position).slice(0, 3)).toEqual([39, 40, 41]);
    } finally {
      const { index, position, event_id, leaf_hash } = rows[0] as Record<string, unknown>;
      await service.platform.pool.query('INSERT INTO audit.leaf VALUES ($1, $2, $3, $4)', [
        index,
        position,
        event_id,
        leaf_hash,
      ]);
    }
    expect(await verification()).toMatchObject({ verdict: 'ok' });
  });
});

it('an outage of the store gives a clear answer, and ends without a restart', async () => {
  await sandbox.goDown();
  await get('events').expect(503);
  await request(service.url).get('/health/ready').expect(503);
  await sandbox.comeBack();
  await request(service.url).get('/health/ready').expect(200);
  await life.record(streamName('customer', life.subjectId), {
    type: 'NameRectified',
    data: { givenName: 'Anna', familyName: 'Exempelsson' },
  });
  const grown = await sealed();
  expect(await verification()).toMatchObject({ verdict: 'ok', events: grown });
}, 60_000);
