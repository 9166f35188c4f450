import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyRing, Sealer, newId, streamName } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import {
  rights,
  startRetention,
  noon,
  recordOn,
  read,
  lastDayIs,
  live,
  usable,
  scopesOf,
  endedKids,
} from './retention.fixture.js';

/** Promised: a person's texts, choices and requests end on their day, and not a day sooner. */
beforeAll(() => startRetention());
afterAll(() => rights.close());

describe('a person’s texts', () => {
  it('are destroyed three years after each message', async () => {
    const [subjectId, caseId] = [newId(), newId()];
    const opened = {
      channel: 'mail',
      email: 'bo@example.org',
      subject: 'Hej',
      body: 'Var?',
      orderId: null,
      language: 'sv',
    };
    await recordOn('2026-01-10', 'supportCase', caseId, subjectId, 'SupportCaseOpened', opened);
    await recordOn('2026-03-10', 'supportCase', caseId, subjectId, 'SupportReplied', { body: 'Där.' });
    const [first, second] = await read(streamName('supportCase', caseId));
    await lastDayIs('support', second!.eventId, '2029-03-10');
    await live('2029-01-11');
    expect(await scopesOf(subjectId, 'support')).toEqual([second!.eventId]);
    expect(await endedKids(subjectId)).toEqual([[`${subjectId}/support/${first!.eventId}/1`]]);
    await live('2029-03-11');
    expect(await usable(subjectId)).toEqual([]);
  });

  it('about a product are destroyed when the comment is deleted, and nothing else is', async () => {
    const [subjectId, one, other] = [newId(), newId(), newId()];
    const comment = { sku: 'mugg', givenName: 'Bo', text: 'Fin', language: 'sv' };
    for (const id of [one, other]) await recordOn('2026-11-22', 'comment', id, subjectId, 'CommentPosted', comment);
    await recordOn('2026-11-22', 'comment', one, subjectId, 'CommentDeleted', { by: 'author' });
    await lastDayIs('engagement', one, '2026-11-21');
    await live('2026-11-22');
    expect(await scopesOf(subjectId, 'engagement')).toEqual([other]);
  });

  it('in a campaign are destroyed after two years, or with the consent', async () => {
    const [one, other] = [newId(), newId()];
    const entered = { campaignId: 'host', email: 'bo@example.org', phone: null, clickId: null, choices: [] };
    const notice = { noticeVersion: '2026-11-01', noticeDigest: 'x', language: 'sv' };
    for (const id of [one, other])
      await recordOn('2026-11-22', 'campaignEntry', newId(), id, 'CampaignEntered', { ...entered, ...notice });
    const choice = { recordId: newId(), purpose: 'adMeasurement', method: 'myAccount' };
    await lastDayIs('advertising', one, '2028-11-22');
    await recordOn('2026-11-23', 'consent', one, one, 'ConsentWithdrawn', choice);
    await lastDayIs('advertising', one, '2026-11-22');
    await live('2026-11-23');
    expect([await usable(one), (await usable(other)).length]).toEqual([[], 1]);
    await live('2028-11-23');
    expect(await usable(other)).toEqual([]);
  });
});

