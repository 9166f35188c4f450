/* eslint max-lines: off -- one service and one database are started for all of it */
/*
 * Promised: only the owner of an address can subscribe it; one click unsubscribes for good; the answers do not reveal
 * whose an address is; soft opt-in is shown separately and ends by one call.
 */
import { newId, streamName, type DomainEvent } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startConsent, type Answer, type ConsentUnderTest } from '../consent.fixture.js';
import { ConfirmationTokens } from './confirmation-tokens.js';

const subscriptions = '/api/v1/newsletter/subscriptions';
const confirmations = '/api/v1/newsletter/confirmations';
const unsubscriptions = '/api/v1/newsletter/unsubscriptions';
let consent: ConsentUnderTest;

beforeAll(async () => {
  consent = await startConsent();
});
afterAll(() => consent.close());

const subscribe = (email: string): Promise<Answer> =>
  consent.call('POST', subscriptions, { body: { email, noticeVersion: consent.noticeVersion } });
const contactOf = async (email: string): Promise<string> => (await consent.service.platform.contacts.find(email))!;
const typesIn = async (category: string, id: string): Promise<string[]> =>
  (await consent.history(category, id)).map(({ event }) => event.type);
/** The token the mail would carry. */
const mailedToken = async (email: string): Promise<string> => {
  const history = await consent.history('newsletter', await contactOf(email));
  return String(history.findLast(({ event }) => event.type === 'NewsletterSubscriptionRequested')!.event.data['token']);
};
const subscribed = async (email: string): Promise<string> => {
  await subscribe(email);
  await consent.call('POST', confirmations, { body: { token: await mailedToken(email) } });
  return contactOf(email);
};
const newsletterOf = async (subjectId: string): Promise<string> => {
  const { body } = await consent.call('GET', '/api/v1/me/consents', { as: subjectId });
  return body.items.find(({ purpose }: { purpose: string }) => purpose === 'newsletter').status;
};
const suppressed = (email: string): Promise<boolean> => consent.service.platform.suppressions.isSuppressed(email);
const linkOf = (subjectId: string): string => consent.service.platform.unsubscribeTokens.issue(subjectId);
const objection = (purposes: string[]): DomainEvent => ({
  type: 'ProcessingObjected',
  data: { requestId: newId(), purposes },
});

describe('POST /newsletter/subscriptions', () => {
  it('asks the owner of the address, and only their yes is a consent', async () => {
    const answer = await subscribe('asta@example.org');
    expect([answer.status, answer.body]).toEqual([202, { status: 'confirmationAwaited' }]);
    expect(answer.headers.get('location')).toBe(confirmations);
    const asta = await contactOf('Asta@example.org');
    await until(async () => (await newsletterOf(asta)) === 'requested');

    const token = await mailedToken('asta@example.org');
    const confirmed = await consent.call('POST', confirmations, { body: { token } });
    expect([confirmed.status, confirmed.body]).toEqual([200, { status: 'confirmed' }]);
    const given = (await consent.history('consent', asta)).findLast(({ event }) => event.type === 'ConsentGiven');
    expect(given?.event.data).toMatchObject({ purpose: 'newsletter', method: 'doubleOptIn' });
    expect(await newsletterOf(asta)).toBe('given');
  });

  it('gives the same answer for every address, and mails all but the subscribed', async () => {
    await consent.customer('customer@example.org');
    await subscribed('subscriber@example.org');
    await consent.service.platform.suppressions.suppress('never@example.org');
    const addresses = ['customer', 'subscriber', 'never', 'unheard'].map((name) => `${name}@example.org`);
    const answers = await Promise.all(addresses.map((email) => subscribe(email)));
    const told = answers.map(({ headers, status, text }) => [
      status,
      text,
      ['location', 'content-type', 'cache-control'].map((name) => headers.get(name)),
    ]);
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
    for (const name of ['customer', 'never', 'unheard']) expect(await mailedToken(`${name}@example.org`)).toBeTruthy();
    expect(await typesIn('newsletter', await contactOf('subscriber@example.org'))).toHaveLength(2);
  });

  it('mails one question, however often and in whatever letters the address is typed', async () => {
    await Promise.all(['ture@example.org', 'Ture@Example.org', ' TURE@example.org'].map((email) => subscribe(email)));
    await subscribe('ture@example.org');
    expect(await typesIn('newsletter', await contactOf('ture@example.org'))).toEqual([
      'NewsletterSubscriptionRequested',
    ]);
  });

  it('keeps address and token in no byte of the log', async () => {
    await subscribe('canary.address@example.org');
    const token = await mailedToken('canary.address@example.org');
    const id = await contactOf('canary.address@example.org');
    for await (const event of consent.service.platform.store.readStream(streamName('newsletter', id))) {
      const bytes = JSON.stringify({ ...event, revision: '', position: '' });
      expect(bytes).not.toContain('canary');
      expect(bytes).not.toContain(token.slice(0, 20));
    }
  });

  it.each([
    ['no address', { email: 'nobody' }, 'invalid-field'],
    ['a policy nobody published', { noticeVersion: '1999-01-01' }, 'unknown-notice-version'],
    ['a field nobody knows', { given: true }, 'unknown-field'],
    ['another language', { locale: 'xx' }, 'invalid-field'],
  ])('refuses %s', async (_, change, code) => {
    const body = { email: 'agda@example.org', noticeVersion: consent.noticeVersion, ...change };
    const answer = await consent.call('POST', subscriptions, { body });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });
});

