import type { RightsRequestEvent } from '@dittoo/contracts';
import { derivedId, EventStore, KeyRing, newId, Sealer, streamName } from '@dittoo/kernel';
import { ContactDirectory, KeyEncryption, linkToken } from '@dittoo/personal-data';
import { REGISTER } from '@dittoo/platform';
import { until } from '@dittoo/platform/testing';
import type { Register } from '@dittoo/processor-register';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRights, type RightsUnderTest } from '../rights.fixture.js';

/**
 * Promised: the reader of a mailbox can use the rights of its owner, nobody else can, and nobody learns which addresses
 * are known. Left open here: the mails, which another service sends from the events.
 */
let rights: RightsUnderTest;
beforeAll(async () => {
  rights = await startRights();
});
afterAll(() => rights.close());

const history = async (requestId: string): Promise<RightsRequestEvent[]> => {
  const recorded = [];
  const store = rights.service.get<EventStore>(EventStore);
  for await (const event of store.readStream(streamName('rightsRequest', requestId))) recorded.push(event);
  const opened = await rights.service.get<Sealer>(Sealer).open<RightsRequestEvent>(recorded);
  return opened.map(({ event }) => event);
};

const contacts = () => rights.service.get<ContactDirectory>(ContactDirectory);
/** A person who wrote to the shop once, and has no account. */
const correspondent = async (email: string): Promise<string> => {
  const contactId = await contacts().findOrAdd(email);
  await rights.record('supportCase', newId(), contactId, {
    type: 'SupportCaseOpened',
    data: { channel: 'form', email, subject: 'A cup', body: 'It broke.', orderId: null, language: 'sv' },
  });
  return contactId;
};

const ask = (email: string, kind: string, more: object = {}) =>
  rights.call('POST', '/privacy-requests', { body: { email, kind, ...more } });
const confirm = (token: string) => rights.call('POST', '/privacy-requests/confirmation', { body: { token } });

/** The last mailed token of a request of this person. */
const mailed = async (subjectId: string): Promise<string> => {
  const { rows } = await rights.service.platform.pool.query<{ stream_id: string }>(
    `SELECT request_id::text AS stream_id FROM rights.request_in_flight WHERE subject_id = $1 AND likeness LIKE 'byEmail/%'
     ORDER BY likeness`,
    [subjectId],
  );
  const events = await history(rows.at(-1)!.stream_id);
  return (events.findLast(({ type }) => type === 'ConfirmationAsked')!.data as { token: string }).token;
};
const ended = (requestId: string): Promise<RightsRequestEvent[]> =>
  until(async () => {
    const events = await history(requestId);
    return events.some(({ type }) => type === 'RequestAnswered') && events;
  });

