/*
 * Promised: a letter goes to whom it concerns, with what the gate lets pass at that moment, once; what may not go is a
 * refusal with a reason. An unknown outcome is looked for before anything goes again. Left open: a mail that the provider
 * shows in the mailbox only later than it is looked for may go twice, under one message id.
 */
import { type ForwardingEvent, type RefusalReason } from '@dittoo/contracts';
import { derivedId, newId, streamName, type DomainEvent, type Uuid } from '@dittoo/kernel';
import { isLinkToken, KeyEncryption } from '@dittoo/personal-data';
import { until } from '@dittoo/platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import type { LetterName } from '../mail/notifications.js';
import type { InterruptionPoint } from '../processor-forwarding.config.js';
import { MailboxRecords } from '../mailbox/mail-records.js';
import { order, startStage, type Stage } from './stage.js';
import { DataSource } from 'typeorm';

let stage: Stage;
/** Where the worker dies next, once. */
let killAt: InterruptionPoint | null = null;
beforeAll(async () => {
  stage = await startStage({
    withMail: true,
    tuning: { attempts: 12 },
    interrupt: (point) => {
      if (point !== killAt) return;
      killAt = null;
      throw Object.assign(new Error('killed'), { name: 'Interrupted' });
    },
  });
});
afterAll(() => stage.close());
afterEach(() => sandbox('faults', 'DELETE'));