describe('POST /newsletter/confirmations', () => {
  const refused = async (token: string): Promise<void> => {
    const answer = await consent.call('POST', confirmations, { body: { token } });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-confirmation-token']);
  };

  it('takes a token once', async () => {
    await subscribe('once@example.org');
    const token = await mailedToken('once@example.org');
    await consent.call('POST', confirmations, { body: { token } });
    await refused(token);
  });

  it('refuses a token that is wrong in any part, another person’s token and an unsubscribe token', async () => {
    await subscribe('vera@example.org');
    await subscribe('viktor@example.org');
    const [vera, viktor] = [await mailedToken('vera@example.org'), await mailedToken('viktor@example.org')];
    for (const token of [
      'x',
      `${vera}x`,
      vera.slice(0, -1) + (vera.endsWith('A') ? 'B' : 'A'),
      `${vera.split('.')[0]}.${viktor.split('.')[1]}`,
      linkOf(await contactOf('vera@example.org')),
    ]) {
      await refused(token);
    }
    expect(await typesIn('newsletter', await contactOf('vera@example.org'))).toEqual([
      'NewsletterSubscriptionRequested',
    ]);
  });

  it('refuses an expired token', async () => {
    const id = newId();
    const token = consent.service.get<ConfirmationTokens>(ConfirmationTokens).issue(id);
    const data = { email: 'late@example.org', token, expiresAt: '2026-01-01T00:00:00.000Z', language: 'sv' };
    const notice = { noticeVersion: consent.noticeVersion, noticeDigest: 'a1' };
    await consent.append(id, { type: 'NewsletterSubscriptionRequested', data: { ...data, ...notice } });
    await refused(token);
  });

  it('refuses the token of a person erased since', async () => {
    await subscribe('gone@example.org');
    const token = await mailedToken('gone@example.org');
    const id = await contactOf('gone@example.org');
    await consent.service.platform.keyRing.destroy(id, ['contact'], { at: '2026-11-22', requestId: newId() });
    await refused(token);
  });
});

