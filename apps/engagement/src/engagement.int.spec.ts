/*
 * Promised: a person's texts are shown only to those who may see them; a restricted or erased person's are shown to
 * nobody else; an entered address never gives access to a customer's data.
 */
import { schemaMap, skus } from '@dittoo/contracts';
import { KeyRing, newId, streamName, type DomainEvent } from '@dittoo/kernel';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { engagementService } from './engagement.module.js';

let service: TestService;
let staff: string;
const [sku] = skus;

beforeAll(async () => {
  service = await startTestService(engagementService);
  staff = await service.bearer({ subjectId: newId(), role: 'staff' });
});
afterAll(() => service.close());

/** Appends another service's event about the person, as that service would. */
const record = async (subjectId: string, ...events: readonly DomainEvent[]): Promise<void> => {
  const { clock, sealer, store } = service.platform;
  const stream = streamName(schemaMap[events[0]!.type as keyof typeof schemaMap].stream, subjectId);
  let last: bigint | 'no-stream' = 'no-stream';
  for await (const { revision } of store.readStream(stream)) last = revision;
  const actor = { kind: 'dataSubject', id: subjectId } as const;
  const causes = { correlationId: newId(), causationId: newId(), traceparent: null, noticeVersion: null };
  const sealed = await sealer.seal(
    events.map((event) => {
      const { legalBasis, purpose, schemaVersion } = schemaMap[event.type as keyof typeof schemaMap];
      const facts = { purpose, legalBasis, schemaVersion, recordedAt: clock.now() };
      return { stream, eventId: newId(), event, metadata: { dataSubjectId: subjectId, actor, ...causes, ...facts } };
    }),
  );
  await store.append(stream, sealed, last);
};

const customer = async (givenName: string): Promise<{ subjectId: string; bearer: string }> => {
  const subjectId = newId();
  const person = {
    givenName,
    familyName: 'Exempelsson',
    email: `${givenName}@example.org`,
    phone: null,
    address: null,
  };
  await record(subjectId, {
    type: 'CustomerRegistered',
    data: { ...person, passwordHash: '$argon2id$not-for-anybody', locale: 'sv' },
  });
  return { subjectId, bearer: await service.bearer({ subjectId }) };
};

const post = (path: string, body: object, bearer?: string) => {
  const asked = request(service.url).post(`/api/v1/${path}`).send(body);
  return bearer === undefined ? asked : asked.set('authorization', bearer);
};
const get = (path: string, bearer?: string) => {
  const asked = request(service.url).get(`/api/v1/${path}`);
  return bearer === undefined ? asked : asked.set('authorization', bearer);
};
const comments = async (): Promise<{ commentId: string; givenName: string; text: string }[]> =>
  (await get(`products/${sku}/comments`).expect(200)).body.items;

const restrictionsOf = async (subjectId: string): Promise<string[]> => {
  const asked = 'SELECT request_id FROM engagement.withheld_subject WHERE subject_id = $1';
  const rows = await service.get<DataSource>(DataSource).query<{ request_id: string }[]>(asked, [subjectId]);
  return rows.map(({ request_id: requestId }) => requestId);
};

