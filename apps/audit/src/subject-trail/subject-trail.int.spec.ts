import { newId, streamName } from '@dittoo/kernel';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { RowsOfPage } from '@dittoo/projections';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { auditServiceWith, readAuditConfig } from '../audit.module.js';
import { ImaginedLife } from '../imagined-life.fixture.js';
import { SubjectTrailProjection } from './subject-trail.projection.js';

let service: TestService;
let officer: string;
const officerId = newId();
const purpose = 'A complaint about an invoice';

beforeAll(async () => {
  service = await startTestService(auditServiceWith(readAuditConfig({})));
  officer = await service.bearer({ subjectId: officerId, role: 'complianceOfficer' });
});
afterAll(() => service.close());

const get = (path: string, token = officer, auditPurpose: string | null = purpose) => {
  const asked = request(service.url).get(`/api/v1${path}`).set('authorization', token);
  return auditPurpose === null ? asked : asked.set('audit-purpose', auditPurpose);
};
interface Item {
  readonly type: string;
  readonly position: number;
  readonly fields: Record<string, unknown>;
  readonly recordedAt: string;
  readonly retained?: unknown;
}
/** @returns each page, read by the cursor of the page before */
const allPages = async <T>(path: string, list = 'items'): Promise<T[][]> => {
  const pages: T[][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await get(cursor === '' ? path : `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`);
    pages.push(body[list] as T[]);
    cursor = body.nextCursor as string | null;
  }
  return pages;
};
/** Waits until `last` is in the history. @returns the history */
const history = (subjectId: string, last: string): Promise<Item[]> =>
  until(async () => {
    const { body } = await get(`/audit/subjects/${subjectId}/events`).expect(200);
    const items = body.items as Item[];
    return items.some(({ type }) => type === last) && items;
  });

describe('a history', () => {
  it('is replayed oldest first, without secrets such as the password hash', async () => {
    const life = new ImaginedLife(service.platform);
    await life.register();
    await life.record(streamName('customer', life.subjectId), {
      type: 'PersonnummerRecorded',
      data: { number: '197010632391', ground: 'secureIdentification' },
    });
    await life.order();
    const items = (await history(life.subjectId, 'OrderPlaced')).filter(({ type }) => type !== 'SubjectHistoryViewed');
    expect(items.map(({ type }) => type)).toEqual(['CustomerRegistered', 'PersonnummerRecorded', 'OrderPlaced']);
    expect(items[0]!.fields).toEqual({
      givenName: 'Astrid',
      familyName: 'Exempelsson',
      email: 'astrid@example.org',
      phone: null,
      address: null,
      locale: 'sv',
    });
    expect(items[1]!.fields['number']).toBe('19701063-****');
    expect(items[0]).toMatchObject({
      stream: `customer-${life.subjectId}`,
      revision: 0,
      eventId: expect.any(String),
      actor: { kind: 'dataSubject', id: life.subjectId },
      causationId: expect.any(String),
      correlationId: expect.any(String),
    });
    expect(items[0]!.position).toBeLessThan(items[2]!.position);
  });

  it('shows erased fields as erased, and retained ones with the reason', async () => {
    const life = new ImaginedLife(service.platform);
    const requestId = newId();
    await life.register();
    await life.order();
    await life.erase(requestId);
    const items = await history(life.subjectId, 'SubjectKeysDestroyed');
    const [registered, placed] = items;
    const erased = { erased: true, at: expect.any(String), requestId };
    expect(registered!.fields).toEqual({
      givenName: erased,
      familyName: erased,
      email: erased,
      phone: erased,
      address: erased,
      passwordHash: erased,
      locale: 'sv',
    });
    expect(registered!.retained).toBeUndefined();
    expect(placed!.fields['buyer']).toMatchObject({ givenName: 'Astrid' });
    expect(placed!.retained).toEqual({ category: 'orderAccounting', reason: 'bookkeeping', until: '2034-12-31' });
  });

  it('can be filtered by time and type', async () => {
    const life = new ImaginedLife(service.platform);
    await life.register();
    await life.rename('Alma');
    const [, renamed] = await history(life.subjectId, 'NameRectified');
    const events = (query: string) => get(`/audit/subjects/${life.subjectId}/events?${query}`).expect(200);
    expect((await events('type=NameRectified')).body.items).toHaveLength(1);
    expect((await events('from=2999-01-01T00:00:00Z')).body.items).toEqual([]);
    expect((await events(`to=${renamed!.recordedAt}&type=CustomerRegistered`)).body.items).toHaveLength(1);
  });

  it('of a thousand events is complete, page by page', async () => {
    const life = new ImaginedLife(service.platform);
    const stream = streamName('customer', life.subjectId);
    await life.register();
    for (let batch = 0; batch < 6; batch++) {
      await life.record(
        stream,
        ...Array.from({ length: 200 }, () => ({ type: 'LocaleChosen', data: { locale: 'en' } })),
      );
    }
    await Promise.all(Array.from({ length: 30 }, () => life.order()));
    const pages = await until(async () => {
      const read = await allPages<Item>(`/audit/subjects/${life.subjectId}/events?type=LocaleChosen`);
      return read.flat().length === 1200 && read;
    });
    expect(pages.map(({ length }) => length)).toEqual([200, 200, 200, 200, 200, 200]);
    const orderPages = await until(async () => {
      const read = await allPages<Item>(`/audit/subjects/${life.subjectId}/events?type=OrderPlaced&limit=7`);
      return read.flat().length === 30 && read;
    });
    expect(orderPages.map(({ length }) => length)).toEqual([7, 7, 7, 7, 2]);
    const whole = (await allPages<Item>(`/audit/subjects/${life.subjectId}/events`)).flat();
    const positions = whole.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    expect(whole.filter(({ type }) => type !== 'SubjectHistoryViewed')).toHaveLength(1231);
    // The state has the same streams however it is divided, each of them whole.
    const states = await allPages<{ stream: string }>(`/audit/subjects/${life.subjectId}/state?limit=10`, 'records');
    expect(states.length).toBeGreaterThan(3);
    const streams = states.flat().map((record) => record.stream);
    expect(new Set(streams).size).toBe(streams.length);
    expect(streams.filter((name) => name.startsWith('order-'))).toHaveLength(30);
  });
});

