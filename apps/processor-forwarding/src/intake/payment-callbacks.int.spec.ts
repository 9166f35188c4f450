import { newId } from '@dittoo/kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '@dittoo/platform/testing';
import request from 'supertest';
import { CallbackTokens } from '../payment/callback-tokens.js';
import { readForwardingConfig } from '../processor-forwarding.config.js';
import { processorForwardingServiceWith } from '../processor-forwarding.module.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(processorForwardingServiceWith(readForwardingConfig({}, {})));
});
afterAll(() => service.close());

const path = (token: string) => `/api/v1/callbacks/payson/${token}`;

describe('the callbacks of Payson', () => {
  it.each(['x', 'A'.repeat(54), '%00', 'a'.repeat(200)])('know no token %#', async (token) => {
    await request(service.url).get(path(token)).expect(404);
    await request(service.url).post(path(token)).expect(404);
  });

  it('know no order that never asked for a payment', async () => {
    const token = service.get<CallbackTokens>(CallbackTokens).tokenOf('payson', newId());
    await request(service.url).get(path(token)).query({ checkout: newId() }).expect(404);
  });

  it('take no token of another processor, and no changed one', () => {
    const tokens = service.get<CallbackTokens>(CallbackTokens);
    const orderId = newId();
    const token = tokens.tokenOf('payson', orderId);
    expect(tokens.orderOf('payson', token)).toBe(orderId);
    expect(tokens.orderOf('mondido', token)).toBeNull();
    expect(tokens.orderOf('payson', `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`)).toBeNull();
  });

  it('take a form here, and only here', async () => {
    const form = (url: string) => request(service.url).post(url).type('form').send({ checkoutId: newId() });
    await form(path('x')).expect(404);
    const authorization = await service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
    await form('/api/v1/compliance/deliveries/redelivery').set('Authorization', authorization).expect(415);
  });
});

describe('the officers’ routes', () => {
  const list = '/api/v1/compliance/deliveries';
  const as = (role: string) => service.bearer({ subjectId: newId(), role });

  it('are for compliance officers', async () => {
    await request(service.url).get(list).expect(401);
    for (const role of ['customer', 'staff']) {
      await request(service.url)
        .get(list)
        .set('Authorization', await as(role))
        .expect(403);
      await request(service.url)
        .post(`${list}/redelivery`)
        .set('Authorization', await as(role))
        .send({})
        .expect(403);
      await request(service.url)
        .post(`${list}/${newId()}/redelivery`)
        .set('Authorization', await as(role))
        .expect(403);
      const health = '/api/v1/compliance/processors/payson/health';
      await request(service.url)
        .get(health)
        .set('Authorization', await as(role))
        .expect(403);
    }
  });

  it('refuse unknown deliveries and processors', async () => {
    const authorization = await as('complianceOfficer');
    const get = (query: object) => request(service.url).get(list).query(query).set('Authorization', authorization);
    await get({}).expect(200, { items: [], nextCursor: null });
    expect((await get({ state: 'lost' }).expect(400)).body.code).toBe('invalid-field');
    expect((await get({ cursor: 'x' }).expect(400)).body.code).toBe('invalid-field');
    const cursor = Buffer.from(JSON.stringify(['x', 'y'])).toString('base64url');
    expect((await get({ cursor }).expect(400)).body.code).toBe('invalid-field');
    expect((await get({ who: 'x' }).expect(400)).body.code).toBe('unknown-field');
    const post = (url: string) => request(service.url).post(url).set('Authorization', authorization);
    expect((await post(`${list}/${newId()}/redelivery`).expect(404)).body.code).toBe('not-found');
    expect((await post(`${list}/x/redelivery`).expect(404)).body.code).toBe('not-found');
    await post(`${list}/redelivery`).send({}).expect(202, { requested: 0 });
    await post(`${list}/redelivery`).send({ processorId: '-' }).expect(400);
    await post(`${list}/redelivery`).send({ all: true }).expect(400);
    await post(`${list}/redelivery`).expect(202, { requested: 0 });
    const health = (id: string) =>
      request(service.url).get(`/api/v1/compliance/processors/${id}/health`).set('Authorization', authorization);
    await health('nobody').expect(404);
    expect((await health('payson').expect(200)).body).toEqual({
      processorId: 'payson',
      connected: false,
      breaker: 'closed',
      queueDepth: 0,
      parked: 0,
      oldestDueAt: null,
      lastSuccessAt: null,
    });
  });
});
