import { Clock, derivedId, EventStore, isErased, newId, Sealer, streamName, type DomainEvent } from '@dittoo/kernel';
import { ContactDirectory } from '@dittoo/personal-data';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRights, type Answer, type RightsUnderTest } from '../rights.fixture.js';

/**
 * Promised: access and erasure cover all that a person gave under their confirmed address, with and without an account;
 * an officer can enter a request that came by letter or phone. Left open here: how an address is confirmed (identity).
 */
let rights: RightsUnderTest;
let officers: string;
beforeAll(async () => {
  rights = await startRights({ ERASURE_RECIPIENT_DEADLINE: 'PT0S' });
  officers = await rights.officer();
});
afterAll(() => rights.close());

const eventsOf = async (category: string, id: string): Promise<DomainEvent[]> => {
  const recorded = [];
  for await (const event of rights.service.get<EventStore>(EventStore).readStream(streamName(category, id)))
    recorded.push(event);
  return (await rights.service.get<Sealer>(Sealer).open(recorded)).map(({ event }) => event);
};
const answered = (requestId: string): Promise<unknown> =>
  until(async () => (await eventsOf('rightsRequest', requestId)).some(({ type }) => type === 'RequestAnswered'));

/** A support case that was written without an account. */
const wrote = async (email: string, body: string): Promise<{ contactId: string; caseId: string }> => {
  const contactId = await rights.service.get<ContactDirectory>(ContactDirectory).findOrAdd(email);
  const caseId = newId();
  const data = { channel: 'form', email, subject: 'A mug', body, orderId: null, language: 'sv' };
  await rights.record('supportCase', caseId, contactId, { type: 'SupportCaseOpened', data });
  return { contactId, caseId };
};
const confirmed = (customerId: string): Promise<void> =>
  rights.record('customer', customerId, customerId, {
    type: 'EmailConfirmed',
    data: { at: '2026-11-01T10:00:00.000Z' },
  });
const ask = async (bearer: string, kind: string): Promise<string> =>
  (await rights.call('POST', '/me/requests', { bearer, body: { kind } })).body.requestId;

describe('what a customer wrote without an account under the same address', () => {
  it('is in their copy once the address is confirmed, and until then the copy says how to get it', async () => {
    const { customerId, bearer } = await rights.customer('anja');
    const { contactId } = await wrote('anja@example.org', 'My mug broke.');
    const copy = async () => {
      const requestId = await ask(bearer, 'access');
      await answered(requestId);
      return (await rights.call('GET', `/me/requests/${requestId}/export`, { bearer })).body.copy;
    };
    const before = await copy();
    expect(JSON.stringify(before)).not.toContain('My mug broke.');
    expect(before.joinedSubjectIds).toEqual([]);
    expect(before.notIncluded.join(' ')).toMatch(/inte har bekräftat.*begär en kopia från den adressen/);
    await confirmed(customerId);
    const after = await copy();
    expect(JSON.stringify(after)).toContain('My mug broke.');
    expect(after.joinedSubjectIds).toEqual([contactId]);
  });

  it('is erased with them, by a request of its own that is answered at the same address', async () => {
    const { customerId, bearer } = await rights.customer('beata');
    const { caseId, contactId } = await wrote('beata@example.org', 'My mug broke too.');
    await confirmed(customerId);
    const requestId = await ask(bearer, 'erasure');
    await answered(requestId);
    const asContact = derivedId('asContact', requestId);
    await answered(asContact);
    const [opened] = await eventsOf('supportCase', caseId);
    expect(isErased((opened!.data as { readonly body: unknown }).body)).toBe(true);
    expect(await rights.service.get<ContactDirectory>(ContactDirectory).find('beata@example.org')).not.toBe(contactId);
    expect(await eventsOf('rightsRequest', asContact)).toContainEqual({
      type: 'RequesterAddressNoted',
      data: { email: 'beata@example.org', language: 'sv' },
    });
  });

  it('stays untouched while nobody has confirmed the address', async () => {
    const { bearer } = await rights.customer('carin');
    const { caseId } = await wrote('carin@example.org', 'Another person, perhaps.');
    const requestId = await ask(bearer, 'erasure');
    await answered(requestId);
    await rights.answerMailed(requestId);
    await until(async () =>
      (await eventsOf('rightsRequest', requestId)).some(({ type }) => type === 'AnswerDelivered'),
    );
    expect(await eventsOf('rightsRequest', derivedId('asContact', requestId))).toEqual([]);
    const [opened] = await eventsOf('supportCase', caseId);
    expect(opened!.data).toMatchObject({ body: 'Another person, perhaps.' });
  });
});