describe('POST /newsletter/unsubscriptions', () => {
  const oneClick = { 'content-type': 'application/x-www-form-urlencoded' };
  const form = 'List-Unsubscribe=One-Click';
  const multipart = (): FormData => {
    const data = new FormData();
    data.set('List-Unsubscribe', 'One-Click');
    return data;
  };

  it.each<[string, (token: string) => Promise<Answer>]>([
    ['JSON', (token) => consent.call('POST', unsubscriptions, { body: { token } })],
    [
      'the one-click form of a mail program',
      (token) => consent.call('POST', `${unsubscriptions}?token=${token}`, { body: form, headers: oneClick }),
    ],
    ['the same in parts', (token) => consent.call('POST', `${unsubscriptions}?token=${token}`, { body: multipart() })],
  ])('ends it without login by %s, at once, and says the same the second time', async (how, post) => {
    const email = `by.${how.length}@example.org`;
    const id = await subscribed(email);
    const token = linkOf(id);
    for (const time of [1, 2]) {
      const answer = await post(token);
      expect([time, answer.status, answer.text]).toEqual([time, 200, '{"status":"unsubscribed"}']);
    }
    expect(await newsletterOf(id)).toBe('withdrawn');
    expect(await suppressed(email)).toBe(true);
    const last = (await consent.history('consent', id)).at(-1)!;
    expect(last.event.data).toMatchObject({ purpose: 'newsletter', method: 'unsubscribeLink' });
    expect((await typesIn('newsletter', id)).filter((type) => type === 'NewsletterUnsubscribed')).toHaveLength(1);
  });

  it('ends newsletter and soft opt-in for a customer too', async () => {
    const id = await consent.customer('kund@example.org');
    const body = { given: true, noticeVersion: consent.noticeVersion };
    await consent.call('PUT', '/api/v1/me/consents/newsletter', { as: id, body });
    await consent.call('POST', unsubscriptions, { body: { token: linkOf(id) } });
    expect(await newsletterOf(id)).toBe('withdrawn');
    expect((await consent.call('GET', '/api/v1/me/soft-opt-in', { as: id })).body.status).toBe('ended');
    expect(await suppressed('kund@example.org')).toBe(true);
  });

  it('is undone by another double opt-in, and by nothing less', async () => {
    const id = await subscribed('again@example.org');
    await consent.call('POST', unsubscriptions, { body: { token: linkOf(id) } });
    const past = { at: '2026-11-20T10:00:00.000Z' };
    const token = consent.service.get<ConfirmationTokens>(ConfirmationTokens).issue(id);
    const data = { email: 'again@example.org', token, expiresAt: '2999-01-01T00:00:00.000Z', language: 'sv' };
    const notice = { noticeVersion: consent.noticeVersion, noticeDigest: 'a1' };
    await consent.append(id, { type: 'NewsletterSubscriptionRequested', data: { ...data, ...notice } }, past);
    expect(await suppressed('again@example.org')).toBe(true);
    await consent.call('POST', confirmations, { body: { token } });
    expect(await suppressed('again@example.org')).toBe(false);
    expect(await newsletterOf(id)).toBe('given');
  });

  it('ends nothing when the link is only opened, or the form has another value', async () => {
    const id = await subscribed('prefetched@example.org');
    const path = `${unsubscriptions}?token=${linkOf(id)}`;
    expect((await consent.call('GET', path)).status).toBe(404);
    expect((await consent.call('POST', path, { body: 'List-Unsubscribe=Perhaps', headers: oneClick })).status).toBe(
      400,
    );
    expect((await consent.call('POST', path, { body: {} })).status).toBe(400);
    const xml = { body: '<x/>', headers: { 'content-type': 'application/xml' } };
    expect((await consent.call('POST', path, xml)).status).toBe(415);
    expect(await newsletterOf(id)).toBe('given');
  });

  it('is the only newsletter route that takes a form', async () => {
    for (const path of [subscriptions, confirmations]) {
      const { body, status } = await consent.call('POST', path, { body: 'token=x', headers: oneClick });
      expect([status, body.code]).toEqual([415, 'unsupported-media-type']);
    }
  });

  it('accepts its own tokens only', async () => {
    for (const token of ['', 'x', linkOf(newId()).slice(1)]) {
      const { body, status } = await consent.call('POST', unsubscriptions, { body: { token } });
      expect([status, body.code]).toEqual([400, 'invalid-confirmation-token']);
    }
  });
});

