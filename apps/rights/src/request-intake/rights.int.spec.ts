/* eslint max-lines: off -- one service and one database are started for all of it */
import type { RightsRequestEvent } from '@dittoo/contracts';
import { EventStore, newId, Sealer, streamName, type DomainEvent } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import { until } from '@dittoo/platform/testing';
import type { Register } from '@dittoo/processor-register';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compactVerify, createLocalJWKSet } from 'jose';
import { disclosed, shippedOrder } from '../purchase.fixture.js';
import { startRights, type Answer, type RightsUnderTest } from '../rights.fixture.js';

/**
 * Promised: every right can be used through the API and ends in an answer; each route is limited to its role. Left open
 * here: how other services treat a restriction or an objection, and the mails.
 */
let rights: RightsUnderTest;
let officers: string;
let staff: string;
let processors: string[];
beforeAll(async () => {
  rights = await startRights({ RESTRICTION_LIFT_NOTICE: 'PT0S' });
  officers = await rights.officer();
  staff = await rights.service.bearer({ subjectId: newId(), role: 'staff' });
  processors = Object.keys(rights.service.get<Register>(REGISTER).processors);
});
afterAll(() => rights.close());

const history = async <Event extends DomainEvent>(category: string, id: string): Promise<Event[]> => {
  const recorded = [];
  const store = rights.service.get<EventStore>(EventStore);
  for await (const event of store.readStream(streamName(category, id))) recorded.push(event);
  const opened = await rights.service.get<Sealer>(Sealer).open<Event>(recorded);
  return opened.map(({ event }) => event);
};
/** Waits until the group has handled all of the stream. */
const untilHandled = async (group: string, category: string, id: string): Promise<void> => {
  const { pool, store } = rights.service.platform;
  await until(async () => {
    let last = 0n;
    for await (const { position } of store.readStream(streamName(category, id))) last = position;
    if (last < 0n) return false; // no position yet
    const at = 'SELECT FROM delivery.group_checkpoint WHERE group_id = $1 AND position >= $2';
    return (await pool.query(at, [group, String(last)])).rowCount === 1;
  });
};
const types = async (category: string, id: string) => (await history(category, id)).map(({ type }) => type);

const disclose = (subjectId: string, ...fields: string[]): Promise<void> =>
  rights.record('forwarding', newId(), subjectId, disclosed(...fields));

/** Every processor answers that it has no data of this person. */
const allAnswer = async (subjectId: string, requestId: string): Promise<void> => {
  for (const processorId of processors) {
    await rights.record('forwarding', newId(), subjectId, {
      type: 'ErasureAnswered',
      data: { processorId, requestId, answer: 'acknowledged', reason: 'nothingHeld' },
    });
  }
};

const get = (path: string, bearer?: string) => rights.call('GET', path, bearer === undefined ? {} : { bearer });
const post = (path: string, bearer: string | undefined, body?: object) =>
  rights.call('POST', path, { ...(bearer === undefined ? {} : { bearer }), ...(body === undefined ? {} : { body }) });
const ask = async (bearer: string, kind: string, detail?: string): Promise<string> =>
  (await post('/me/requests', bearer, { kind, ...(detail === undefined ? {} : { detail }) })).body.requestId;
const inState = (bearer: string, requestId: string, state: string): Promise<Answer['body']> =>
  until(async () => {
    const { body } = await get(`/me/requests/${requestId}`, bearer);
    return body.state === state && body;
  });
/** The same person, signed in an hour ago. */
const stale = (subjectId: string): Promise<string> =>
  rights.service.bearer({ subjectId, authenticatedAt: new Date(Date.now() - 3_600_000) });