describe('a request without an account', () => {
  it('gets the same response for known and unknown addresses', async () => {
    await rights.customer('agneta');
    await correspondent('bo@example.org');
    const answers = await Promise.all(
      ['agneta@example.org', 'bo@example.org', 'nobody@example.org'].map((email) => ask(email, 'access')),
    );
    for (const { body, status } of answers) {
      expect(status).toBe(202);
      expect(Object.keys(body)).toEqual(['confirmBy']);
    }
  });

  it.each([
    ['invalid-field', { email: 'nobody' }],
    ['invalid-field', { kind: 'everything' }],
    ['invalid-field', { locale: 'de' }],
    ['unknown-field', { subjectId: newId() }],
    ['card-number-refused', { detail: 'my card is 4111 1111 1111 1111' }],
  ])('is refused with %s: %j', async (code, wrong) => {
    const { body } = await ask('cecilia@example.org', 'access', wrong);
    expect(body.code).toBe(code);
    expect(JSON.stringify(body)).not.toMatch(/cecilia|4111/);
  });

  it('continues once with the mailed token; the copy is available once by an unguessable link', async () => {
    const contactId = await correspondent('David+shop@example.org');
    await ask('david+shop@EXAMPLE.org', 'access');
    const token = await mailed(contactId);
    for (const wrong of ['made-up', `${newId()}.${'A'.repeat(43)}`, `${token.slice(0, -1)}_`]) {
      expect((await confirm(wrong)).body.code).toBe('invalid-confirmation-token');
    }
    const { status, body } = await confirm(token);
    expect(status).toBe(202);
    expect(body).toEqual({ requestId: token.split('.')[0], dueAt: expect.any(String) });
    expect((await confirm(token)).body.code).toBe('invalid-confirmation-token');
    const { requestId } = body;
    await ended(requestId);

    const link = linkToken(rights.service.get<KeyEncryption>(KeyEncryption), 'subjectCopy', requestId);
    const path = `/privacy-requests/${requestId}/export`;
    const fetched = (with_: string, format = {}) => rights.call('POST', path, { body: { token: with_, ...format } });
    expect((await fetched('A'.repeat(43))).body.code).toBe('not-found');
    expect((await rights.call('POST', path, { body: {} })).body.code).toBe('invalid-field');
    expect((await rights.call('GET', `${path}?token=${link}`)).status).toBe(404); // a program that checks mail
    const page = await fetched(link, { format: 'html' });
    expect(page.status).toBe(200);
    expect(page.body).toContain('It broke.');
    expect((await fetched(link)).body.code).toBe('gone');
  });

  it('that is not confirmed is not shown to officers, and no second mail is sent at once', async () => {
    const contactId = await correspondent('eva@example.org');
    await ask('eva@example.org', 'rectification', { detail: 'it is Eva' });
    const token = await mailed(contactId);
    await ask('eva@example.org', 'rectification', { detail: 'it is Eva' });
    expect(await mailed(contactId)).toBe(token);
    const officers = await rights.officer();
    const queue = (await rights.call('GET', '/compliance/requests?limit=200', { bearer: officers })).body.items;
    expect(queue.map(({ requestId }: { requestId: string }) => requestId)).not.toContain(token.split('.')[0]);
    await confirm(token);
    await until(async () => {
      const { items } = (await rights.call('GET', '/compliance/requests?limit=200', { bearer: officers })).body;
      return items.some(({ requestId }: { requestId: string }) => requestId === token.split('.')[0]);
    });
  });

  it('of an unknown address ends with no data held', async () => {
    await ask('filip@example.org', 'erasure');
    const contactId = (await contacts().find('filip@example.org'))!;
    const { body } = await confirm(await mailed(contactId));
    const events = await ended(body.requestId);
    expect(events.slice(2)).toEqual([
      { type: 'RequesterAddressNoted', data: { email: 'filip@example.org', language: 'sv' } },
      { type: 'RequesterIdentified', data: { method: 'confirmedEmail' } },
      { type: 'RequestScopeDecided', data: { erase: [], retain: [] } },
      { type: 'RequestAnswered', data: { outcome: 'done' } },
    ]);
    const token = linkToken(rights.service.get<KeyEncryption>(KeyEncryption), 'subjectCopy', body.requestId);
    const path = `/privacy-requests/${body.requestId}/export`;
    expect((await rights.call('POST', path, { body: { token } })).body.code).toBe('not-found');
  });

  it('erases a contact with keys and address, and certifies it', async () => {
    const email = 'gunnel@example.org';
    const contactId = await correspondent(email);
    await ask(email, 'erasure', { locale: 'en' });
    const { body } = await confirm(await mailed(contactId));
    const store = rights.service.get<EventStore>(EventStore);
    await until(async () => {
      for await (const { type } of store.readStream(streamName('dataSubject', contactId)))
        if (type === 'ErasureRequested') return true;
      return false;
    });
    for (const processorId of Object.keys(rights.service.get<Register>(REGISTER).processors)) {
      await rights.record('forwarding', newId(), contactId, {
        type: 'ErasureAnswered',
        data: { processorId, requestId: body.requestId, answer: 'acknowledged', reason: 'nothingHeld' },
      });
    }
    await ended(body.requestId);
    // The address for the answer goes after the answer.
    const usable = async () => {
      const keys = await rights.service.get<KeyRing>(KeyRing).keysOf(contactId);
      return keys.filter(({ state }) => state === 'active').map(({ scope }) => scope);
    };
    expect(await usable()).toEqual([body.requestId]);
    await rights.answerMailed(body.requestId);
    await until(async () => (await usable()).length === 0);
    expect(await contacts().find(email)).toBeNull();
    const certificate = await rights.call('GET', body.certificate.replace('/api/v1', ''));
    expect(certificate.body.certificate).toMatchObject({ requestId: body.requestId, outcome: 'done' });
    expect(JSON.stringify(certificate.body)).not.toContain('gunnel');
    // From then on the address belongs to a new person, who gets the same response.
    expect((await ask(email, 'access')).status).toBe(202);
    expect(await contacts().find(email)).not.toBe(contactId);
  });
});

describe('a customer who cannot sign in', () => {
  it('needs an officer’s decision: a mailbox is not an account', async () => {
    const { customerId } = await rights.customer('hanna');
    await ask('Hanna@example.org', 'erasure');
    const { body } = await confirm(await mailed(customerId));
    const referred = await until(async () =>
      (await history(body.requestId)).find(({ type }) => type === 'RequestReferredToOfficer'),
    );
    expect(referred.data).toEqual({ blockers: ['identifiedByEmailOnly'] });
    // Their own signed-in request is a different one, which the unconfirmed request does not replace.
    const officers = await rights.officer();
    const decision = { decision: 'refuse', reason: 'sign in, please' };
    const path = `/compliance/requests/${body.requestId}/decision`;
    expect((await rights.call('POST', path, { bearer: officers, body: decision })).status).toBe(200);
  });

  it('ends marketing at once, and their request also covers the contact with the same address', async () => {
    const { customerId, bearer } = await rights.customer('ivar');
    const contactId = await correspondent('ivar@example.org');
    await ask('ivar@example.org', 'objection');
    const { body } = await confirm(await mailed(customerId));
    await ended(body.requestId);
    const { objectedPurposes } = (await rights.call('GET', '/me/processing', { bearer })).body;
    expect(objectedPurposes).toEqual(
      expect.arrayContaining(['newsletter', 'marketing', 'similarGoods', 'adMeasurement']),
    );
    // The second request is answered too.
    const asContact = await ended(derivedId('asContact', body.requestId));
    expect(asContact).toContainEqual({
      type: 'RequesterAddressNoted',
      data: { email: 'ivar@example.org', language: 'sv' },
    });
    const store = rights.service.get<EventStore>(EventStore);
    await until(async () => {
      for await (const { type } of store.readStream(streamName('dataSubject', contactId)))
        if (type === 'ProcessingObjected') return true;
      return false;
    });
  });

  it('has their own requests, separate from those of strangers who entered the address', async () => {
    const { customerId, bearer } = await rights.customer('jenny');
    await ask('jenny@example.org', 'access');
    const byEmail = (await mailed(customerId)).split('.')[0];
    const own = await rights.call('POST', '/me/requests', { bearer, body: { kind: 'access' } });
    expect(own.body.requestId).not.toBe(byEmail);
    await ended(own.body.requestId);
  });
});
