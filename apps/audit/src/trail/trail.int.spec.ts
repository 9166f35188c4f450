import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { newId } from '@dittoo/kernel';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { auditServiceWith, readAuditConfig } from '../audit.module.js';
import { ImaginedLife } from '../imagined-life.fixture.js';
import { WholeTrail } from './trail.query.js';

let service: TestService;
let officer: string;
let life: ImaginedLife;

beforeAll(async () => {
  service = await startTestService(auditServiceWith(readAuditConfig({})));
  officer = await service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
  life = new ImaginedLife(service.platform);
  await life.register();
  for (let n = 0; n < 250; n++) await life.rename(`Name ${n}`);
  await until(async () => (await service.get<WholeTrail>(WholeTrail).end()) === 250n);
});
afterAll(() => service.close());

const trail = async (query = ''): Promise<Record<string, unknown>[]> => {
  const answer = await fetch(`${service.url}/api/v1/audit/events${query}`, { headers: { authorization: officer } });
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await answer.text()).split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('the whole trail', () => {
  it('is every event in order, with sealed fields', async () => {
    const events = await trail();
    expect(events.map(({ position }) => position)).toEqual(Array.from({ length: 251 }, (_, n) => n));
    expect(events[0]).toMatchObject({
      stream: `customer-${life.subjectId}`,
      revision: 0,
      type: 'CustomerRegistered',
      eventId: expect.any(String),
      recordedAt: expect.any(String),
      metadata: { dataSubjectId: life.subjectId },
      data: { givenName: { enc: 1 }, locale: 'sv' },
    });
    expect(JSON.stringify(events)).not.toMatch(/Exempelsson|astrid/);
  });

  it('can start at a position or a time, and be filtered by type', async () => {
    expect(await trail('?from=249')).toHaveLength(2);
    expect(await trail('?type=CustomerRegistered')).toHaveLength(1);
    expect(await trail('?from=2999-01-01T00:00:00Z')).toEqual([]);
    const [, second] = await trail();
    expect((await trail(`?from=${String(second!['recordedAt'])}`)).length).toBeGreaterThanOrEqual(250);
    const refused = await request(service.url).get('/api/v1/audit/events?from=then').set('authorization', officer);
    expect(refused.body.code).toBe('invalid-field');
  });

  it.each(['events', 'events/live'])('is for officers: %s', async (path) => {
    await request(service.url).get(`/api/v1/audit/${path}`).expect(401);
    const token = await service.bearer({ subjectId: newId(), role: 'staff' });
    await request(service.url).get(`/api/v1/audit/${path}`).set('authorization', token).expect(403);
  });
});

describe('the live trail', () => {
  /** Reads until `text` is received. */
  const hear = async (query: string, text: string, meanwhile: () => Promise<unknown>, lastEventId?: string) => {
    const headers = { authorization: officer, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
    const asked = get(`${service.url}/api/v1/audit/events/live${query}`, { headers });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
    // or a proxy with compression and buffering keeps the events
    expect(answer.headers).toMatchObject({ 'x-accel-buffering': 'no', 'cache-control': 'no-store, no-transform' });
    let heard = '';
    answer.setEncoding('utf8');
    for await (const part of answer) {
      if (heard === '') await meanwhile();
      heard += String(part);
      if (heard.includes(text)) break;
    }
    return heard;
  };

  it('sends new events', async () => {
    const heard = await hear('?type=OrderPlaced', 'OrderPlaced', () => life.order());
    expect(heard).not.toContain('NameRectified');
    expect(heard).toMatch(/^id: \d+\ndata: \{"position":/m);
  });

  it('resumes after the last received event', async () => {
    const heard = await hear('', '"position":250', () => Promise.resolve(), '248');
    expect(heard.match(/^id: \d+$/gm)!.slice(0, 2)).toEqual(['id: 249', 'id: 250']);
    expect(await hear('?from=250', '"position":250', () => Promise.resolve())).not.toContain('"position":249');
  });
});