describe('access and portability', () => {
  it('end in a copy that can be fetched once', async () => {
    const { customerId, bearer } = await rights.customer('agneta');
    const requestId = await ask(bearer, 'access');
    const answered = await inState(bearer, requestId, 'answered');
    expect(answered).toMatchObject({ outcome: 'done', copy: { state: 'ready' }, certificate: null });
    const path = `/me/requests/${requestId}/export`;
    expect((await get(path, await stale(customerId))).body.code).toBe('reauthentication-required');
    expect((await get(path)).body.code).toBe('not-authenticated');
    expect((await get(path, officers)).body.code).toBe('not-allowed');
    const { bearer: another } = await rights.customer('agneta.another');
    expect((await get(path, another)).body.code).toBe('not-found');
    expect((await get(`${path}?format=pdf`, bearer)).body.code).toBe('invalid-field');

    const [one, other] = await Promise.all([get(path, bearer), get(path, bearer)]);
    const [copy, refused] = one.status === 200 ? [one, other] : [other, one];
    expect(copy.status).toBe(200);
    expect(copy.headers.get('cache-control')).toBe('no-store');
    expect(JSON.stringify(copy.body)).toContain('agneta@example.org');
    expect(refused.body.code).toBe('gone');
    expect((await get(path, bearer)).body.code).toBe('gone');
    await until(async () => (await get(`/me/requests/${requestId}`, bearer)).body.copy.state === 'purged');
    expect((await types('rightsRequest', requestId)).slice(3)).toEqual([
      'RequestApproved',
      'CopyPrepared',
      'RequestAnswered',
      'CopyCollected',
      'CopyPurged',
    ]);
  });

  it('are available as a page too', async () => {
    const { bearer } = await rights.customer('bo');
    const requestId = await ask(bearer, 'portability');
    await inState(bearer, requestId, 'answered');
    const page = await get(`/me/requests/${requestId}/export?format=html`, bearer);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.body).toContain('bo@example.org');
  });

  it('have no copy to fetch where there is none', async () => {
    const { bearer } = await rights.customer('cecilia');
    const requestId = await ask(bearer, 'restriction');
    expect((await get(`/me/requests/${requestId}/export`, bearer)).body.code).toBe('not-found');
    expect((await get(`/me/requests/${newId()}/export`, bearer)).body.code).toBe('not-found');
  });
});

describe('restriction', () => {
  it('is in force until it is lifted, of which the person is informed before; an officer notifies the recipients', async () => {
    const { customerId, bearer } = await rights.customer('david');
    await disclose(customerId, 'givenName', 'email');
    const requestId = await ask(bearer, 'restriction');
    expect(await inState(bearer, requestId, 'answered')).toMatchObject({
      outcome: 'partlyDone',
      recipients: [{ processorId: 'payson', state: 'notSupported' }],
    });
    expect((await get('/me/processing', bearer)).body).toEqual({
      restrictions: [{ requestId, liftsAt: null }],
      objectedPurposes: [],
    });

    const lift = `/me/requests/${requestId}/restriction-lift`;
    expect((await post(lift, undefined)).body.code).toBe('not-authenticated');
    expect((await post(lift, await stale(customerId))).body.code).toBe('reauthentication-required');
    const { bearer: another } = await rights.customer('david.another');
    expect((await post(lift, another)).body.code).toBe('not-found');
    const { status, body } = await post(lift, bearer);
    expect(status).toBe(202);
    expect(body.liftsAt).toMatch(/Z$/);
    await until(async () => (await get('/me/processing', bearer)).body.restrictions.length === 0);
    expect((await post(lift, bearer)).body.code).toBe('restriction-not-in-force');
    const own = await types('dataSubject', customerId);
    expect(own.slice(-3)).toEqual(['ProcessingRestricted', 'RestrictionLiftAnnounced', 'RestrictionLifted']);

    const tasks = '/compliance/recipient-tasks';
    for (const [who, code] of [
      [undefined, 'not-authenticated'],
      [bearer, 'not-allowed'],
      [staff, 'not-allowed'],
    ] as const) {
      expect((await get(tasks, who)).body.code).toBe(code);
      expect((await post(`${tasks}/${requestId}/payson`, who, { outcome: 'acknowledged' })).body.code).toBe(code);
    }
    const listed = (await get(tasks, officers)).body.items.find(
      (item: { requestId: string }) => item.requestId === requestId,
    );
    expect(listed).toMatchObject({ subjectId: customerId, processorId: 'payson', state: 'notSupported' });
    const done = (outcome: string, processorId = 'payson') =>
      post(`${tasks}/${requestId}/${processorId}`, officers, { outcome });
    expect((await done('maybe')).body.code).toBe('invalid-field');
    expect((await done('acknowledged', 'google')).body.code).toBe('recipient-task-not-open');
    expect((await done('acknowledged')).body.recipients).toEqual([{ processorId: 'payson', state: 'acknowledged' }]);
    expect((await done('acknowledged')).body.code).toBe('recipient-task-not-open');
    await until(async () => {
      const { items } = (await get(tasks, officers)).body;
      return !items.some((item: { requestId: string }) => item.requestId === requestId);
    });
  });

  it('may be lifted by an officer', async () => {
    const { bearer } = await rights.customer('eva');
    const requestId = await ask(bearer, 'restriction');
    expect((await inState(bearer, requestId, 'answered')).outcome).toBe('done'); // there were no recipients
    const lift = `/compliance/requests/${requestId}/restriction-lift`;
    expect((await post(lift, bearer)).body.code).toBe('not-allowed');
    expect((await post(lift, officers)).status).toBe(202);
    await until(async () => (await get('/me/processing', bearer)).body.restrictions.length === 0);
  });
});