describe('a comment', () => {
  it('is shown to anybody with the given name only, corrected and deleted by its author', async () => {
    const astrid = await customer('Astrid');
    const { body, headers } = await post(`products/${sku}/comments`, { text: 'En fin mugg.' }, astrid.bearer).expect(
      201,
    );
    expect(headers['location']).toBe(`/api/v1/products/${sku}/comments`);
    const shown = await until(async () => (await comments()).find(({ commentId }) => commentId === body.commentId));
    expect(shown).toMatchObject({ givenName: 'Astrid', text: 'En fin mugg.', sku });
    expect(JSON.stringify(shown)).not.toMatch(/Exempelsson|example\.org/);

    const change = () => request(service.url).patch(`/api/v1/comments/${body.commentId}`);
    await change().set('authorization', astrid.bearer).send({ text: 'En mycket fin mugg.' }).expect(204);
    expect((await comments()).find(({ commentId }) => commentId === body.commentId)?.text).toBe('En mycket fin mugg.');

    await request(service.url)
      .delete(`/api/v1/comments/${body.commentId}`)
      .set('authorization', astrid.bearer)
      .expect(204);
    expect((await comments()).some(({ commentId }) => commentId === body.commentId)).toBe(false);
  });

  it('shows its author’s current name, also when it was rectified after posting', async () => {
    const { subjectId, bearer } = await customer('Asrtid');
    const { body } = await post(`products/${sku}/comments`, { text: 'Rymlig.' }, bearer).expect(201);
    const shown = async () => (await comments()).find(({ commentId }) => commentId === body.commentId);
    await until(shown);
    await record(subjectId, { type: 'NameRectified', data: { givenName: 'Astrid', familyName: 'Exempelsson' } });
    expect((await shown())?.givenName).toBe('Astrid');
  });

  it('cannot be changed by another customer, but staff may delete it', async () => {
    const [asta, ture] = [await customer('Asta'), await customer('Ture')];
    const { body } = await post(`products/${sku}/comments`, { text: 'Tålig.' }, asta.bearer).expect(201);
    const path = `/api/v1/comments/${body.commentId}`;
    await request(service.url).patch(path).set('authorization', ture.bearer).send({ text: 'x' }).expect(403);
    await request(service.url).delete(path).set('authorization', ture.bearer).expect(403);
    await request(service.url).delete(path).expect(401);
    await request(service.url).delete(`/api/v1/comments/${newId()}`).set('authorization', staff).expect(404);
    await request(service.url).delete(path).set('authorization', staff).expect(204);
  });

  it.each([
    ['a card number', { text: 'Mitt kort är 4111 1111 1111 1111' }, 400, 'card-number-refused'],
    ['nothing', { text: '   ' }, 400, 'invalid-field'],
    ['too much', { text: 'x'.repeat(2_001) }, 400, 'invalid-field'],
    ['a field nobody knows', { text: 'x', givenName: 'Alma' }, 400, 'unknown-field'],
    ['a NUL', { text: 'x\u0000' }, 400, 'invalid-characters'],
  ])('refuses %s', async (_what, body, status, code) => {
    const { bearer } = await customer('Alma');
    const answer = await post(`products/${sku}/comments`, body, bearer);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('is for signed-in customers, on existing products', async () => {
    await post(`products/${sku}/comments`, { text: 'x' }).expect(401);
    await post(`products/${sku}/comments`, { text: 'x' }, staff).expect(403);
    await post('products/none/comments', { text: 'x' }, (await customer('Alma')).bearer).expect(404);
    await get('products/none/comments').expect(404);
  });

  it('is not shown while its author is restricted, and never again after an erasure request', async () => {
    const agda = await customer('Agda');
    const { body } = await post(`products/${sku}/comments`, { text: 'Bra.' }, agda.bearer).expect(201);
    const isShown = async () => (await comments()).some(({ commentId }) => commentId === body.commentId);
    await until(isShown);
    const requestId = newId();
    const another = newId();
    await record(
      agda.subjectId,
      { type: 'ProcessingRestricted', data: { requestId } },
      { type: 'ProcessingRestricted', data: { requestId: another } },
    );
    await until(async () => !(await isShown()));
    await record(agda.subjectId, { type: 'RestrictionLifted', data: { requestId } });
    await until(async () => (await restrictionsOf(agda.subjectId)).join() === another);
    expect(await isShown()).toBe(false); // the other restriction is still in force
    await record(agda.subjectId, { type: 'RestrictionLifted', data: { requestId: another } });
    await until(isShown);
    await record(agda.subjectId, { type: 'ErasureRequested', data: { requestId } });
    await until(async () => !(await isShown()));
    expect((await post(`products/${sku}/comments`, { text: 'Igen.' }, agda.bearer)).body.code).toBe('subject-erased');
  });
});

describe('a support case', () => {
  const matter = { email: 'alma@example.org', subject: 'Sprucken mugg', body: 'Muggen kom sprucken.' };

  it('is opened by anybody, answered and closed by staff', async () => {
    const { body } = await post('support-cases', matter).expect(201);
    const item = await until(async () =>
      ((await get('support-cases?status=open', staff).expect(200)).body.items as { caseId: string }[]).find(
        ({ caseId }) => caseId === body.caseId,
      ),
    );
    expect(item).toMatchObject({
      ...{ email: matter.email, subject: matter.subject },
      channel: 'form',
      status: 'open',
    });
    await post(`support-cases/${body.caseId}/replies`, { body: 'Vi skickar en ny.' }, staff).expect(204);
    const { body: answered } = await get(`support-cases/${body.caseId}`, staff).expect(200);
    expect(answered.status).toBe('answered');
    expect(answered.messages.map(({ from, body }: { from: string; body: string }) => [from, body])).toEqual([
      ['person', matter.body],
      ['shop', 'Vi skickar en ny.'],
    ]);
    await post(`support-cases/${body.caseId}/closure`, {}, staff).expect(204);
    const late = await post(`support-cases/${body.caseId}/replies`, { body: 'x' }, staff);
    expect([late.status, late.body.code]).toEqual([409, 'support-case-closed']);
  });

  it('belongs to the signed-in customer, and to nobody who only knows the address', async () => {
    const alma = await customer('alma');
    const { body: own } = await post('support-cases', matter, alma.bearer).expect(201);
    const { body: typed } = await post('support-cases', matter).expect(201);
    await get(`support-cases/${own.caseId}`, alma.bearer).expect(200);
    await get(`support-cases/${typed.caseId}`, alma.bearer).expect(404);
    await get(`support-cases/${own.caseId}`, (await customer('Ture')).bearer).expect(404);
    await post(`support-cases/${own.caseId}/messages`, { body: 'Tack!' }, alma.bearer).expect(204);
    await post(`support-cases/${typed.caseId}/messages`, { body: 'Tack!' }, alma.bearer).expect(404);
    await get(`support-cases/${own.caseId}`).expect(401);
    await get('support-cases', alma.bearer).expect(403);
    await post('support-cases', matter, 'Bearer nonsense').expect(401);
  });

  it('two cases from one address belong to one person', async () => {
    const [first, second] = [await post('support-cases', matter), await post('support-cases', matter)];
    const writers: (string | null)[] = [];
    for (const { body } of [first, second]) {
      const stream = service.platform.store.readStream(streamName('supportCase', body.caseId), { limit: 1 });
      for await (const { metadata } of stream) writers.push(metadata.dataSubjectId);
    }
    expect(writers).toEqual([expect.any(String), writers[0]]);
  });

  it('shows staff nothing of a person who is restricted', async () => {
    const ture = await customer('Ture');
    const { body } = await post('support-cases', matter, ture.bearer).expect(201);
    await record(ture.subjectId, { type: 'ProcessingRestricted', data: { requestId: newId() } });
    const seen = await until(async () => {
      const { body: answer } = await get(`support-cases/${body.caseId}`, staff);
      return answer.restricted === true && answer;
    });
    expect(seen).toMatchObject({ email: null, subject: null, messages: [] });
    expect((await get(`support-cases/${body.caseId}`, ture.bearer)).body.subject).toBe(matter.subject);
  });
});

describe('a support case after an erasure request', () => {
  it('is no longer shown to staff, and says erased once its key is destroyed', async () => {
    const alma = await customer('Alma');
    const matter = { email: 'alma@example.org', subject: 'Sprucken mugg', body: 'Muggen kom sprucken.' };
    const { body } = await post('support-cases', matter, alma.bearer).expect(201);
    const requestId = newId();
    await record(alma.subjectId, { type: 'ErasureRequested', data: { requestId } });
    const seen = async () => (await get(`support-cases/${body.caseId}`, staff).expect(200)).body;
    await until(async () => (await seen()).subject === null);
    expect(await seen()).toMatchObject({ restricted: true, email: null, messages: [] });

    const at = service.platform.clock.now();
    await service.get<KeyRing>(KeyRing).destroy(alma.subjectId, ['support'], { at, requestId });
    const erased = { erased: true, at, requestId };
    expect(await until(async () => (await seen()).subject !== null && seen())).toMatchObject({
      ...{ restricted: false, email: erased, subject: erased },
      messages: [{ from: 'person', body: erased }],
    });
  });
});

describe('a campaign entry', () => {
  const entry = {
    campaignId: 'var-2027',
    email: 'Asta@example.org',
    consents: [{ purpose: 'marketing', given: true }],
  };

  it('is open to anyone; a consent makes the address a contact, a refusal leaves it unknown', async () => {
    const { contacts } = service.platform;
    const no = { ...entry, email: 'agda@example.org', consents: [{ purpose: 'marketing', given: false }] };
    await post('campaign-entries', no).expect(201);
    expect(await contacts.find('agda@example.org')).toBeNull();
    await post('campaign-entries', entry).expect(201);
    expect(await contacts.find('asta@example.org')).not.toBeNull();
  });

  it.each([
    ['nothing to reach anybody by', { campaignId: 'x', consents: [] }, 'invalid-field'],
    ['a policy nobody published', { ...entry, noticeVersion: '1999-01-01' }, 'unknown-notice-version'],
    ['no choices', { campaignId: 'x', email: 'asta@example.org' }, 'invalid-field'],
    ['a purpose asked twice', { ...entry, consents: [...entry.consents, ...entry.consents] }, 'invalid-field'],
    ['a card number for a phone', { ...entry, phone: '4111 1111 1111 1111' }, 'card-number-refused'],
  ])('refuses %s', async (_what, body, code) => {
    const answer = await post('campaign-entries', body);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });
});
