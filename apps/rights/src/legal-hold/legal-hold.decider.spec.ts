import type { LegalHoldEvent } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { it } from '@jest/globals';
import { legalHoldDecider } from './legal-hold.decider.js';

const given = deciderSpec(legalHoldDecider);
const [one, two] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const subjectId = '00000000-0000-4000-8000-00000000000a';
const [now, expiresAt] = ['2026-11-22T08:00:00.000Z', '2027-11-22T08:00:00.000Z'];
const hold = {
  subjectId,
  by: one,
  orderId: null,
  categories: ['orderDelivery'],
  authority: 'Exempelmyndigheten',
  reason: 'A claim',
  expiresAt,
};
const requested: LegalHoldEvent = { type: 'LegalHoldRequested', data: hold };
const confirmed: LegalHoldEvent = { type: 'LegalHoldConfirmed', data: { subjectId, by: two } };
const releaseAsked: LegalHoldEvent = { type: 'LegalHoldReleaseRequested', data: { subjectId, by: one } };
const released: LegalHoldEvent = { type: 'LegalHoldReleased', data: { subjectId, by: two } };
const expired: LegalHoldEvent = { type: 'LegalHoldExpired', data: { subjectId } };

it('is requested once, until a future day', () => {
  given().when({ type: 'RequestHold', hold, now }).then(requested);
  given(requested).when({ type: 'RequestHold', hold, now }).then();
  given().when({ type: 'RequestHold', hold, now: expiresAt }).thenFails('invalid-field');
});

it('is refused until a time that is not bounded, or no time at all', () => {
  for (const endless of [
    '9999-12-31T00:00:00.000Z',
    '+010000-01-01T00:00:00.000Z',
    '2126-11-22T08:00:00.001Z',
    'never',
  ])
    given()
      .when({ type: 'RequestHold', hold: { ...hold, expiresAt: endless }, now })
      .thenFails('invalid-field');
  const longest = { ...hold, expiresAt: '2126-11-22T08:00:00.000Z' };
  given().when({ type: 'RequestHold', hold: longest, now }).then({ type: 'LegalHoldRequested', data: longest });
});

it('begins when a second officer confirms it', () => {
  given(requested).when({ type: 'ConfirmHold', by: two, now }).then(confirmed);
  given(requested).when({ type: 'ConfirmHold', by: one, now }).thenFails('second-person-required');
  given(requested, confirmed).when({ type: 'ConfirmHold', by: two, now }).then();
  given(requested).when({ type: 'ConfirmHold', by: two, now: expiresAt }).thenFails('legal-hold-not-open');
  given(requested, expired).when({ type: 'ConfirmHold', by: two, now }).thenFails('legal-hold-not-open');
  given().when({ type: 'ConfirmHold', by: two, now }).thenFails('not-found');
});

it('ends when a second officer agrees', () => {
  given(requested, confirmed).when({ type: 'EndHold', by: one }).then(releaseAsked);
  given(requested, confirmed, releaseAsked).when({ type: 'EndHold', by: one }).thenFails('second-person-required');
  given(requested, confirmed, releaseAsked).when({ type: 'EndHold', by: two }).then(released);
  given(requested, confirmed, releaseAsked, released).when({ type: 'EndHold', by: two }).then();
});

it('is withdrawn by one officer before it is in force', () =>
  given(requested)
    .when({ type: 'EndHold', by: one })
    .then({ type: 'LegalHoldWithdrawn', data: { subjectId, by: one } }));

it('expires by itself, also while its release is pending, and not earlier', () => {
  given(requested, confirmed, releaseAsked).when({ type: 'ExpireHold', now: expiresAt }).then(expired);
  given(requested).when({ type: 'ExpireHold', now: expiresAt }).then(expired);
  given(requested, confirmed).when({ type: 'ExpireHold', now }).then();
  given(requested, confirmed, expired).when({ type: 'ExpireHold', now: expiresAt }).then();
});