describe('objection', () => {
  it('to marketing is absolute', async () => {
    const { bearer } = await rights.customer('filip');
    expect((await inState(bearer, await ask(bearer, 'objection'), 'answered')).outcome).toBe('done');
    expect((await get('/me/processing', bearer)).body.objectedPurposes).toEqual([
      'newsletter',
      'marketing',
      'similarGoods',
      'adMeasurement',
    ]);
  });

  it('on the person’s own grounds is decided by an officer, and marketing ends before that', async () => {
    const { bearer } = await rights.customer('gustav');
    const requestId = await ask(bearer, 'objection', 'I am a public person');
    await inState(bearer, requestId, 'referred');
    expect((await get('/me/processing', bearer)).body.objectedPurposes).toContain('marketing');
    const { body } = await get(`/compliance/requests/${requestId}`, officers);
    expect(body).toMatchObject({ detail: 'I am a public person', blockers: ['ownGrounds'] });
    expect(body.preview.purposes).toEqual(expect.arrayContaining(['marketing', 'support']));
    await post(`/compliance/requests/${requestId}/decision`, officers, { decision: 'approve' });
    await inState(bearer, requestId, 'answered');
    expect((await get('/me/processing', bearer)).body.objectedPurposes).toContain('support');
  });
});

describe('rectification', () => {
  it('of one`s own address is no request and no letter, and is a task where a recipient must act', async () => {
    const { customerId, bearer } = await rights.customer('hanna');
    const corrects = (type: string, data: object) => rights.record('customer', customerId, customerId, { type, data });
    const name = (givenName: string) => corrects('NameRectified', { givenName, familyName: 'Family hanna' });
    await name('Hannah');
    await untilHandled('rights.rectification', 'customer', customerId); // later recipients get the new value
    await disclose(customerId, 'givenName', 'orderLines');
    // The carrier of a message has nothing to correct.
    const mail = { processorId: 'oneMail', intent: 'sendMail', orderId: null, fields: ['phone'] };
    await rights.record(
      'forwarding',
      newId(),
      customerId,
      { type: 'ForwardingRequested', data: mail },
      disclosed('phone'),
    );
    await corrects('PhoneRectified', { phone: '+46701740605' });
    await name('Johanna');
    const ofHer = async () =>
      (await get('/compliance/recipient-tasks?limit=200', officers)).body.items.filter(
        ({ subjectId }: { subjectId: string }) => subjectId === customerId,
      );
    const [task] = await until(async () => {
      const listed = await ofHer();
      return listed.length > 0 && listed;
    });
    expect(task).toMatchObject({ kind: 'rectification', processorId: 'payson', state: 'notSupported' });
    expect(await types('rightsRequest', task.requestId)).toEqual([
      'OwnCorrectionNoted',
      'RecipientAsked',
      'RecipientAnswered',
    ]);
    await untilHandled('rights.rectification', 'customer', customerId);
    expect(await ofHer()).toHaveLength(1);
    expect((await get('/me/requests', bearer)).body.items).toEqual([]);
    const done = `/compliance/recipient-tasks/${task.requestId}/payson`;
    expect((await post(done, officers, { outcome: 'acknowledged' })).status).toBe(200);
    await until(async () => (await ofHer()).length === 0);
  });

  it('by an officer is made with the decision', async () => {
    const { customerId, bearer } = await rights.customer('ingrid');
    const requestId = await ask(bearer, 'rectification', 'my name is spelt Ingrith');
    await inState(bearer, requestId, 'referred');
    const decide = (body: object) => post(`/compliance/requests/${requestId}/decision`, officers, body);
    const changes = { givenName: 'Ingrith', familyName: 'Exempelsson' };
    expect((await decide({ decision: 'refuse', reason: 'no', changes })).body.code).toBe('decision-not-possible');
    for (const [code, wrong] of [
      ['unknown-field', { password: 'x' }],
      ['invalid-field', { givenName: null }],
      ['card-number-refused', { phone: '4111 1111 1111 1111' }],
    ] as const)
      expect((await decide({ decision: 'approve', changes: wrong })).body.code).toBe(code);
    expect((await decide({ decision: 'approve', changes })).status).toBe(200);
    expect((await inState(bearer, requestId, 'answered')).outcome).toBe('done');
    const decided = (await history('rightsRequest', requestId)).filter(({ type }) => type === 'CorrectionDecided');
    expect(decided).toEqual([{ type: 'CorrectionDecided', data: { changes } }]);
    await until(async () => (await types('customer', customerId)).includes('NameRectified'));
    expect((await decide({ decision: 'approve', changes })).body.code).toBe('request-not-open');
    expect((await types('customer', customerId)).filter((type) => type === 'NameRectified')).toHaveLength(1);
    expect((await get('/me/requests', bearer)).body.items).toHaveLength(1); // the correction is not a request of its own
  });
});