describe('events of other services', () => {
  it('an objection withdraws the named consents, and the address gets no more advertisements', async () => {
    const id = await consent.customer('objector@example.org');
    const body = { given: true, noticeVersion: consent.noticeVersion };
    for (const purpose of ['newsletter', 'marketing', 'adMeasurement']) {
      await consent.call('PUT', `/api/v1/me/consents/${purpose}`, { as: id, body });
    }
    await consent.append(id, objection(['newsletter', 'marketing']));
    const states = async (): Promise<string[]> =>
      (await consent.call('GET', '/api/v1/me/consents', { as: id })).body.items.map(
        ({ status }: { status: string }) => status,
      );
    const expected = ['withdrawn', 'withdrawn', 'given', 'notAsked'];
    await until(async () => JSON.stringify(await states()) === JSON.stringify(expected));
    await until(() => suppressed('objector@example.org'));
    await until(async () => (await typesIn('newsletter', id)).includes('NewsletterUnsubscribed'));
  });

  it('a yes after an unsubscription allows mail to a confirmed address, and to no other', async () => {
    const yes = async (email: string, ...before: DomainEvent[]): Promise<void> => {
      const id = await consent.customer(email);
      for (const event of before) await consent.append(id, event);
      await consent.service.platform.suppressions.suppress(email);
      const body = { given: true, noticeVersion: consent.noticeVersion };
      await consent.call('PUT', '/api/v1/me/consents/newsletter', { as: id, body });
    };
    await yes('unshown@example.org');
    await yes('shown@example.org', { type: 'EmailConfirmed', data: { at: '2026-11-22T10:00:00.000Z' } });
    await until(async () => !(await suppressed('shown@example.org')));
    expect(await suppressed('unshown@example.org')).toBe(true); // appended earlier, so handled earlier
  });

  it('a refusal in My account also ends a newsletter subscription of the same address', async () => {
    const contact = await subscribed('twice@example.org');
    const customer = await consent.customer('Twice@example.org');
    const body = { given: false, noticeVersion: consent.noticeVersion };
    await consent.call('PUT', '/api/v1/me/consents/newsletter', { as: customer, body });
    await until(async () => (await newsletterOf(contact)) === 'withdrawn');
  });

  it('a campaign: boxes are choices, but a yes to the newsletter is confirmed by mail', async () => {
    const id = await consent.service.platform.contacts.findOrAdd('entrant@example.org');
    const data = {
      campaignId: 'autumn',
      email: 'entrant@example.org',
      phone: null,
      clickId: 'click',
      choices: [
        { purpose: 'newsletter', given: true },
        { purpose: 'marketing', given: true },
        { purpose: 'adMeasurement', given: false },
      ],
      noticeVersion: consent.noticeVersion,
      noticeDigest: 'a1',
      language: 'sv',
    };
    await consent.append(newId(), { type: 'CampaignEntered', data }, { subjectId: id });
    await until(async () => (await newsletterOf(id)) === 'requested');
    const states = (await consent.call('GET', '/api/v1/me/consents', { as: id })).body.items;
    expect(states.map(({ status }: { status: string }) => status)).toEqual([
      'requested',
      'given',
      'refused',
      'notAsked',
    ]);
    const marketing = (await consent.history('consent', id)).find(({ event }) => event.type === 'ConsentGiven');
    expect(marketing?.event.data).toMatchObject({ purpose: 'marketing', method: 'campaignForm' });
    await consent.call('POST', confirmations, { body: { token: await mailedToken('entrant@example.org') } });
    expect(await newsletterOf(id)).toBe('given');
  });

  it('an erasure of a subscriber: every consent is invalid, and the link still answers', async () => {
    const id = await subscribed('erased@example.org');
    await consent.append(id, { type: 'SubjectKeysDestroyed', data: { requestId: newId(), keys: [], retained: [] } });
    await until(async () => (await newsletterOf(id)) === 'invalidated');
    expect((await consent.call('POST', unsubscriptions, { body: { token: linkOf(id) } })).status).toBe(200);
  });
});

describe('/me/soft-opt-in', () => {
  const path = '/api/v1/me/soft-opt-in';
  const approved: DomainEvent = {
    type: 'PaymentApproved',
    data: { processorId: 'mondido', paymentReference: 'p-1', amount: { amountMinor: 100, currency: 'SEK' } },
  };
  const shown = async (as: string) => (await consent.call('GET', path, { as })).body;

  it('is noted at a purchase with its own legal basis, and is not a consent', async () => {
    const [id, orderId] = [await consent.customer('buyer@example.org'), newId()];
    expect(await shown(id)).toMatchObject({ status: 'none', orderId: null });
    await consent.append(orderId, approved, { subjectId: id });
    const answer = await until(async () => {
      const now = await shown(id);
      return now.status === 'noted' && now;
    });
    expect(answer).toMatchObject({ orderId, legalBasis: 'legitimateInterests', purpose: 'similarGoods' });
    expect(await typesIn('consent', id)).toEqual([]);
    expect(await newsletterOf(id)).toBe('notAsked');
  });

  it('ends by one call, before or after a purchase, and no purchase restarts it', async () => {
    const id = await consent.customer('decliner@example.org');
    expect((await consent.call('DELETE', path, { as: id })).body.status).toBe('ended');
    await consent.append(newId(), approved, { subjectId: id });
    const other = await consent.customer('other.buyer@example.org');
    await consent.append(newId(), approved, { subjectId: other });
    await until(async () => (await shown(other)).status === 'noted'); // bought later, so handled later
    expect((await shown(id)).status).toBe('ended');
  });

  it('is not noted for a customer who refused the newsletter', async () => {
    const id = await consent.customer('refuser@example.org');
    const body = { given: false, noticeVersion: consent.noticeVersion };
    await consent.call('PUT', '/api/v1/me/consents/newsletter', { as: id, body });
    expect((await shown(id)).status).toBe('ended');
  });

  it('is for a signed-in customer’s own data', async () => {
    for (const method of ['GET', 'DELETE']) {
      expect((await consent.call(method, path)).status).toBe(401);
      expect((await consent.call(method, path, { as: 'staff' })).status).toBe(403);
      expect((await consent.call(method, path, { as: 'complianceOfficer' })).status).toBe(403);
    }
  });
});
