import type { NewsletterEvent } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { newsletterDecider, type NewsletterCommand } from './newsletter.decider.js';

const given = deciderSpec(newsletterDecider);
const orderId = '0f4f2c52-7a53-4a6b-9f5e-5f1f0f6f3c07';
const recordId = '0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c01';
const at = (time: string): string => `2026-11-22T${time}:00.000Z`;
const asked = {
  email: 'alma@example.org',
  token: 'a-token',
  noticeVersion: '2026-11-01',
  noticeDigest: 'a1',
  language: 'sv',
} as const;

const request = (now: string, isGiven = false): NewsletterCommand => ({
  type: 'RequestSubscription',
  request: asked,
  given: isGiven,
  now,
});
const requested = (expiresAt: string): NewsletterEvent => ({
  type: 'NewsletterSubscriptionRequested',
  data: { ...asked, expiresAt },
});
const confirm = (now: string, tokenMatches = true): NewsletterCommand => ({
  type: 'ConfirmSubscription',
  tokenMatches,
  recordId,
  now,
});
const confirmed: NewsletterEvent = { type: 'NewsletterSubscriptionConfirmed', data: { recordId } };
const unsubscribed: NewsletterEvent = { type: 'NewsletterUnsubscribed', data: { by: 'link' } };
const unsubscribe: NewsletterCommand = { type: 'Unsubscribe', by: 'link' };
const noted: NewsletterEvent = { type: 'SoftOptInNoted', data: { orderId } };
const ended: NewsletterEvent = { type: 'SoftOptInEnded', data: { by: 'myAccount' } };
const note = (declined = false): NewsletterCommand => ({ type: 'NoteSoftOptIn', orderId, declined });

/** Asked at ten o'clock; the token expires two days later. */
const tenOClock = requested('2026-11-24T10:00:00.000Z');

describe('a subscription', () => {
  it('is asked about once in ten minutes, however often the address is entered', () => {
    given()
      .when(request(at('10:00')))
      .then(tenOClock);
    given(tenOClock)
      .when(request(at('10:09')))
      .then();
    given(tenOClock)
      .when(request(at('10:10')))
      .then(requested('2026-11-24T10:10:00.000Z'));
  });

  it('is asked about three times a day at the most', () => {
    const eleven = requested('2026-11-24T11:00:00.000Z');
    const twelve = requested('2026-11-24T12:00:00.000Z');
    given(tenOClock, eleven, twelve)
      .when(request(at('23:00')))
      .then();
    given(tenOClock, eleven, twelve)
      .when(request('2026-11-23T10:00:00.000Z'))
      .then(requested('2026-11-25T10:00:00.000Z'));
  });

  it('mails nothing more when the clock was set back', () =>
    given(tenOClock)
      .when(request(at('08:00')))
      .then());

  it('is confirmed once, in time, by its own token', () => {
    given(tenOClock)
      .when(confirm(at('10:01')))
      .then(confirmed);
    given(tenOClock, confirmed)
      .when(confirm(at('10:02')))
      .thenFails('invalid-confirmation-token');
    given(tenOClock)
      .when(confirm(at('10:01'), false))
      .thenFails('invalid-confirmation-token');
    given(tenOClock).when(confirm('2026-11-24T10:00:00.000Z')).thenFails('invalid-confirmation-token');
    given()
      .when(confirm(at('10:01')))
      .thenFails('invalid-confirmation-token');
  });

  it('is not asked about while consent to the same policy version is in force', () => {
    given(tenOClock, confirmed)
      .when(request(at('12:00'), true))
      .then();
    given(tenOClock, confirmed)
      .when(request(at('12:00')))
      .then(requested('2026-11-24T12:00:00.000Z'));
  });

  it('ends once, also before any subscription, and closes the question', () => {
    given(tenOClock, confirmed).when(unsubscribe).then(unsubscribed);
    given(tenOClock, confirmed, unsubscribed).when(unsubscribe).then();
    given().when(unsubscribe).then(unsubscribed);
    given(tenOClock, unsubscribed)
      .when(confirm(at('10:01')))
      .thenFails('invalid-confirmation-token');
  });

  it('restarts with another double opt-in, and can end again', () => {
    const again = requested('2026-11-24T12:00:00.000Z');
    given(tenOClock, confirmed, unsubscribed)
      .when(request(at('12:00')))
      .then(again);
    given(tenOClock, confirmed, unsubscribed, again, confirmed).when(unsubscribe).then(unsubscribed);
  });
});

describe('the soft opt-in', () => {
  it('is noted at the first purchase of a customer who did not decline', () => {
    given().when(note()).then(noted);
    given(noted).when(note()).then();
    given().when(note(true)).then();
  });

  it('ends with a refusal, before or after the purchase, and never restarts', () => {
    const end: NewsletterCommand = { type: 'EndSoftOptIn', by: 'myAccount' };
    given(noted).when(end).then(ended);
    given().when(end).then(ended);
    given(ended).when(end).then();
    given(ended).when(note()).then();
    given(noted, unsubscribed).when(note()).then();
    given(noted, unsubscribed).when(end).then();
  });
});