describe('a consent', () => {
  const choice = (purpose: string) => ({
    recordId: newId(),
    purpose,
    noticeVersion: 'v1',
    noticeDigest: 'x',
    language: 'sv',
    method: 'myAccount',
  });

  it('has its evidence for three years after the last consent was relied on', async () => {
    const subjectId = newId();
    await rights.service.get<Sealer>(Sealer).sealValue(subjectId, 'consentEvidence', ['spec'], 'proof');
    for (const purpose of ['newsletter', 'marketing'])
      await recordOn('2026-11-22', 'consent', subjectId, subjectId, 'ConsentGiven', choice(purpose));
    await recordOn('2026-12-01', 'consent', subjectId, subjectId, 'ConsentWithdrawn', {
      recordId: newId(),
      purpose: 'newsletter',
      method: 'myAccount',
    });
    await lastDayIs('consentEvidence', subjectId, null);
    await recordOn('2027-01-15', 'consent', subjectId, subjectId, 'ConsentWithdrawn', {
      recordId: newId(),
      purpose: 'marketing',
      method: 'myAccount',
    });
    await lastDayIs('consentEvidence', subjectId, '2030-01-15');
    await recordOn('2027-01-20', 'consent', subjectId, subjectId, 'ConsentReconfirmed', choice('newsletter'));
    await lastDayIs('consentEvidence', subjectId, null);
    const over = { recordId: newId(), purpose: 'newsletter', validUntil: noon('2027-02-20') };
    await recordOn('2027-02-20', 'consent', subjectId, subjectId, 'ConsentExpired', over);
    await lastDayIs('consentEvidence', subjectId, '2030-02-20');
    await live('2030-02-20');
    expect(await usable(subjectId)).toHaveLength(1);
    await live('2030-02-21');
    expect(await usable(subjectId)).toEqual([]);
    const states = await rights.service.get<KeyRing>(KeyRing).states(subjectId);
    expect(states.get('consentEvidence')).toBe('newLifecycleAllowed'); // the person may consent again
  });

  it('to the newsletter keeps the address of a person without an account, and no longer than it lasts', async () => {
    const subjectId = newId();
    const asked = {
      email: 'eva@example.org',
      token: 't',
      expiresAt: noon('2026-11-24'),
      noticeVersion: 'v1',
      noticeDigest: 'x',
      language: 'sv',
    };
    await recordOn('2026-11-22', 'newsletter', subjectId, subjectId, 'NewsletterSubscriptionRequested', asked);
    await lastDayIs('contact', subjectId, '2026-11-24');
    await recordOn('2026-11-23', 'newsletter', subjectId, subjectId, 'NewsletterSubscriptionConfirmed', {
      recordId: newId(),
    });
    await lastDayIs('contact', subjectId, null);
    await live('2028-11-24');
    expect(await usable(subjectId)).toHaveLength(1);
    await recordOn('2028-11-25', 'newsletter', subjectId, subjectId, 'NewsletterUnsubscribed', { by: 'link' });
    await lastDayIs('contact', subjectId, '2028-11-24');
    await live('2028-11-25');
    expect(await usable(subjectId)).toEqual([]);
  });
});

describe('a request without an account', () => {
  const ask = async (day: string, expires: string): Promise<{ subjectId: string; requestId: string }> => {
    const [subjectId, requestId] = [newId(), newId()];
    const received = { kind: 'rectification', dueAt: noon('2027-01-22'), noticeVersion: 'v1', detail: 'I am Eva' };
    await recordOn(day, 'rightsRequest', requestId, subjectId, 'RightsRequestReceived', received);
    await recordOn(day, 'rightsRequest', requestId, subjectId, 'ConfirmationAsked', {
      email: 'eva@example.org',
      token: 't',
      expiresAt: noon(expires),
      language: 'sv',
    });
    await lastDayIs('contact', subjectId, expires);
    return { subjectId, requestId };
  };

  it('that is not confirmed leaves no address behind', async () => {
    const { subjectId } = await ask('2026-11-22', '2026-11-23');
    await live('2026-11-23');
    expect(await usable(subjectId)).toHaveLength(1);
    await live('2026-11-24');
    expect(await usable(subjectId)).toEqual([]);
  });

  it('keeps the address until it is answered and the time to read the answer is over', async () => {
    const { subjectId, requestId } = await ask('2026-11-22', '2026-11-23');
    await recordOn('2026-11-22', 'rightsRequest', requestId, subjectId, 'RequesterIdentified', {
      method: 'confirmedEmail',
    });
    await until(async () => {
      const asked = 'SELECT FROM rights.rights_request WHERE request_id = $1 AND open';
      return (await rights.service.platform.pool.query(asked, [requestId])).rowCount === 1;
    });
    await live('2026-12-20');
    expect(await usable(subjectId)).toHaveLength(1);
    await recordOn('2026-12-21', 'rightsRequest', requestId, subjectId, 'RequestRefused', { reason: 'not you' });
    await lastDayIs('contact', subjectId, '2026-12-28');
    await live('2026-12-28');
    expect(await usable(subjectId)).toHaveLength(1);
    await live('2026-12-29');
    expect(await usable(subjectId)).toEqual([]);
  });
});