describe('an officer', () => {
  it('is recorded before the response, with a purpose that can be read later', async () => {
    const life = new ImaginedLife(service.platform);
    await get(`/audit/subjects/${life.subjectId}/disclosures`, officer, 'Förfrågan från kunden').expect(200, {
      items: [],
      nextCursor: null,
    });
    const looks = [];
    for await (const event of service.platform.store.readStream(streamName('officerAccess', officerId)))
      looks.push(event);
    const [opened] = await service.platform.sealer.open([looks.at(-1)!]);
    expect(looks.at(-1)!.metadata.dataSubjectId).toBe(officerId);
    expect(JSON.stringify(looks.at(-1)!.data)).not.toContain('kunden');
    expect(opened!.event.data).toEqual({
      subjectId: life.subjectId,
      view: 'disclosures',
      auditPurpose: 'Förfrågan från kunden',
    });
  });

  it.each([null, '', 'ab', 'x'.repeat(501)])('must state a purpose: %j', async (auditPurpose) => {
    const { body } = await get(`/audit/subjects/${newId()}/events`, officer, auditPurpose).expect(400);
    expect(body.code).toBe('audit-purpose-required');
  });

  it('cannot put a card number there', async () => {
    const { body } = await get(`/audit/subjects/${newId()}/state`, officer, 'card 4111 1111 1111 1111').expect(400);
    expect(body.code).toBe('card-number-refused');
  });

  it('needs valid parameters', async () => {
    const id = newId();
    expect((await get(`/audit/subjects/${id}/events?type=Nothing`).expect(400)).body.code).toBe('invalid-field');
    expect((await get(`/audit/subjects/${id}/events?from=yesterday`).expect(400)).body.code).toBe('invalid-field');
    expect((await get(`/audit/subjects/${id}/state?asOf=now`).expect(400)).body.code).toBe('invalid-field');
    for (const cursor of ['nothing', 'WyItMSJd', 'WyJhIl0'])
      expect((await get(`/audit/subjects/${id}/events?cursor=${cursor}`).expect(400)).body.code).toBe('invalid-field');
    expect((await get(`/audit/subjects/${id}/state?limit=201`).expect(400)).body.code).toBe('invalid-field');
    expect((await get(`/audit/subjects/${id}/events?x=1`).expect(400)).body.code).toBe('unknown-field');
    expect((await get(`/audit/subjects/nobody/events`).expect(404)).body.code).toBe('not-found');
  });

  it.each(['events', 'state', 'disclosures'])('and nobody else sees %s', async (view) => {
    const path = `/api/v1/audit/subjects/${newId()}/${view}`;
    await request(service.url).get(path).expect(401);
    for (const role of ['customer', 'staff']) {
      await get(`/audit/subjects/${newId()}/${view}`, await service.bearer({ subjectId: newId(), role })).expect(403);
    }
  });
});

