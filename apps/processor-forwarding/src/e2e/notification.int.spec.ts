/*
 * Promised: a notification is sent once to the person it concerns, and none of its contents stay in rows or events.
 * Left open: a mail that the provider shows in the mailbox only after the search for it may be sent twice, under one
 * message id.
 */
import { orderNumberOf } from '@dittoo/contracts';
import { KeyRing, newId, streamName } from '@dittoo/kernel';
import { isLinkToken, KeyEncryption } from '@dittoo/personal-data';
import { until } from '@dittoo/platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { later, mailStage } from './mail-stage.js';
import { order, startStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ withMail: true, tuning: { attempts: 12 } });
});
afterAll(() => stage.close());
const { customer, waitForNotification, sandbox, eventsOf } = mailStage(() => stage);
afterEach(() => sandbox('faults', 'DELETE'));

describe('a notification', () => {
  it('with the token goes to the new address, the notice of it to the old one', async () => {
    const { subjectId, email, stream } = await customer('en');
    const to = `new-${email}`;
    const eventId = await stage.append(stream, subjectId, {
      type: 'EmailChangeRequested',
      data: { email: to, token: 'secret-token', code: '012345', expiresAt: later },
    });
    const [confirmation, notice] = await Promise.all([stage.waitForMail(to), stage.waitForMail(email)]);
    expect(confirmation.subject).toBe('Confirm your new e-mail address');
    expect(confirmation.text).toContain('/p/email?lang=en&token=secret-token\n');
    expect(confirmation.text).toMatch(/^012345$/m);
    expect(notice.subject).toBe('Your e-mail address is about to change');
    expect(JSON.stringify(notice)).not.toMatch(/secret-token|new-p-/);
    await waitForNotification('emailConfirmation', eventId, 'ForwardingCompleted');
    const ledger = (await eventsOf('emailConfirmation', eventId)).find(({ type }) => type === 'DataDisclosed');
    expect(ledger!.data).toMatchObject({
      processorId: 'oneMail',
      legalEntity: 'One.com A/S',
      purpose: 'dataSubjectRights',
      legalBasis: 'legalObligation',
      fields: expect.arrayContaining(['email', 'actionLink']),
      ciphertextDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      outcome: 'delivered',
    });
  });

  it('about a repeated registration is sent once a day, however often the address is entered', async () => {
    const { subjectId, email, stream } = await customer();
    for (let times = 0; times < 3; times++) {
      await stage.append(stream, subjectId, { type: 'RegistrationRepeated', data: { noticeVersion: '2026-11-01' } });
    }
    const last = await stage.append(stream, subjectId, { type: 'InactivityNoticed', data: { erasesAt: later } });
    await waitForNotification('inactivityNoticed', last, 'ForwardingCompleted');
    expect(stage.mailsTo(email).map(({ subject }) => subject)).toEqual([
      'Du har redan ett konto',
      'Ditt konto har inte använts på länge',
    ]);
  });

  it('answers a person without an account at the address they asked from', async () => {
    const subjectId = newId();
    const email = `r-${subjectId}@example.org`;
    const stream = streamName('rightsRequest', newId());
    const ask = { email, token: 'request-token', expiresAt: later, language: 'sv' };
    await stage.append(stream, subjectId, { type: 'ConfirmationAsked', data: ask });
    expect((await stage.waitForMail(email)).text).toContain('/p/request?lang=sv&token=request-token\n');
    const reason = 'Vi behöver fråga vår betaltjänst.';
    const eventId = await stage.append(stream, subjectId, { type: 'RequestExtended', data: { dueAt: later, reason } });
    await waitForNotification('requestExtended', eventId, 'ForwardingCompleted');
    expect(stage.mailsTo(email).at(-1)!.text).toContain(reason);
  });

  it.each(['ConfirmationAsked', 'RequesterAddressNoted'])(
    'brings a person without an account the link to their access copy, and announces the end of a restriction: %s',
    async (type) => {
      const subjectId = newId();
      const requestId = newId();
      const email = `c-${subjectId}@example.org`;
      const stream = streamName('rightsRequest', requestId);
      const link = { token: 't', expiresAt: later };
      const noted = { email, language: 'sv', ...(type === 'ConfirmationAsked' ? link : {}) };
      const received = { kind: 'access', dueAt: later, noticeVersion: '2026-11-01', detail: null };
      await stage.append(stream, subjectId, { type: 'RightsRequestReceived', data: received });
      await stage.append(stream, subjectId, { type, data: noted });
      await stage.append(stream, subjectId, { type: 'RequesterIdentified', data: { method: 'confirmedEmail' } });
      const prepared = { expiresAt: later, digest: '0'.repeat(64) };
      await stage.append(stream, subjectId, { type: 'CopyPrepared', data: prepared });
      const answer = await stage.append(stream, subjectId, { type: 'RequestAnswered', data: { outcome: 'done' } });
      await waitForNotification('requestAnswered', answer, 'ForwardingCompleted');
      const { text } = stage.mailsTo(email).at(-1)!;
      const path = `/p/copy?lang=sv&request=${requestId}&token=`;
      const token = text.split(path)[1]!.split('\n')[0]!;
      const keys = stage.service.get<KeyEncryption>(KeyEncryption);
      expect(isLinkToken(keys, 'subjectCopy', requestId, token)).toBe(true);
      expect(text).not.toContain('/account/');
      const lift = { requestId, liftsAt: later };
      const own = streamName('dataSubject', subjectId);
      const announced = await stage.append(own, subjectId, { type: 'RestrictionLiftAnnounced', data: lift });
      await waitForNotification('restrictionLiftAnnounced', announced, 'ForwardingCompleted');
      expect(stage.mailsTo(email).at(-1)!.text).toContain(`Begärans nummer: ${requestId}`);
    },
  );

  it('of an answer reaches an erased person, at the address that is kept under the key of the request', async () => {
    const { subjectId, email } = await customer();
    const [requestId, other] = [newId(), newId()];
    const keyRing = stage.service.get<KeyRing>(KeyRing);
    const received = { kind: 'erasure', dueAt: later, noticeVersion: '2026-11-01', detail: null };
    for (const [id, kind] of [
      [requestId, 'erasure'],
      [other, 'restriction'],
    ] as const) {
      const stream = streamName('rightsRequest', id);
      await stage.append(stream, subjectId, { type: 'RightsRequestReceived', data: { ...received, kind } });
      await stage.append(stream, subjectId, { type: 'RequesterAddressNoted', data: { email, language: 'en' } });
    }
    const stream = streamName('rightsRequest', requestId);
    await stage.append(stream, subjectId, { type: 'RequestApproved', data: { by: 'officer', executeAfter: later } });
    const subject = streamName('dataSubject', subjectId);
    await stage.append(subject, subjectId, { type: 'ErasureRequested', data: { requestId } });
    await stage.waitFor('eraseSubject', requestId, 'ErasureAnswered', 'oneMail');
    const keys = await keyRing.keysOf(subjectId);
    const spared = keys.filter(({ scope }) => scope === requestId || scope === other).map(({ kid }) => kid);
    expect(spared).toHaveLength(2);
    const at = stage.service.platform.clock.now();
    await keyRing.destroy(subjectId, ['profile', 'contact'], { at, requestId, spared });
    const retain = [{ category: 'orderAccounting', reason: 'bookkeeping', until: '2033-12-31' }];
    await stage.append(stream, subjectId, { type: 'RequestScopeDecided', data: { erase: ['contact'], retain } });
    await stage.append(stream, subjectId, { type: 'ErasureVerified', data: { categories: ['contact'] } });
    const answered = await stage.append(stream, subjectId, { type: 'RequestAnswered', data: { outcome: 'done' } });
    await waitForNotification('requestAnswered', answered, 'ForwardingCompleted');
    const { subject: line, text } = stage.mailsTo(email).at(-1)!;
    expect(line).toBe('The answer to your request for erasure');
    expect(text).toContain('We have erased your data.');
    expect(text).toContain('the Swedish Accounting Act demands it, until 31 December 2033');
    const [, token] = /\/p\/certificate\?lang=en&request=[\w-]+&token=([\w-]+)/.exec(text)!;
    const encryption = stage.service.get<KeyEncryption>(KeyEncryption);
    expect(isLinkToken(encryption, 'erasureCertificate', requestId, token!)).toBe(true);

    const ended = await stage.append(streamName('rightsRequest', other), subjectId, {
      type: 'RequestAnswered',
      data: { outcome: 'partlyDone' },
    });
    await waitForNotification('requestAnswered', ended, 'ForwardingCompleted');
    expect(stage.mailsTo(email).at(-1)!.text).toContain('because your data was erased before');
  });

  it('of a support case is acknowledged, and the reply is in the same mail thread', async () => {
    const subjectId = newId();
    const email = `s-${subjectId}@example.org`;
    const stream = streamName('supportCase', newId());
    const data = { channel: 'form', email, subject: 'Trasig\r\nBcc: eve@example.org', body: 'Hej', orderId: null, language: 'sv' }; // prettier-ignore
    await stage.append(stream, subjectId, { type: 'SupportCaseOpened', data });
    const first = await stage.waitForMail(email);
    await stage.append(stream, subjectId, { type: 'SupportReplied', data: { body: 'Vi skickar en ny.\nHälsningar' } });
    await until(async () => stage.mailsTo(email).length === 2);
    const reply = stage.mailsTo(email)[1]!;
    expect(reply.subject).toBe('Sv: Trasig Bcc: eve@example.org');
    expect(reply.envelope.to).toEqual([email]);
    expect(reply.headers).toMatchObject({ 'in-reply-to': first.messageId });
    expect(reply.headers).not.toHaveProperty('auto-submitted');
    expect(reply.text).toContain('Vi skickar en ny.');
  });

  it('confirms a paid order to its recipient', async () => {
    const { orderId, subjectId } = await stage.placeOrder();
    const approved = { processorId: 'payson', paymentReference: 'x', amount: order.total };
    await stage.append(streamName('order', orderId), subjectId, { type: 'PaymentApproved', data: approved });
    const { text } = await stage.waitForMail('astrid@example.org');
    expect(text).toContain('Hej Astrid!');
    expect(text).toContain(`Ordernummer: ${orderNumberOf(orderId)}`);
    expect(text).not.toContain('Storgatan');
  });

  it('tells of a shipment, a cancellation and a refund that was paid, and of no refund that is only decided', async () => {
    const { orderId, subjectId } = await stage.placeOrder();
    const stream = streamName('order', orderId);
    const amount = { amountMinor: 12_900, currency: 'SEK' };
    const decided = { refundId: newId(), lines: [], amount, reason: 'Trasig' };
    await stage.append(stream, subjectId, { type: 'RefundDecided', data: decided });
    const facts = [
      ['orderShipped', { type: 'OrderShipped', data: { shippedAt: later } }, 'Din beställning är skickad'],
      ['refundPaid', { type: 'RefundPaid', data: { refundId: decided.refundId, amount } }, 'Din återbetalning'],
      [
        'chargeReduced',
        { type: 'ChargeReduced', data: { refundId: newId(), amount } },
        'Du betalar mindre för din beställning',
      ],
      ['orderCancelled', { type: 'OrderCancelled', data: { by: 'staff' } }, 'Din beställning är avbeställd'],
    ] as const;
    for (const [name, event, subject] of facts) {
      const eventId = await stage.append(stream, subjectId, event);
      await waitForNotification(name, eventId, 'ForwardingCompleted');
      const mail = stage.mailsTo('astrid@example.org').findLast((sent) => sent.subject === subject)!;
      expect(mail.text).toContain(`Ordernummer: ${orderNumberOf(orderId)}`);
      if (name === 'refundPaid' || name === 'chargeReduced') expect(mail.text).toMatch(/Belopp: 129,00\s?kr/);
    }
    const subjects = stage.mailsTo('astrid@example.org').filter(({ text }) => text.includes(orderNumberOf(orderId)));
    expect(subjects.map(({ subject }) => subject)).toEqual(facts.map(([, , subject]) => subject));
  });
});

it('keeps no address, text or token in rows or events', async () => {
  const tables = await stage.rows("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'forwarding'"); // prettier-ignore
  const dumps = await Promise.all(tables.map(({ name }) => stage.rows(`SELECT * FROM forwarding.${String(name)}`)));
  const { store } = stage.service.platform;
  const { events } = await store.readAll({ after: null, limit: 5_000 } as never);
  const dump = JSON.stringify([dumps, events], (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(dumps.flat().length).toBeGreaterThan(10);
  expect(dump).not.toMatch(/example\.org|Astrid|secret-token|request-token|Vi skickar|betaltjänst/);
});