describe('the officers` queue', () => {
  it('shows the effects of an approval, extends once, and shows the person the reason', async () => {
    const { customerId, bearer } = await rights.customer('jonas');
    await disclose(customerId, 'email', 'givenName');
    await rights.record('order', newId(), customerId, shippedOrder('Jonas')[0]);
    const requestId = await ask(bearer, 'erasure');
    const { dueAt } = await inState(bearer, requestId, 'referred');
    const path = `/compliance/requests/${requestId}`;
    const { body } = await get(path, officers);
    expect(body.blockers).toEqual(['openOrder', 'unpaidInvoice']);
    expect(body.preview.erase).toContain('profile');
    expect(body.preview.retain.map(({ category }: { category: string }) => category)).toEqual([
      'orderAccounting',
      'consentEvidence',
    ]);
    expect(body.preview.recipients).toEqual([
      { processorId: 'payson', processorName: 'Payson', fields: ['email', 'givenName'], capability: 'notSupported' },
    ]);

    const extend = (reason?: string) => post(`${path}/extension`, officers, reason === undefined ? {} : { reason });
    expect((await extend()).body.code).toBe('invalid-field');
    const extended = (await extend('many requests this month')).body;
    expect(Date.parse(extended.dueAt) - Date.parse(dueAt)).toBeGreaterThan(50 * 86_400_000);
    expect((await extend('again')).body.code).toBe('request-already-extended');
    expect((await get(`/me/requests/${requestId}`, bearer)).body).toMatchObject({
      dueAt: extended.dueAt,
      extendedBecause: 'many requests this month',
    });
    const refusal = { decision: 'refuse', reason: 'the invoice is not paid' };
    expect((await post(`${path}/decision`, officers, refusal)).status).toBe(200);
    expect((await get(`/me/requests/${requestId}`, bearer)).body).toMatchObject({
      state: 'refused',
      reason: 'the invoice is not paid',
      certificate: null,
    });
    expect((await extend('too late')).body.code).toBe('request-not-open');
    expect((await get(path, officers)).body.preview).toBeNull();
  });

  it.each([
    ['GET', '', undefined],
    ['POST', '/decision', { decision: 'approve' }],
    ['POST', '/extension', { reason: 'r' }],
    ['POST', '/restriction-lift', undefined],
  ])('is for officers alone: %s %s', async (method, route, body) => {
    const { bearer } = await rights.customer(`karin-${newId()}`);
    const path = `/compliance/requests/${newId()}${route}`;
    const as = async (who?: string) =>
      (await rights.call(method, path, { ...(who === undefined ? {} : { bearer: who }), ...(body && { body }) })).body
        .code;
    expect(await as()).toBe('not-authenticated');
    expect(await as(bearer)).toBe('not-allowed');
    expect(await as(staff)).toBe('not-allowed');
    expect(await as(officers)).toBe('not-found');
  });
});

