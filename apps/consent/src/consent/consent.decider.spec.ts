import type { ConsentChoice, ConsentEvent } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { consentDecider, type ConsentCommand } from './consent.decider.js';

const given = deciderSpec(consentDecider);

const newsletter: ConsentChoice = {
  recordId: '0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c01',
  purpose: 'newsletter',
  noticeVersion: '2026-11-01',
  noticeDigest: 'a1',
  language: 'sv',
  method: 'myAccount',
};
const later: ConsentChoice = { ...newsletter, noticeVersion: '2027-01-01', noticeDigest: 'b2' };
const marketing: ConsentChoice = {
  ...newsletter,
  purpose: 'marketing',
  recordId: '0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c02',
};

const consentGiven = (choice = newsletter): ConsentEvent => ({ type: 'ConsentGiven', data: choice });
const consentReconfirmed = (choice = newsletter): ConsentEvent => ({ type: 'ConsentReconfirmed', data: choice });
const consentRequested = (choice = newsletter): ConsentEvent => ({ type: 'ConsentRequested', data: choice });
const request: ConsentCommand = { type: 'RequestConsents', choices: [newsletter] };
const expired: ConsentEvent = {
  type: 'ConsentExpired',
  data: { recordId: newsletter.recordId, purpose: 'newsletter', validUntil: '2028-11-01T00:00:00.000Z' },
};
const consentRefused = (choice = newsletter): ConsentEvent => ({ type: 'ConsentRefused', data: choice });
const consentWithdrawn = ({ recordId, purpose, method } = newsletter): ConsentEvent => ({
  type: 'ConsentWithdrawn',
  data: { recordId, purpose, method },
});
const T = '2026-11-24T00:00:00.000Z';
const invalidated: ConsentEvent = { type: 'ConsentsInvalidated', data: { reason: 'subjectErased' } };

const form = (isGiven: boolean, answers: number): ConsentCommand => ({
  type: 'CollectChoices',
  choices: [{ given: isGiven, choice: newsletter, answers }],
});

const choose = (isGiven: boolean, choice = newsletter): ConsentCommand => ({
  type: 'ChooseConsent',
  given: isGiven,
  choice,
});

describe('consent of one person', () => {
  it('is given once, however often it is repeated', () => {
    given().when(choose(true)).then(consentGiven());
    given(consentGiven()).when(choose(true)).then();
  });

  it('records a yes to a newer notice as a reconfirmation, once', () => {
    given(consentGiven()).when(choose(true, later)).then(consentReconfirmed(later));
    given(consentGiven(), consentReconfirmed(later)).when(choose(true, later)).then();
    given(consentGiven(), consentReconfirmed(later)).when(choose(false, later)).then(consentWithdrawn());
  });

  it('withdraws what was given, once', () => {
    given(consentGiven()).when(choose(false)).then(consentWithdrawn());
    given(consentGiven(), consentWithdrawn()).when(choose(false)).then();
  });

  it('records a no that was never a yes as refused, once', () => {
    given().when(choose(false)).then(consentRefused());
    given(consentRefused()).when(choose(false)).then();
  });

  it('gives again after a withdrawal or a refusal', () => {
    given(consentGiven(), consentWithdrawn()).when(choose(true)).then(consentGiven());
    given(consentRefused()).when(choose(true)).then(consentGiven());
  });

  it('keeps purposes separate', () => {
    given(consentGiven()).when(choose(false, marketing)).then(consentRefused(marketing));
  });

  it('takes the choices of the registration form as they came', () => {
    given()
      .when({
        type: 'CollectChoices',
        choices: [
          { given: false, choice: newsletter, answers: 0 },
          { given: true, choice: marketing, answers: 0 },
        ],
      })
      .then(consentRefused(), consentGiven(marketing));
  });

  it('treats an unticked box as a refusal only where no answer came before', () => {
    given(consentGiven()).when(form(false, 1)).then();
    given(consentGiven(), consentWithdrawn()).when(form(false, 2)).then();
    given(consentGiven(), consentWithdrawn()).when(form(true, 2)).then(consentGiven());
  });

  it('keeps a refusal given after the form was sent and before it was handled', () => {
    given(consentRefused()).when(form(true, 0)).then();
    given(consentGiven(), consentWithdrawn()).when(form(true, 1)).then();
    given(consentRequested()).when(form(true, 0)).then(consentGiven());
  });

  it('asks once, and never treats a question as an answer', () => {
    given().when(request).then(consentRequested());
    given(consentRequested()).when(request).then();
    given(consentGiven()).when(request).then();
    given(consentGiven(), consentWithdrawn()).when(request).then(consentRequested());
    const ended: ConsentEvent = { type: 'ConsentExpired', data: { ...expired.data, validUntil: T } };
    given(consentRequested(), consentGiven(marketing)).when({ type: 'LetRequestsExpire', at: T }).then(ended);
    given(consentRequested(), consentRefused()).when({ type: 'LetRequestsExpire', at: T }).then();
    given(consentGiven(), invalidated).when({ type: 'LetRequestsExpire', at: T }).then();
    given(consentRequested()).when(choose(true)).then(consentGiven());
    given(consentRequested()).when(choose(false)).then(consentRefused());
  });

  it('withdraws the given consents of the named purposes and leaves the rest', () => {
    const end: ConsentCommand = { type: 'EndConsents', purposes: ['newsletter', 'profiling'], method: 'objection' };
    given(consentGiven(), consentGiven(marketing))
      .when(end)
      .then(consentWithdrawn({ ...newsletter, method: 'objection' }));
    given(consentGiven(), consentWithdrawn()).when(end).then();
    given(consentRefused()).when(end).then();
    given().when(end).then();
    given(consentGiven(), invalidated).when(end).then();
  });

  it('expires the answer it names, and not a later one', () => {
    const expire = (said: number): ConsentCommand => ({
      type: 'ExpireConsent',
      purpose: 'newsletter',
      said,
      validUntil: '2028-11-01T00:00:00.000Z',
    });
    given(consentGiven()).when(expire(1)).then(expired);
    given(consentGiven(), expired).when(expire(1)).then();
    given(consentGiven(), consentReconfirmed(later)).when(expire(1)).then();
    given(consentGiven(), consentReconfirmed(later)).when(expire(2)).then(expired);
    given(consentGiven(), consentWithdrawn()).when(expire(1)).then();
    given(consentGiven(), expired).when(choose(true)).then(consentGiven());
    given(consentGiven(), expired).when(choose(false)).then(consentRefused());
  });

  it('is invalidated when the person is erased', () => {
    given(consentGiven()).when({ type: 'InvalidateConsents' }).then(invalidated);
    given(consentGiven(), invalidated).when({ type: 'InvalidateConsents' }).then();
  });

  it('refuses every choice after the erasure', () => {
    given(invalidated).when(choose(true)).thenFails('subject-erased');
    given(invalidated).when(choose(false)).thenFails('subject-erased');
    given(invalidated).when({ type: 'CollectChoices', choices: [] }).thenFails('subject-erased');
  });
});
