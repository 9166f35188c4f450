import { schemaMap } from '@dittoo/contracts';
import { newId, streamName, type DomainEvent } from '@dittoo/kernel';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { consentService } from '../consent.module.js';

let service: TestService;
let noticeVersion: string;

beforeAll(async () => {
  service = await startTestService(consentService);
  noticeVersion = service.platform.register.noticeVersion;
});
afterAll(() => service.close());

const put = async (subjectId: string, purpose: string, body: object) =>
  request(service.url)
    .put(`/api/v1/me/consents/${purpose}`)
    .set('Authorization', await service.bearer({ subjectId }))
    .send(body);

const list = async (subjectId: string) => {
  const { body } = await request(service.url)
    .get('/api/v1/me/consents')
    .set('Authorization', await service.bearer({ subjectId }))
    .expect(200);
  return body.items as { purpose: string; status: string; recordId: string | null; changedAt: string | null }[];
};

/** What another service says about the person, put on the log as that service would. */
const appended = async (subjectId: string, event: DomainEvent): Promise<void> => {
  const { purpose, legalBasis, schemaVersion } = schemaMap[event.type as keyof typeof schemaMap];
  const stream = streamName('dataSubject', subjectId);
  const sealed = await service.platform.sealer.seal([
    {
      stream,
      eventId: newId(),
      event,
      metadata: {
        dataSubjectId: subjectId,
        actor: { kind: 'dataSubject', id: subjectId },
        purpose,
        legalBasis,
        noticeVersion,
        correlationId: newId(),
        causationId: newId(),
        traceparent: null,
        schemaVersion,
        recordedAt: service.platform.clock.now(),
      },
    },
  ]);
  let last: bigint | 'no-stream' = 'no-stream';
  for await (const { revision } of service.platform.store.readStream(stream)) last = revision;
  await service.platform.store.append(stream, sealed, last);
};

describe('PUT /me/consents/{purpose}', () => {
  it('gives and withdraws by the same call, and the list says so at once', async () => {
    const subjectId = newId();
    const given = await put(subjectId, 'newsletter', { given: true, noticeVersion });
    expect(given.status).toBe(200);
    expect(given.body).toMatchObject({ purpose: 'newsletter', status: 'given', noticeVersion });
    expect((await list(subjectId)).find(({ purpose }) => purpose === 'newsletter')?.status).toBe('given');

    const withdrawn = await put(subjectId, 'newsletter', { given: false, noticeVersion });
    expect(withdrawn.body).toMatchObject({ status: 'withdrawn', recordId: given.body.recordId });
    expect((await list(subjectId)).map(({ status }) => status)).toEqual([
      'withdrawn',
      'notAsked',
      'notAsked',
      'notAsked',
    ]);
  });

  it('keeps one person out of the choices of another', async () => {
    const [anna, bo] = [newId(), newId()];
    await put(anna, 'marketing', { given: true, noticeVersion });
    expect((await list(bo)).every(({ status }) => status === 'notAsked')).toBe(true);
  });

  it.each([
    ['a purpose nobody asks consent for', 'bookkeeping', { given: true, noticeVersion: '1' }, 400, 'invalid-field'],
    ['a word for a yes', 'newsletter', { given: 'yes', noticeVersion: '1' }, 400, 'invalid-field'],
    ['a field nobody knows', 'newsletter', { given: true, noticeVersion: '1', at: '2020' }, 400, 'unknown-field'],
    [
      'a policy nobody published',
      'newsletter',
      { given: true, noticeVersion: '1999-01-01' },
      400,
      'unknown-notice-version',
    ],
    ['a NUL', 'newsletter', { given: true, noticeVersion: '\u0000' }, 400, 'invalid-characters'],
  ])('refuses %s', async (_, purpose, body, status, code) => {
    const answer = await put(newId(), purpose, body);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body.code).toBe(code);
  });

  it('is for customers who are signed in', async () => {
    const path = '/api/v1/me/consents';
    await request(service.url).get(path).expect(401);
    await request(service.url).get(path).set('Authorization', 'Bearer nonsense').expect(401);
    const officer = await service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
    await request(service.url).get(path).set('Authorization', officer).expect(403);
  });
});

describe('the registration form', () => {
  it('arrives as the choices it holds: refused where the box stayed empty', async () => {
    const subjectId = newId();
    await appended(subjectId, {
      type: 'ConsentChoicesCollected',
      data: {
        choices: [
          { purpose: 'newsletter', given: false },
          { purpose: 'marketing', given: true },
        ],
        noticeVersion,
        noticeDigest: service.platform.register.digest,
        language: 'sv',
      },
    });
    const items = await until(async () => {
      const found = await list(subjectId);
      return found.some(({ status }) => status !== 'notAsked') && found;
    });
    expect(items.map(({ status }) => status)).toEqual(['refused', 'given', 'notAsked', 'notAsked']);
  });

  it('closes every choice when the person was erased', async () => {
    const subjectId = newId();
    await put(subjectId, 'newsletter', { given: true, noticeVersion });
    await appended(subjectId, { type: 'SubjectKeysDestroyed', data: { requestId: newId(), keys: [], retained: [] } });
    await until(async () => (await list(subjectId)).every(({ status }) => status === 'invalidated'));
    const answer = await put(subjectId, 'newsletter', { given: true, noticeVersion });
    expect(answer.status).toBe(410);
    expect(answer.body.code).toBe('subject-erased');
  });
});

describe('the policy', () => {
  it('is served in both languages, as JSON and as a page, from the register', async () => {
    const { body } = await request(service.url).get('/api/v1/policy?lang=en').expect(200);
    expect(JSON.stringify(body)).toContain('IMY');
    const { text, headers } = await request(service.url).get('/api/v1/policy.html?lang=sv').expect(200);
    expect(headers['content-type']).toContain('text/html');
    for (const processor of ['Payson', 'Mondido', 'Google', 'One.com']) expect(text).toContain(processor);
    await request(service.url).get('/api/v1/policy?version=1999-01-01').expect(400);
    const { body: processors } = await request(service.url).get('/api/v1/processors').expect(200);
    expect(processors.items).toHaveLength(4);
    await request(service.url).get('/api/v1/purposes').expect(200);
  });
});
