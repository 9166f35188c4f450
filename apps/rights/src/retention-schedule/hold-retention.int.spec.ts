import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dayBefore } from '../retention/days.js';
import { Clock, Sealer, newId, streamName } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { dayOf } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { HoldExpiry } from '../legal-hold/hold-expiry.js';
import { LegalHolds } from '../legal-hold/legal-holds.query.js';
import {
  rights,
  officers,
  startRetention,
  read,
  lastDayIs,
  live,
  noon,
  usable,
  scopesOf,
  placeOn,
} from './retention.fixture.js';

/**
 * Promised: a legal hold of two officers stops destruction, and its end resumes it. Left open here: that processors
 * delete too.
 */
beforeAll(() => startRetention());
afterAll(() => rights.close());

describe('a legal hold', () => {
  const ask = (body: object, bearer = officers[0]) => rights.call('POST', '/compliance/legal-holds', { bearer, body });
  const confirm = (holdId: string, bearer = officers[1]) =>
    rights.call('POST', `/compliance/legal-holds/${holdId}/confirmation`, { bearer });
  const end = (holdId: string, bearer: string) =>
    rights.call('DELETE', `/compliance/legal-holds/${holdId}`, { bearer });
  const words = {
    authority: 'Exempelmyndigheten',
    reason: 'A claim about a delivery',
    expiresAt: '2031-06-01T00:00:00.000Z',
  };

  it('of two officers stops the destruction of an order, and its release resumes it', async () => {
    const subjectId = newId();
    const [held, free] = [await placeOn('2026-11-22', subjectId), await placeOn('2026-11-22', subjectId)];
    await lastDayIs('orderDelivery', free, '2029-11-22');
    const asked = await ask({ orderId: held, categories: ['orderDelivery'], ...words });
    expect(asked.status).toBe(201);
    expect(asked.body).toMatchObject({ subjectId, orderId: held, state: 'requested', reason: words.reason });
    const { holdId } = asked.body;
    expect(asked.headers.get('location')).toBe(`/api/v1/compliance/legal-holds/${holdId}`);
    expect((await confirm(holdId, officers[0])).body.code).toBe('second-person-required');
    expect((await confirm(holdId)).body.state).toBe('inForce');
    await live('2029-11-23');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([held]);

    expect((await end(holdId, officers[0])).body).toMatchObject({ state: 'inForce', releaseRequested: true });
    expect((await end(holdId, officers[0])).body.code).toBe('second-person-required');
    await live('2029-11-23');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([held]);
    expect((await end(holdId, officers[1])).body.state).toBe('released');
    await live('2029-11-23');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([]);
    const listed = await rights.call('GET', '/compliance/legal-holds?limit=200', { bearer: officers[1] });
    expect(listed.body.items).toContainEqual(expect.objectContaining({ holdId, state: 'released' }));
  });

  it('that is not confirmed keeps nothing; one that expires ends by itself', async () => {
    const [one, other] = [newId(), newId()];
    for (const id of [one, other]) await lastDayIs('orderDelivery', await placeOn('2026-11-22', id), '2029-11-22');
    await ask({ subjectId: one, categories: ['orderDelivery'], ...words });
    const { holdId } = (await ask({ subjectId: other, categories: ['orderDelivery'], ...words })).body;
    await confirm(holdId);
    await live('2031-05-31');
    expect([await scopesOf(one, 'orderDelivery'), (await scopesOf(other, 'orderDelivery')).length]).toEqual([[], 1]);
    await live('2031-06-02');
    expect(await scopesOf(other, 'orderDelivery')).toEqual([]);
    const shown = await rights.call('GET', `/compliance/legal-holds/${holdId}`, { bearer: officers[0] });
    expect(shown.body.state).toBe('expired');
  });

  it('that cannot be ended is logged and retried, and later holds end', async () => {
    const [broken, subjectId] = [newId(), newId()];
    await lastDayIs('orderDelivery', await placeOn('2026-11-22', subjectId), '2029-11-22');
    const { holdId } = (await ask({ subjectId, categories: ['orderDelivery'], ...words })).body;
    await confirm(holdId);
    const { platform } = rights.service;
    // A row that expires first and whose hold is not in the log.
    await platform.pool.query(
      `INSERT INTO rights.legal_hold (hold_id, subject_id, categories, state, expires_at, requested_at)
       VALUES ($1, $2, '{orderDelivery}', 'inForce', '2031-05-01', '2026-11-22')`,
      [broken, newId()],
    );
    const said: object[] = [];
    const expiry = new HoldExpiry(
      rights.service.get(Commands),
      rights.service.get(LegalHolds),
      rights.service.get(DataSource),
      pino({ base: null }, { write: (line: string) => said.push(JSON.parse(line) as object) }),
    );
    const expire = (limit: number) => expiry.expire(noon('2031-06-02'), limit, new AbortController().signal);
    expect(await expire(1)).toBe(1); // the first page has only the broken one
    const named = { msg: 'legal-hold.expiry-failed', holdId: broken, failure: 'DomainError', code: 'not-found' };
    expect(said).toEqual([expect.objectContaining(named)]);
    const shown = await rights.call('GET', `/compliance/legal-holds/${holdId}`, { bearer: officers[0] });
    expect(shown.body.state).toBe('expired');
    expect(await expire(200)).toBe(0);
    expect(said).toHaveLength(2);
    await live('2031-06-02');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([]);
    await platform.pool.query('DELETE FROM rights.legal_hold WHERE hold_id = $1', [broken]);
  });

  it('refers an erasure to an officer, keeps its part, records that, and ends with its destruction', async () => {
    const { customerId, bearer } = await rights.customer('nils');
    const { holdId } = (await ask({ subjectId: customerId, categories: ['profile', 'personnummer'], ...words })).body;
    await confirm(holdId);
    const { requestId } = (await rights.call('POST', '/me/requests', { bearer, body: { kind: 'erasure' } })).body;
    const state = async () => (await rights.call('GET', `/me/requests/${requestId}`, { bearer })).body;
    await until(async () => (await state()).state === 'referred');
    const queue = await rights.call('GET', '/compliance/requests?limit=200', { bearer: officers[0] });
    const listed = queue.body.items.find((item: { requestId: string }) => item.requestId === requestId);
    expect(listed.blockers).toEqual(['legalHold']);
    const decision = { bearer: officers[0], body: { decision: 'approve' } };
    expect((await rights.call('POST', `/compliance/requests/${requestId}/decision`, decision)).status).toBe(200);
    const answered = await until(async () => {
      const now = await state();
      return now.state === 'answered' && now;
    });
    // Nothing says that an authority asked for it.
    const kept = { reason: 'legalClaims', until: '2031-06-01' };
    expect(answered.retained).toEqual(
      expect.arrayContaining([
        { category: 'profile', ...kept },
        { category: 'personnummer', ...kept },
      ]),
    );
    expect(await scopesOf(customerId, 'profile')).toEqual([null]);
    await rights.answerMailed(requestId);
    await until(async () => (await scopesOf(customerId, 'contact')).length === 0);
    await lastDayIs('profile', customerId, await yesterday());
    await live('2030-01-01');
    expect(await scopesOf(customerId, 'profile')).toEqual([null]);
    await end(holdId, officers[0]);
    await end(holdId, officers[1]);
    await live('2030-01-01');
    expect(await usable(customerId)).toEqual([]);
    await expect(
      rights.service.get<Sealer>(Sealer).sealValue(customerId, 'profile', ['spec'], 'again'),
    ).rejects.toThrow('destroyed'); // no key is created again
  });
  const yesterday = async () => dayBefore(dayOf(rights.service.get<Clock>(Clock).now()));

  it('is for officers, and reports what is wrong with a request', async () => {
    const { customerId, bearer } = await rights.customer('olle');
    const body = { subjectId: customerId, categories: ['profile'], ...words };
    expect((await ask(body, bearer)).body.code).toBe('not-allowed');
    expect((await rights.call('POST', '/compliance/legal-holds', { body })).body.code).toBe('not-authenticated');
    expect((await ask({ ...body, orderId: newId() })).body.code).toBe('invalid-request');
    expect((await ask({ ...body, categories: ['accessLog'] })).body.code).toBe('invalid-field');
    expect((await ask({ ...body, subjectId: newId() })).body.code).toBe('not-found');
    expect((await ask({ ...body, expiresAt: '2020-01-01T00:00:00Z' })).body.code).toBe('invalid-field');
    expect((await ask({ ...body, reason: 'card 4111 1111 1111 1111' })).body.code).toBe('card-number-refused');
    expect((await confirm(newId())).body.code).toBe('not-found');
    const { holdId } = (await ask(body)).body;
    const stored = await read(streamName('legalHold', holdId));
    expect(JSON.stringify(stored.map(({ data }) => data))).not.toMatch(/Exempelmyndigheten|claim/);
    expect((await end(holdId, officers[0])).body.state).toBe('withdrawn');
    expect((await confirm(holdId)).body.code).toBe('legal-hold-not-open');

    // The officer's text is destroyed three years after the hold.
    await lastDayIs('contact', holdId, '2034-06-01');
    await live('2034-06-02');
    const shown = await rights.call('GET', `/compliance/legal-holds/${holdId}`, { bearer: officers[1] });
    expect(shown.body).toMatchObject({ state: 'withdrawn', authority: null, reason: null });
  });
});