const sandbox = async (path: string, method = 'GET', body?: object): Promise<unknown> => {
  const answer = await fetch(`${stage.sandbox.urls.sandbox}/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return answer.status === 204 ? null : answer.json();
};
const fault = (faulty: Record<string, string | number>) => stage.plant({ processor: 'oneMail', ...faulty } as never);
const inMailbox = async () => (await sandbox('oneMail/messages')) as { items: { messageId: string; folder: string }[] };

const later = '2099-01-01T10:00:00.000Z';
/** Somebody new at an address of their own. */
const somebody = async (locale = 'sv'): Promise<{ subjectId: Uuid; email: string; stream: string }> => {
  const subjectId = newId();
  const email = `p-${subjectId}@example.org`;
  const stream = streamName('dataSubject', subjectId);
  const data = { givenName: 'Astrid', familyName: 'Exempel', email, phone: null, address: null, passwordHash: 'x', locale }; // prettier-ignore
  await stage.say(stream, subjectId, { type: 'CustomerRegistered', data });
  return { subjectId, email, stream };
};
const keyed = (name: LetterName, eventId: Uuid) => ['sendMail', `${name}/${eventId}`] as const;
const heard = <Type extends ForwardingEvent['type']>(name: LetterName, eventId: Uuid, type: Type) =>
  stage.hears(...keyed(name, eventId), type, 'oneMail');
const told = (name: LetterName, eventId: Uuid) => stage.told(...keyed(name, eventId), 'oneMail');
const refusedFor = async (name: LetterName, eventId: Uuid, reason: RefusalReason) =>
  expect(await heard(name, eventId, 'ForwardingRefused')).toMatchObject({ reason });

const newsletterAsked = (email: string, expiresAt = later): DomainEvent => ({
  type: 'NewsletterSubscriptionRequested',
  data: { email, token: `t-${email}`, expiresAt, noticeVersion: '2026-11-01', noticeDigest: '0', language: 'en' },
});
const subscriber = () => {
  const subjectId = newId();
  return { subjectId, email: `n-${subjectId}@example.org`, stream: streamName('newsletter', subjectId) };
};

describe('a letter', () => {
  it('with the token goes to the new address, the notice of it to the old one', async () => {
    const { subjectId, email, stream } = await somebody('en');
    const to = `new-${email}`;
    const eventId = await stage.say(stream, subjectId, {
      type: 'EmailChangeRequested',
      data: { email: to, token: 'secret-token', expiresAt: later },
    });
    const [confirmation, notice] = await Promise.all([stage.mailed(to), stage.mailed(email)]);
    expect(confirmation.subject).toBe('Confirm your new e-mail address');
    expect(confirmation.text).toContain('/account/email#token=secret-token');
    expect(notice.subject).toBe('Your e-mail address is about to change');
    expect(JSON.stringify(notice)).not.toMatch(/secret-token|new-p-/);
    await heard('emailConfirmation', eventId, 'ForwardingCompleted');
    const ledger = (await told('emailConfirmation', eventId)).find(({ type }) => type === 'DataDisclosed');
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

  it('about a repeated registration is written once a day, however often somebody types the address', async () => {
    const { subjectId, email, stream } = await somebody();
    for (let times = 0; times < 3; times++) {
      await stage.say(stream, subjectId, { type: 'RegistrationRepeated', data: { noticeVersion: '2026-11-01' } });
    }
    const last = await stage.say(stream, subjectId, { type: 'InactivityNoticed', data: { erasesAt: later } });
    await heard('inactivityNoticed', last, 'ForwardingCompleted');
    expect(stage.mails(email).map(({ subject }) => subject)).toEqual([
      'Du har redan ett konto',
      'Ditt konto har inte använts på länge',
    ]);
  });

  it('answers somebody without an account at the address they asked from', async () => {
    const subjectId = newId();
    const email = `r-${subjectId}@example.org`;
    const stream = streamName('rightsRequest', newId());
    const ask = { email, token: 'request-token', expiresAt: later, language: 'sv' };
    await stage.say(stream, subjectId, { type: 'ConfirmationAsked', data: ask });
    expect((await stage.mailed(email)).text).toContain('/privacy-requests/confirmation#token=request-token');
    const reason = 'Vi behöver fråga vår betaltjänst.';
    const eventId = await stage.say(stream, subjectId, { type: 'RequestExtended', data: { dueAt: later, reason } });
    await heard('requestExtended', eventId, 'ForwardingCompleted');
    expect(stage.mails(email).at(-1)!.text).toContain(reason);
  });

  it.each(['ConfirmationAsked', 'RequesterAddressNoted'])(
    'brings somebody without an account the link to their copy, and word of the end of a restriction: %s',
    async (type) => {
      const subjectId = newId();
      const requestId = newId();
      const email = `c-${subjectId}@example.org`;
      const stream = streamName('rightsRequest', requestId);
      const link = { token: 't', expiresAt: later };
      const noted = { email, language: 'sv', ...(type === 'ConfirmationAsked' ? link : {}) };
      await stage.say(stream, subjectId, { type, data: noted });
      await stage.say(stream, subjectId, { type: 'RequesterIdentified', data: { method: 'confirmedEmail' } });
      const prepared = { expiresAt: later, digest: '0'.repeat(64) };
      const copy = await stage.say(stream, subjectId, { type: 'CopyPrepared', data: prepared });
      await heard('copyPrepared', copy, 'ForwardingCompleted');
      const { text } = stage.mails(email).at(-1)!;
      const path = `/api/v1/privacy-requests/${requestId}/export?token=`;
      const token = text.split(path)[1]!.split('&')[0]!;
      const keys = stage.service.get<KeyEncryption>(KeyEncryption);
      expect(isLinkToken(keys, 'subjectCopy', requestId, token)).toBe(true);
      expect(text).not.toContain('/account/');
      const lift = { requestId, liftsAt: later };
      const own = streamName('dataSubject', subjectId);
      const announced = await stage.say(own, subjectId, { type: 'RestrictionLiftAnnounced', data: lift });
      await heard('restrictionLiftAnnounced', announced, 'ForwardingCompleted');
      expect(stage.mails(email).at(-1)!.text).toContain(`Begärans nummer: ${requestId}`);
    },
  );

  it('of a support case is acknowledged, and the reply stands in the same conversation', async () => {
    const subjectId = newId();
    const email = `s-${subjectId}@example.org`;
    const stream = streamName('supportCase', newId());
    const data = { channel: 'form', email, subject: 'Trasig\r\nBcc: eve@example.org', body: 'Hej', orderId: null, language: 'sv' }; // prettier-ignore
    await stage.say(stream, subjectId, { type: 'SupportCaseOpened', data });
    const first = await stage.mailed(email);
    await stage.say(stream, subjectId, { type: 'SupportReplied', data: { body: 'Vi skickar en ny.\nHälsningar' } });
    await until(async () => stage.mails(email).length === 2);
    const reply = stage.mails(email)[1]!;
    expect(reply.subject).toBe('Sv: Trasig Bcc: eve@example.org');
    expect(reply.envelope.to).toEqual([email]);
    expect(reply.headers).toMatchObject({ 'in-reply-to': first.messageId });
    expect(reply.headers).not.toHaveProperty('auto-submitted');
    expect(reply.text).toContain('Vi skickar en ny.');
  });

  it('confirms a paid order to whom it was for', async () => {
    const { orderId, subjectId } = await stage.place();
    const approved = { processorId: 'payson', paymentReference: 'x', amount: order.total };
    await stage.say(streamName('order', orderId), subjectId, { type: 'PaymentApproved', data: approved });
    const { text } = await stage.mailed('astrid@example.org');
    expect(text).toContain('Hej Astrid!');
    expect(text).toContain(orderId);
    expect(text).not.toContain('Storgatan');
  });
});

describe('the gate', () => {
  it('asks the list of those who want no mail, except for answers', async () => {
    const { subjectId, email, stream } = await somebody();
    await stage.service.platform.suppressions.suppress(email.toUpperCase());
    const repeated = { type: 'RegistrationRepeated', data: { noticeVersion: '2026-11-01' } };
    const eventId = await stage.say(stream, subjectId, repeated);
    const key = `registrationRepeated/${subjectId}/${stage.service.platform.clock.now().slice(0, 10)}`;
    expect(await stage.hears('sendMail', key, 'ForwardingRefused', 'oneMail')).toMatchObject({
      reason: 'addressSuppressed',
    });
    expect(stage.mails(email)).toEqual([]);
    const request = streamName('rightsRequest', newId());
    const asked = { email, token: 't', expiresAt: later, language: 'sv' };
    const answer = await stage.say(request, subjectId, { type: 'ConfirmationAsked', data: asked });
    await heard('requestConfirmation', answer, 'ForwardingCompleted');
    expect(eventId).not.toBe(answer);
  });

  const confirmed = async () => {
    const { subjectId, email, stream } = subscriber();
    const asked = await stage.say(stream, subjectId, newsletterAsked(email));
    await heard('newsletterConfirmation', asked, 'ForwardingCompleted');
    const choice = { recordId: newId(), purpose: 'newsletter', noticeVersion: '2026-11-01', noticeDigest: '0', language: 'en', method: 'doubleOptIn' }; // prettier-ignore
    const consent = streamName('consent', subjectId);
    await stage.say(consent, subjectId, { type: 'ConsentGiven', data: choice });
    const confirm = () =>
      stage.say(stream, subjectId, { type: 'NewsletterSubscriptionConfirmed', data: { recordId: choice.recordId } });
    return { subjectId, email, consent, choice, confirm };
  };

  it('lets mail that rests on consent pass with it, and gives it an end by one click', async () => {
    const { email, choice, confirm } = await confirmed();
    const eventId = await confirm();
    await heard('newsletterWelcome', eventId, 'ForwardingCompleted');
    const { headers, subject } = stage.mails(email)[1]!;
    expect(subject).toBe('You now get our newsletter');
    expect(headers).toMatchObject({
      'list-unsubscribe': expect.stringMatching(/^<http.*\/api\/v1\/newsletter\/unsubscriptions\?token=[\w-]+>$/),
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
    });
    const ledger = (await told('newsletterWelcome', eventId)).find(({ type }) => type === 'DataDisclosed');
    expect(ledger!.data).toMatchObject({ legalBasis: 'consent', consentRecordId: choice.recordId });
  });

  it('stops it at a withdrawal, also between two attempts', async () => {
    const { subjectId, email, consent, choice, confirm } = await confirmed();
    await fault({ method: 'DATA', kind: 'status', status: 451, times: 8 });
    const eventId = await confirm();
    await heard('newsletterWelcome', eventId, 'AttemptFailed');
    const { recordId, purpose, method } = choice;
    await stage.say(consent, subjectId, { type: 'ConsentWithdrawn', data: { recordId, purpose, method } });
    await refusedFor('newsletterWelcome', eventId, 'consentMissing');
    const outcomes = (await told('newsletterWelcome', eventId)).map(
      ({ data }) => (data as { outcome?: string }).outcome,
    );
    expect(outcomes).not.toContain('delivered');
    expect(email).toContain('@');
  });

  it('holds while that list does not answer, and sends nothing on a guess', async () => {
    const url = new URL(stage.service.platform.config.databaseUrl!);
    url.pathname += '_keyring';
    const keys = new Pool({ connectionString: url.toString(), max: 1 });
    await keys.query('ALTER TABLE keyring.suppression RENAME TO suppression_away');
    const { subjectId, email, stream } = await somebody();
    await stage.say(stream, subjectId, { type: 'RegistrationRepeated', data: { noticeVersion: '2026-11-01' } });
    const held = async () =>
      (await stage.rows(`SELECT 1 FROM forwarding.one_mail_lane WHERE subject_id = '${subjectId}' AND next_at > now()`)).length > 0; // prettier-ignore
    await until(held, 20_000);
    expect(stage.mails(email)).toEqual([]);
    await keys.query('ALTER TABLE keyring.suppression_away RENAME TO suppression');
    await keys.end();
    expect((await stage.mailed(email)).subject).toBe('Du har redan ett konto');
    expect(stage.mails(email)).toHaveLength(1);
  });

  it('stops what is queued when processing is restricted, and lets answers about rights pass', async () => {
    const { subjectId, email, stream } = await somebody();
    await fault({ method: 'RCPT', kind: 'status', status: 451 });
    const noticed = await stage.say(stream, subjectId, { type: 'InactivityNoticed', data: { erasesAt: later } });
    await heard('inactivityNoticed', noticed, 'AttemptFailed');
    await stage.say(stream, subjectId, { type: 'ProcessingRestricted', data: { requestId: newId() } });
    // Whether the retry or the restriction was first, after the restriction nothing of it leaves.
    const end = await until(async () =>
      (await told('inactivityNoticed', noticed)).find(({ type }) => /Refused|Completed/.test(type)),
    );
    if (end.type === 'ForwardingRefused') expect(end.data).toMatchObject({ reason: 'processingRestricted' });
    const again = await stage.say(stream, subjectId, { type: 'InactivityNoticed', data: { erasesAt: later } });
    await refusedFor('inactivityNoticed', again, 'processingRestricted');
    const lift = { requestId: newId(), liftsAt: later };
    const lifted = await stage.say(stream, subjectId, { type: 'RestrictionLiftAnnounced', data: lift });
    await heard('restrictionLiftAnnounced', lifted, 'ForwardingCompleted');
    expect(stage.mails(email).at(-1)!.subject).toBe('Begränsningen av dina uppgifter upphör');
  });

  it('heeds an objection to what rests on a legitimate interest', async () => {
    const { subjectId, email, stream } = subscriber();
    const objected = { requestId: newId(), purposes: ['newsletterConfirmation'] };
    await stage.say(streamName('dataSubject', subjectId), subjectId, { type: 'ProcessingObjected', data: objected });
    await refusedFor('newsletterConfirmation', await stage.say(stream, subjectId, newsletterAsked(email)), 'processingObjected'); // prettier-ignore
    expect(stage.mails(email)).toEqual([]);
  });

  it('sends no link that works no more', async () => {
    const { subjectId, email, stream } = subscriber();
    const past = newsletterAsked(email, '2020-01-01T10:00:00.000Z');
    await refusedFor('newsletterConfirmation', await stage.say(stream, subjectId, past), 'valueGone');
  });

  it('whoever cannot be written to any more is no error', async () => {
    const { subjectId, stream } = subscriber();
    const eventId = await stage.say(streamName('rightsRequest', newId()), subjectId, {
      type: 'RequestAnswered',
      data: { outcome: 'done' },
    });
    await refusedFor('requestAnswered', eventId, 'valueGone');
    expect(stream).toContain(subjectId);
  });

  it.each(['Ditt nummer 701063-2391 stämmer.', 'Kortet 4111 1111 1111 1111 är spärrat.'])(
    'writes no personnummer and no card number in mail',
    async (body) => {
      const subjectId = newId();
      const stream = streamName('supportCase', newId());
      const email = `w-${subjectId}@example.org`;
      const data = { channel: 'form', email, subject: 'Fråga', body: 'Hej', orderId: null, language: 'sv' };
      await stage.say(stream, subjectId, { type: 'SupportCaseOpened', data });
      const eventId = await stage.say(stream, subjectId, { type: 'SupportReplied', data: { body } });
      await refusedFor('supportReply', eventId, 'fieldNotAllowed');
      expect(JSON.stringify(stage.mails(email))).not.toMatch(/701063|4111/);
    },
  );
});

describe('what went wrong on the way', () => {
  const asked = async () => {
    const { subjectId, email, stream } = subscriber();
    return { email, subjectId, eventId: await stage.say(stream, subjectId, newsletterAsked(email)) };
  };

  it('is tried again where it may fare better, under the same message id', async () => {
    await fault({ method: 'DATA', kind: 'status', status: 451, times: 2 });
    const { email, eventId } = await asked();
    await heard('newsletterConfirmation', eventId, 'ForwardingCompleted');
    const tries = stage.mails(email);
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map(({ messageId }) => messageId)).size).toBe(1);
    const outcomes = (await told('newsletterConfirmation', eventId))
      .filter(({ type }) => type === 'DataDisclosed')
      .map(({ data }) => (data as { outcome: string }).outcome);
    expect(outcomes).toEqual(['rejected', 'rejected', 'delivered']);
  });

  it('is parked where it will not', async () => {
    await fault({ method: 'RCPT', kind: 'status', status: 550 });
    const { eventId } = await asked();
    expect(await heard('newsletterConfirmation', eventId, 'ForwardingParked')).toMatchObject({ failure: 'smtp-550' });
  });

  it.each(['dropAfterEffect', 'hangAfterEffect'])('silence after the effect (%s) sends nothing twice', async (kind) => {
    await fault({ method: 'DATA', kind });
    const { email, eventId } = await asked();
    await heard('newsletterConfirmation', eventId, 'ForwardingCompleted');
    expect(stage.mails(email)).toHaveLength(1);
    const types = (await told('newsletterConfirmation', eventId)).map(({ type }) => type);
    expect(types).toEqual(['ForwardingRequested', 'DataDisclosed', 'AttemptFailed', 'ForwardingCompleted']);
  });

  it.each(['marked', 'sent', 'recorded'] as const)(
    'a worker that dies (%s) leaves one mail, not none and not two',
    async (point) => {
      killAt = point;
      const { email, eventId } = await asked();
      await heard('newsletterConfirmation', eventId, 'ForwardingCompleted');
      await until(
        async () => (await stage.rows("SELECT 1 FROM forwarding.one_mail_item WHERE state <> 'parked'")).length === 0,
        20_000,
      );
      expect(killAt).toBeNull();
      expect(stage.mails(email)).toHaveLength(1);
      const ledger = (await told('newsletterConfirmation', eventId)).filter(({ type }) => type === 'DataDisclosed');
      expect(ledger.map(({ data }) => (data as { outcome: string }).outcome)).toContain(point === 'marked' ? 'unknown' : 'delivered'); // prettier-ignore
    },
  );

  it('silence without an effect is looked at first, then sent again', async () => {
    await fault({ method: 'DATA', kind: 'reset' });
    const { email, eventId } = await asked();
    await heard('newsletterConfirmation', eventId, 'ForwardingCompleted');
    expect(stage.mails(email)).toHaveLength(2);
    const lying = (await inMailbox()).items.filter(({ messageId }) => messageId === stage.mails(email)[0]!.messageId);
    expect(lying).toHaveLength(1);
  });
});

/** Somebody who was sent a mail. */
const written = async () => {
  const { subjectId, email, stream } = subscriber();
  const eventId = await stage.say(stream, subjectId, newsletterAsked(email));
  await heard('newsletterConfirmation', eventId, 'ForwardingCompleted');
  return { subjectId, email, messageId: stage.mails(email)[0]!.messageId };
};

const erase = async (subjectId: Uuid) => {
  const requestId = newId();
  await stage.say(streamName('dataSubject', subjectId), subjectId, { type: 'ErasureRequested', data: { requestId } });
  return stage.hears('eraseSubject', requestId, 'ErasureAnswered', 'oneMail');
};

describe('an erasure', () => {
  const put = (raw: string, folder = 'INBOX') =>
    sandbox('oneMail/messages', 'POST', { raw, folder }) as Promise<{ folder: string; uidValidity: number; uid: number }>; // prettier-ignore

  it('deletes what was sent, what answers it and what was taken in, and nobody else’s', async () => {
    const [person, other] = [await written(), await written()];
    await put(`Message-ID: <answer@x>\nIn-Reply-To: ${person.messageId}\n\nhej`, 'INBOX.Archive');
    const known = await put('Message-ID: <known@x>\n\nhej');
    await put('Message-ID: <stranger@x>\n\nhej');
    const records = stage.service.get<MailboxRecords>(MailboxRecords);
    await stage.service.get<DataSource>(DataSource).transaction((transaction) =>
      records.received(transaction, person.subjectId, {
        ...known,
        uidValidity: String(known.uidValidity),
        messageId: '<known@x>',
        receivedAt: '2026-11-22T10:00:00.000Z',
      }),
    );
    await fault({ method: 'IMAP', path: 'UID EXPUNGE', kind: 'status' });
    expect(await erase(person.subjectId)).toMatchObject({ answer: 'acknowledged', reason: 'deleted' });
    const left = (await inMailbox()).items.map(({ messageId }) => messageId);
    expect(left).toEqual(expect.arrayContaining([other.messageId, '<stranger@x>']));
    for (const gone of [person.messageId, '<answer@x>', '<known@x>']) expect(left).not.toContain(gone);
    await until(async () => (await records.of(person.subjectId)).sent.length === 0);
  });

  it('fails aloud where nobody can tell what lies there', async () => {
    const person = await written();
    const records = stage.service.get<MailboxRecords>(MailboxRecords);
    await stage.service.get<DataSource>(DataSource).transaction((transaction) =>
      records.received(transaction, person.subjectId, {
        folder: 'INBOX',
        uidValidity: '7',
        uid: 1,
        messageId: null,
        receivedAt: '2026-11-22T10:00:00.000Z',
      }),
    );
    expect(await erase(person.subjectId)).toMatchObject({ answer: 'failed', reason: 'uid-validity-changed' });
  });

  it('takes back what is queued, and answers at once who was never written to', async () => {
    await fault({ method: 'MAIL', kind: 'status', status: 451, times: 3 });
    const { subjectId, email, stream } = subscriber();
    const eventId = await stage.say(stream, subjectId, newsletterAsked(email));
    await heard('newsletterConfirmation', eventId, 'AttemptFailed');
    await erase(subjectId);
    const end = (await told('newsletterConfirmation', eventId)).at(-1)!;
    expect(['ForwardingCancelled', 'ForwardingRefused']).toContain(end.type);
    expect(stage.mails(email)).toEqual([]);
    expect(await erase(newId())).toMatchObject({ answer: 'acknowledged', reason: 'nothingHeld' });
  });
});

describe('the mailbox', () => {
  it('is swept of what is older than the register lets it be, in every folder, and the log says how much', async () => {
    const old = '2020-05-01T10:00:00.000Z';
    const put = (id: string, folder: string, receivedAt: string) =>
      sandbox('oneMail/messages', 'POST', { raw: `Message-ID: <${id}@x>\n\nhej`, folder, receivedAt });
    await put('old-inbox', 'INBOX', old);
    await put('old-trash', 'INBOX.Trash', old);
    await put('young', 'INBOX', new Date().toISOString());
    // What we sent long ago was put back today: the provider takes it for new.
    const { subjectId, email, stream } = subscriber();
    const eventId = await stage.say(stream, subjectId, newsletterAsked(email));
    await heard('newsletterConfirmation', eventId, 'ForwardingCompleted');
    await stage.rows(`UPDATE forwarding.mailed SET sent_at = '2020-05-01' WHERE subject_id = '${subjectId}'`);
    await stage.rows('DELETE FROM forwarding.mailbox_sweep');
    const swept = await until(async () => {
      for await (const { type, data } of stage.service.platform.store.readStream(
        streamName('processor', derivedId('processor', 'oneMail')),
      ))
        if (type === 'MailboxSwept') return data;
      return false;
    }, 20_000);
    expect(swept).toMatchObject({
      processorId: 'oneMail',
      folders: [
        { folder: 'INBOX', deleted: 1 },
        { folder: 'INBOX.Sent', deleted: 1 },
        { folder: 'INBOX.Trash', deleted: 1 },
      ],
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const left = (await inMailbox()).items.map(({ messageId }) => messageId);
    expect(left).toContain('<young@x>');
    expect(left).not.toEqual(expect.arrayContaining(['<old-inbox@x>']));
    expect(left).not.toEqual(expect.arrayContaining(['<old-trash@x>']));
    expect(left).not.toEqual(expect.arrayContaining([stage.mails(email)[0]!.messageId]));
    await until(async () => (await stage.rows('SELECT 1 FROM forwarding.mailbox_sweep WHERE finished_at IS NOT NULL')).length === 1); // prettier-ignore
  });
});

describe('a legal hold over what somebody wrote', () => {
  const hold = async (subjectId: Uuid, categories: readonly string[]): Promise<Uuid> => {
    const [holdId, officer] = [newId(), newId()];
    const asked = {
      subjectId,
      by: officer,
      orderId: null,
      categories,
      authority: 'IMY',
      reason: 'x',
      expiresAt: later,
    };
    await stage.say(streamName('legalHold', holdId), officer, { type: 'LegalHoldRequested', data: asked });
    await stage.say(streamName('legalHold', holdId), officer, { type: 'LegalHoldConfirmed', data: { subjectId, by: newId() } }); // prettier-ignore
    return holdId;
  };
  const isHeld = (subjectId: Uuid) => stage.service.get<MailboxRecords>(MailboxRecords).isHeld(subjectId);

  it('keeps their mail at the provider, and makes an erasure of it a person’s task', async () => {
    const person = await written();
    const holdId = await hold(person.subjectId, ['support']);
    await until(() => isHeld(person.subjectId));
    expect(await erase(person.subjectId)).toMatchObject({ answer: 'notSupported', reason: 'legalHold' });
    await stage.rows(`UPDATE forwarding.mailed SET sent_at = '2020-05-01' WHERE subject_id = '${person.subjectId}'`);
    await stage.rows('DELETE FROM forwarding.mailbox_sweep');
    const swept = () => stage.rows('SELECT 1 FROM forwarding.mailbox_sweep WHERE finished_at IS NOT NULL');
    await until(async () => (await swept()).length === 1, 20_000);
    expect((await inMailbox()).items.map(({ messageId }) => messageId)).toContain(person.messageId);

    const released = { subjectId: person.subjectId, by: newId() };
    await stage.say(streamName('legalHold', holdId), newId(), { type: 'LegalHoldReleased', data: released });
    await until(async () => !(await isHeld(person.subjectId)));
    await stage.rows('DELETE FROM forwarding.mailbox_sweep');
    await until(async () => (await swept()).length === 1, 20_000);
    expect((await inMailbox()).items.map(({ messageId }) => messageId)).not.toContain(person.messageId);
  });

  it('over something else keeps no mail', async () => {
    const person = await written();
    await hold(person.subjectId, ['orderAccounting']);
    const marker = newId();
    await hold(marker, ['support']);
    await until(() => isHeld(marker));
    expect(await isHeld(person.subjectId)).toBe(false);
  });
});

it('keeps no address, no word and no token in rows or in what it says', async () => {
  const tables = await stage.rows("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'forwarding'"); // prettier-ignore
  const dumps = await Promise.all(tables.map(({ name }) => stage.rows(`SELECT * FROM forwarding.${String(name)}`)));
  const { store } = stage.service.platform;
  const { events } = await store.readAll({ after: null, limit: 5_000 } as never);
  const dump = JSON.stringify([dumps, events], (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(dumps.flat().length).toBeGreaterThan(10);
  expect(dump).not.toMatch(/example\.org|Astrid|secret-token|request-token|Vi skickar|betaltjänst/);
  expect(forwardingIdOf('oneMail', 'sendMail', 'x')).toMatch(/^[0-9a-f-]{36}$/);
});