describe('a request by letter or phone', () => {
  const enter = (body: object, bearer = officers): Promise<Answer> =>
    rights.call('POST', '/compliance/requests', { bearer, body });

  it('is entered by an officer, due from the day it came, and decided by an officer', async () => {
    const { customerId } = await rights.customer('doris');
    const now = Date.parse(rights.service.get<Clock>(Clock).now());
    const receivedAt = new Date(now - 10 * 86_400_000).toISOString();
    const entered = await enter({ kind: 'access', channel: 'letter', receivedAt, subjectId: customerId });
    expect(entered.status).toBe(201);
    const { requestId } = entered.body;
    expect(entered.headers.get('location')).toBe(`/api/v1/compliance/requests/${requestId}`);
    expect(entered.body).toMatchObject({
      subjectId: customerId,
      channel: 'letter',
      answerAddress: 'doris@example.org',
    });
    expect(entered.body.daysLeft).toBeLessThan(26);
    const shown = async () =>
      (await rights.call('GET', `/compliance/requests/${requestId}`, { bearer: officers })).body;
    const referred = await until(async () => {
      const request = await shown();
      return request.state === 'referred' && request;
    });
    expect(referred.blockers).toEqual(['enteredByOfficer']);
    const decision = { bearer: officers, body: { decision: 'approve' } };
    expect((await rights.call('POST', `/compliance/requests/${requestId}/decision`, decision)).status).toBe(200);
    await answered(requestId);
  });

  it('of a person without an account is found by the address, and answered there', async () => {
    const { contactId } = await wrote('edit@example.org', 'Hello.');
    const { body } = await enter({ kind: 'objection', channel: 'phone', email: 'edit@example.org', locale: 'en' });
    expect(body).toMatchObject({ subjectId: contactId, channel: 'phone', answerAddress: 'edit@example.org' });
    await answered(body.requestId); // to marketing it is absolute
    const stranger = (await enter({ kind: 'access', channel: 'phone', email: 'nobody.known@example.org' })).body;
    await answered(stranger.requestId); // nothing is held
  });

  it('is an officer`s to enter, and reports what is wrong with it', async () => {
    const { customerId, bearer } = await rights.customer('frida');
    const body = { kind: 'access', channel: 'letter', subjectId: customerId };
    expect((await enter(body, bearer)).body.code).toBe('not-allowed');
    expect((await enter({ kind: 'access', channel: 'letter' })).body.code).toBe('invalid-request');
    expect((await enter({ ...body, subjectId: newId() })).body.code).toBe('not-found');
    expect((await enter({ ...body, channel: 'pigeon' })).body.code).toBe('invalid-field');
    expect((await enter({ ...body, receivedAt: '2999-01-01T00:00:00.000Z' })).body.code).toBe('invalid-field');
    expect((await enter({ ...body, receivedAt: '2001-01-01T00:00:00.000Z' })).body.code).toBe('invalid-field');
    expect((await enter({ ...body, detail: 'my card is 4111 1111 1111 1111' })).body.code).toBe('card-number-refused');
    const key = { 'idempotency-key': newId() };
    const twice = await Promise.all(
      [1, 2].map(() => rights.call('POST', '/compliance/requests', { bearer: officers, body, headers: key })),
    );
    expect(new Set(twice.map((answer) => answer.body.requestId)).size).toBe(1);
  });
});
