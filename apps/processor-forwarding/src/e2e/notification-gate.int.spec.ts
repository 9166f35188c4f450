/* Promised: a notification is sent only if the gate allows it at that moment; a refusal is an event with its reason. */
import { newId, streamName } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openPool } from '@dittoo/testing';
import { later, mailStage } from './mail-stage.js';
import { startStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ withMail: true, tuning: { attempts: 12 } });
});
afterAll(() => stage.close());
const { customer, fault, waitForNotification, newsletterAsked, refusedFor, sandbox, subscriber, eventsOf } = mailStage(
  () => stage,
);
afterEach(() => sandbox('faults', 'DELETE'));

describe('the gate', () => {
  it('checks the suppression list, except for answers', async () => {
    const { subjectId, email, stream } = await customer();
    await stage.service.platform.suppressions.suppress(email.toUpperCase());
    const repeated = { type: 'RegistrationRepeated', data: { noticeVersion: '2026-11-01' } };
    const eventId = await stage.append(stream, subjectId, repeated);
    const key = `registrationRepeated/${subjectId}/${stage.service.platform.clock.now().slice(0, 10)}`;
    expect(await stage.waitFor('sendMail', key, 'ForwardingRefused', 'oneMail')).toMatchObject({
      reason: 'addressSuppressed',
    });
    expect(stage.mailsTo(email)).toEqual([]);
    const request = streamName('rightsRequest', newId());
    const asked = { email, token: 't', expiresAt: later, language: 'sv' };
    const answer = await stage.append(request, subjectId, { type: 'ConfirmationAsked', data: asked });
    await waitForNotification('requestConfirmation', answer, 'ForwardingCompleted');
    expect(eventId).not.toBe(answer);
  });

  const confirmed = async () => {
    const { subjectId, email, stream } = subscriber();
    const asked = await stage.append(stream, subjectId, newsletterAsked(email));
    await waitForNotification('newsletterConfirmation', asked, 'ForwardingCompleted');
    const choice = { recordId: newId(), purpose: 'newsletter', noticeVersion: '2026-11-01', noticeDigest: '0', language: 'en', method: 'doubleOptIn' }; // prettier-ignore
    const consent = streamName('consent', subjectId);
    await stage.append(consent, subjectId, { type: 'ConsentGiven', data: choice });
    const confirm = () =>
      stage.append(stream, subjectId, { type: 'NewsletterSubscriptionConfirmed', data: { recordId: choice.recordId } });
    return { subjectId, email, consent, choice, confirm };
  };

  it('lets mail based on consent pass with it, and adds one-click unsubscription', async () => {
    const { email, choice, confirm } = await confirmed();
    const eventId = await confirm();
    await waitForNotification('newsletterWelcome', eventId, 'ForwardingCompleted');
    const { headers, subject } = stage.mailsTo(email)[1]!;
    expect(subject).toBe('You now get our newsletter');
    expect(headers).toMatchObject({
      'list-unsubscribe': expect.stringMatching(/^<http.*\/api\/v1\/newsletter\/unsubscriptions\?token=[\w-]+>$/),
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
    });
    const ledger = (await eventsOf('newsletterWelcome', eventId)).find(({ type }) => type === 'DataDisclosed');
    expect(ledger!.data).toMatchObject({ legalBasis: 'consent', consentRecordId: choice.recordId });
  });

  it('stops it at a withdrawal, also between two attempts', async () => {
    const { subjectId, email, consent, choice, confirm } = await confirmed();
    await fault({ method: 'DATA', kind: 'status', status: 451, times: 8 });
    const eventId = await confirm();
    await waitForNotification('newsletterWelcome', eventId, 'AttemptFailed');
    const { recordId, purpose, method } = choice;
    await stage.append(consent, subjectId, { type: 'ConsentWithdrawn', data: { recordId, purpose, method } });
    await refusedFor('newsletterWelcome', eventId, 'consentMissing');
    const outcomes = (await eventsOf('newsletterWelcome', eventId)).map(
      ({ data }) => (data as { outcome?: string }).outcome,
    );
    expect(outcomes).not.toContain('delivered');
    expect(email).toContain('@');
  });

  it('holds mail while the suppression list is unavailable', async () => {
    const url = new URL(stage.service.platform.config.databaseUrl!);
    url.pathname += '_keyring';
    const keys = openPool(url.toString(), { max: 1, applicationName: 'notification-gate.spec' });
    await keys.query('ALTER TABLE keyring.suppression RENAME TO suppression_away');
    const { subjectId, email, stream } = await customer();
    await stage.append(stream, subjectId, { type: 'RegistrationRepeated', data: { noticeVersion: '2026-11-01' } });
    const held = async () =>
      (await stage.rows(`SELECT 1 FROM forwarding.one_mail_lane WHERE subject_id = '${subjectId}' AND next_at > now()`)).length > 0; // prettier-ignore
    await until(held, 20_000);
    expect(stage.mailsTo(email)).toEqual([]);
    await keys.query('ALTER TABLE keyring.suppression_away RENAME TO suppression');
    await keys.end();
    expect((await stage.waitForMail(email)).subject).toBe('Du har redan ett konto');
    expect(stage.mailsTo(email)).toHaveLength(1);
  });

  it('stops what is queued when processing is restricted, and lets answers about rights pass', async () => {
    const { subjectId, email, stream } = await customer();
    await fault({ method: 'RCPT', kind: 'status', status: 451 });
    const noticed = await stage.append(stream, subjectId, { type: 'InactivityNoticed', data: { erasesAt: later } });
    await waitForNotification('inactivityNoticed', noticed, 'AttemptFailed');
    await stage.append(stream, subjectId, { type: 'ProcessingRestricted', data: { requestId: newId() } });
    // Whether the retry or the restriction came first, nothing is sent after the restriction.
    const end = await until(async () =>
      (await eventsOf('inactivityNoticed', noticed)).find(({ type }) => /Refused|Completed/.test(type)),
    );
    if (end.type === 'ForwardingRefused') expect(end.data).toMatchObject({ reason: 'processingRestricted' });
    const again = await stage.append(stream, subjectId, { type: 'InactivityNoticed', data: { erasesAt: later } });
    await refusedFor('inactivityNoticed', again, 'processingRestricted');
    const lift = { requestId: newId(), liftsAt: later };
    const lifted = await stage.append(stream, subjectId, { type: 'RestrictionLiftAnnounced', data: lift });
    await waitForNotification('restrictionLiftAnnounced', lifted, 'ForwardingCompleted');
    expect(stage.mailsTo(email).at(-1)!.subject).toBe('Begränsningen av dina uppgifter upphör');
  });

  it('refuses mail based on a legitimate interest after an objection', async () => {
    const { subjectId, email, stream } = subscriber();
    const objected = { requestId: newId(), purposes: ['newsletterConfirmation'] };
    await stage.append(streamName('dataSubject', subjectId), subjectId, { type: 'ProcessingObjected', data: objected });
    await refusedFor('newsletterConfirmation', await stage.append(stream, subjectId, newsletterAsked(email)), 'processingObjected'); // prettier-ignore
    expect(stage.mailsTo(email)).toEqual([]);
  });

  it('sends no expired link', async () => {
    const { subjectId, email, stream } = subscriber();
    const past = newsletterAsked(email, '2020-01-01T10:00:00.000Z');
    await refusedFor('newsletterConfirmation', await stage.append(stream, subjectId, past), 'valueGone');
  });

  it('refuses, without an error, a person whose address is erased', async () => {
    const { subjectId, stream } = subscriber();
    const eventId = await stage.append(streamName('rightsRequest', newId()), subjectId, {
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
      await stage.append(stream, subjectId, { type: 'SupportCaseOpened', data });
      const eventId = await stage.append(stream, subjectId, { type: 'SupportReplied', data: { body } });
      await refusedFor('supportReply', eventId, 'fieldNotAllowed');
      expect(JSON.stringify(stage.mailsTo(email))).not.toMatch(/701063|4111/);
    },
  );
});