describe('the state as of a time', () => {
  it('is the last value of each field then', async () => {
    const life = new ImaginedLife(service.platform);
    await life.register();
    const [registered] = await history(life.subjectId, 'CustomerRegistered');
    await until(() => service.platform.clock.now() > registered!.recordedAt);
    await life.rename('Alma');
    const consent = {
      purpose: 'newsletter',
      noticeVersion: '2026-01',
      noticeDigest: 'ab',
      language: 'sv',
      method: 'myAccount',
    };
    const stream = streamName('consent', life.subjectId);
    await life.record(stream, { type: 'ConsentGiven', data: { recordId: newId(), ...consent } });
    await life.record(stream, { type: 'ConsentGiven', data: { recordId: newId(), ...consent, purpose: 'marketing' } });
    await until(
      async () =>
        (await history(life.subjectId, 'ConsentGiven')).filter(({ type }) => type === 'ConsentGiven').length === 2,
    );

    const state = async (query = '') => {
      const { body } = await get(`/audit/subjects/${life.subjectId}/state${query}`).expect(200);
      return (
        body.records as {
          stream: string;
          fields: Record<string, { value: unknown; since: string; position: number }>;
        }[]
      ).filter((record) => !record.stream.startsWith('officerAccess'));
    };
    const [customer, ...consents] = await state();
    expect(customer!.fields['givenName']!.value).toBe('Alma');
    expect(customer!.fields['email']).toEqual({
      value: 'astrid@example.org',
      since: registered!.recordedAt,
      position: registered!.position,
    });
    expect(consents.map(({ fields }) => fields['purpose']!.value)).toEqual(['newsletter', 'marketing']);
    const [before, ...nothing] = await state(`?asOf=${registered!.recordedAt}`);
    expect(before!.fields['givenName']!.value).toBe('Astrid');
    expect(nothing).toEqual([]);
  });
});

describe('a customer', () => {
  it('sees their own history and its recipients, and not an officer’s typed purpose', async () => {
    const life = new ImaginedLife(service.platform);
    await life.register();
    await life.record(
      streamName('forwarding', newId()),
      {
        type: 'DataDisclosed',
        data: {
          processorId: 'mondido',
          legalEntity: 'Mondido Payments AB',
          orderId: newId(),
          fields: ['email'],
          purpose: 'order',
          legalBasis: 'contract',
          consentRecordId: null,
          consentRevision: null,
          noticeVersion: '2026-01',
          ciphertextDigest: 'ab',
          attempt: 1,
          outcome: 'delivered',
        },
      },
      {
        type: 'ForwardingRefused',
        data: {
          processorId: 'nobody-we-know',
          intent: 'openPayment',
          orderId: null,
          reason: 'unknownProcessor',
          fields: ['email'],
          purpose: null,
          consentRecordId: null,
        },
      },
    );
    await history(life.subjectId, 'ForwardingRefused');
    const token = await service.bearer({ subjectId: life.subjectId });
    const mine = await until(async () => {
      const { body } = await get('/me/history', token, null).expect(200);
      const items = body.items as Item[];
      return items.some(({ type }) => type === 'SubjectHistoryViewed') && items;
    });
    expect(Object.keys(mine[0]!).sort()).toEqual(['actor', 'eventId', 'fields', 'recordedAt', 'type']);
    expect(mine[0]!.fields['passwordHash']).toBeUndefined();
    const viewed = mine.find(({ type }) => type === 'SubjectHistoryViewed');
    expect(viewed!.fields).toEqual({ subjectId: life.subjectId, view: 'events' });

    const { body } = await get('/me/disclosures', token, null).expect(200);
    expect(body.items).toEqual([
      {
        processorId: 'mondido',
        processorName: expect.stringMatching(/mondido/i),
        fields: ['email'],
        purpose: 'order',
        legalBasis: 'contract',
        at: expect.any(String),
        outcome: 'delivered',
      },
      {
        processorId: 'nobody-we-know',
        processorName: 'nobody-we-know',
        fields: ['email'],
        purpose: null,
        legalBasis: null,
        at: expect.any(String),
        outcome: 'refused',
        reason: 'unknownProcessor',
      },
    ]);
    const { body: seen } = await get(`/audit/subjects/${life.subjectId}/disclosures`).expect(200);
    expect(seen).toEqual(body);
    const stranger = await service.bearer({ subjectId: newId() });
    expect((await get('/me/history', stranger, null).expect(200)).body).toEqual({ items: [], nextCursor: null });
    await request(service.url).get('/api/v1/me/history').expect(401);
    await get('/me/disclosures', officer, null).expect(403);
  });
});

describe('the read model', () => {
  it('handles an event once and stores none of its contents', async () => {
    const life = new ImaginedLife(service.platform);
    await life.register('Frideborg', 'frideborg@example.org');
    const event = await until(async () => {
      for await (const found of service.platform.store.readStream(streamName('customer', life.subjectId))) {
        return found.position >= 0n && found;
      }
      return false;
    });
    const rows = service.get<DataSource>(DataSource);
    const projection = new SubjectTrailProjection();
    const page = new RowsOfPage(rows.manager);
    const { fold, gather, written } = page;
    const context = { group: 'audit.subject-trail', transaction: rows.manager, fold, gather, written };
    projection.recorded(event, context);
    projection.recorded(event, context);
    await written();
    const stored = await rows.query('SELECT * FROM audit.subject_trail WHERE subject_id = $1', [life.subjectId]);
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain('Frideborg');
  });
});