describe('what a customer asks for', () => {
  it('needs a recent sign-in with the password', async () => {
    const { customerId } = await rights.customer('lars');
    const old = await stale(customerId);
    expect((await post('/me/requests', old, { kind: 'access' })).body.code).toBe('reauthentication-required');
    expect((await get('/me/requests', old)).status).toBe(200);
    expect((await get('/me/processing', old)).status).toBe(200);
    expect((await get('/me/processing', officers)).body.code).toBe('not-allowed');
    expect((await get('/me/processing')).body.code).toBe('not-authenticated');
  });
});

describe('the certificate of an erasure', () => {
  it('is signed, has no personal data, and is readable by its link without signing in', async () => {
    const { customerId, bearer } = await rights.customer('mona');
    const asked = await post('/me/requests', bearer, { kind: 'erasure' });
    const { certificate: link, requestId } = asked.body as { certificate: string; requestId: string };
    const path = link.replace('/api/v1', '');
    expect((await get(path)).body.code).toBe('request-not-answered');
    await inState(bearer, requestId, 'executing');
    await allAnswer(customerId, requestId);
    expect((await inState(bearer, requestId, 'answered')).certificate).toBe(link);
    const { status, body } = await get(path);
    expect(status).toBe(200);
    expect(body.certificate).toMatchObject({ requestId, outcome: 'done', noticeVersion: '2026-11-01' });
    expect(body.certificate.recipients).toHaveLength(processors.length);
    expect(body.certificate.recipients[0]).toMatchObject({ state: 'acknowledged', reason: 'nothingHeld' });
    const profile = body.certificate.keys.find(({ category }: { category: string }) => category === 'profile');
    expect(profile.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(body.certificate.retained).toEqual([
      { category: 'consentEvidence', reason: 'legalClaims', until: expect.any(String) },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/mona/i);
    expect(JSON.stringify(body)).not.toContain(customerId);
    const { body: jwks } = await get('/.well-known/document-keys.json');
    const verified = await compactVerify(body.jws, createLocalJWKSet(jwks));
    expect(JSON.parse(new TextDecoder().decode(verified.payload))).toEqual(body.certificate);

    // The link in the letter leads to a page in words; JSON stays for programs.
    const page = await get(`${path}&format=html&lang=sv`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('<html lang="sv">');
    expect(page.body).toContain('Intyg om radering');
    expect(page.body).toMatch(/Bevis om samtycken: för att kunna visa .* till och med den \d+ \p{L}+ \d{4}\./u);
    expect(page.body).toContain('Integritetsskyddsmyndigheten');
    expect(page.body).not.toMatch(/<script|consentEvidence|legalClaims|T\d\d:\d\d:/);
    const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const shown = await rights.call('GET', path, { headers: browser });
    expect(shown.body).toContain('Intyg om radering');
    expect((await rights.call('GET', `${path}&format=json`, { headers: browser })).body.jws).toEqual(
      expect.any(String),
    );

    const bare = `/me/requests/${requestId}/certificate`;
    expect((await get(bare, bearer)).status).toBe(200);
    expect((await get(bare)).body.code).toBe('not-authenticated');
    expect((await get(bare, officers)).body.code).toBe('not-allowed');
    expect((await get(`${bare}?token=${'A'.repeat(43)}`)).body.code).toBe('not-found');
    const { bearer: another } = await rights.customer('mona.another');
    expect((await get(bare, another)).body.code).toBe('not-found');
    expect((await get('/me/requests', `Bearer ${body.jws}`)).body.code).toBe('invalid-token');
  });

  it('exists for erasures only', async () => {
    const { bearer } = await rights.customer('nils');
    const requestId = await ask(bearer, 'restriction');
    expect((await get(`/me/requests/${requestId}/certificate`, bearer)).body.code).toBe('not-found');
  });
});

describe('contradictory requests', () => {
  it('have clear answers once the person is being erased', async () => {
    const { customerId, bearer } = await rights.customer('olga');
    const first = await ask(bearer, 'erasure');
    await inState(bearer, first, 'executing');
    expect(await ask(bearer, 'erasure')).toBe(first);
    for (const kind of ['restriction', 'objection', 'access', 'rectification']) {
      expect((await post('/me/requests', bearer, { kind })).body.code).toBe('subject-erased');
    }
    expect((await get('/me/processing', bearer)).body.code).toBe('subject-erased');
    expect((await types('dataSubject', customerId)).filter((type) => type === 'ErasureRequested')).toHaveLength(1);
  });

  it('refuse the lift of a restriction that is not in force', async () => {
    const { bearer } = await rights.customer('pia');
    const requestId = await ask(bearer, 'objection');
    expect((await post(`/me/requests/${requestId}/restriction-lift`, bearer)).body.code).toBe(
      'restriction-not-in-force',
    );
  });

  it('end if they race with an erasure: every acknowledged request ends, and none is readable afterwards', async () => {
    const { customerId, bearer } = await rights.customer('rune');
    const says = (word: string) => (_: unknown, index: number) =>
      post('/me/requests', bearer, { kind: 'rectification', detail: `${word} ${index}` });
    const early = Array.from({ length: 6 }, says('Rune'));
    await rights.record('customer', customerId, customerId, {
      type: 'NameRectified',
      data: { givenName: 'Rune', familyName: 'Exempel' },
    });
    const requestId = await ask(bearer, 'erasure');
    const late = Array.from({ length: 6 }, says('Exempel'));
    const answers = await Promise.all([...early, ...late]);
    for (const { body, status } of answers) {
      expect([202, 410]).toContain(status);
      if (status === 410) expect(body.code).toBe('subject-erased');
    }
    await inState(bearer, requestId, 'executing');
    await allAnswer(customerId, requestId);
    await inState(bearer, requestId, 'answered');
    const events = await types('dataSubject', customerId);
    expect(events.slice(events.indexOf('ErasureRequested'))).toEqual(['ErasureRequested', 'SubjectKeysDestroyed']);
    const accepted = answers.filter(({ status }) => status === 202).map(({ body }) => body.requestId as string);
    expect(accepted.length).toBeGreaterThan(0);
    for (const id of accepted) {
      await inState(bearer, id, 'answered');
      const [received] = await history<RightsRequestEvent>('rightsRequest', id);
      expect(received!.data).toMatchObject({ detail: { erased: true } });
    }
    expect(JSON.stringify(await history('customer', customerId))).not.toMatch(/rune|exempel/i);
    await expect(
      rights.record('customer', customerId, customerId, { type: 'PhoneRectified', data: { phone: '+46701740605' } }),
    ).rejects.toThrow('destroyed'); // no destroyed key is created again
  });
});

describe('a request that is open when its person is erased', () => {
  it('is ended, and its copy is deleted', async () => {
    const { customerId, bearer } = await rights.customer('sven');
    const access = await ask(bearer, 'access');
    await inState(bearer, access, 'answered');
    const correction = await ask(bearer, 'rectification', 'something is wrong');
    await inState(bearer, correction, 'referred');
    await until(async () => (await get('/me/requests', bearer)).body.items.length === 2);
    const erasure = await ask(bearer, 'erasure');
    await inState(bearer, erasure, 'executing');
    await allAnswer(customerId, erasure);
    await inState(bearer, erasure, 'answered');
    expect(await inState(bearer, correction, 'answered')).toMatchObject({ outcome: 'partlyDone' });
    const purged = (await history<RightsRequestEvent>('rightsRequest', access)).at(-1);
    expect(purged).toEqual({ type: 'CopyPurged', data: { reason: 'subjectErased' } });
  });
});
