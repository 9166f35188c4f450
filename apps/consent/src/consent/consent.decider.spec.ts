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
const consentRefused = (choice = newsletter): ConsentEvent => ({ type: 'ConsentRefused', data: choice });
const consentWithdrawn = ({ recordId, purpose, method } = newsletter): ConsentEvent => ({
  type: 'ConsentWithdrawn',
  data: { recordId, purpose, method },
});
const invalidated: ConsentEvent = { type: 'ConsentsInvalidated', data: { reason: 'subjectErased' } };

const choose = (isGiven: boolean, choice = newsletter): ConsentCommand => ({
  type: 'ChooseConsent',
  given: isGiven,
  choice,
});

describe('consent of one person', () => {
  it('gives once, however often it is said', () => {
    given().when(choose(true)).then(consentGiven());
    given(consentGiven()).when(choose(true)).then();
  });

  it('records a yes to a newer notice as another yes', () => {
    given(consentGiven()).when(choose(true, later)).then(consentGiven(later));
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

  it('keeps purposes apart', () => {
    given(consentGiven()).when(choose(false, marketing)).then(consentRefused(marketing));
  });

  it('takes the choices of the registration form as they came', () => {
    given()
      .when({
        type: 'CollectChoices',
        choices: [
          { given: false, choice: newsletter },
          { given: true, choice: marketing },
        ],
      })
      .then(consentRefused(), consentGiven(marketing));
  });

  it('ends with the person', () => {
    given(consentGiven()).when({ type: 'InvalidateConsents' }).then(invalidated);
    given(consentGiven(), invalidated).when({ type: 'InvalidateConsents' }).then();
  });

  it('refuses every choice after the end', () => {
    given(invalidated).when(choose(true)).thenFails('subject-erased');
    given(invalidated).when(choose(false)).thenFails('subject-erased');
    given(invalidated).when({ type: 'CollectChoices', choices: [] }).thenFails('subject-erased');
  });
});
