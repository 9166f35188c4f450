import type { RightsRequestEvent } from '@dittoo/contracts';
import { describe, it } from '@jest/globals';
import {
  answered,
  approved,
  asked,
  customer,
  decide,
  done,
  given,
  identifiedRequest,
  identified,
  judge,
  now,
  partlyRefused,
  received,
  referred,
  referredRequest,
} from './request-history.fixture.js';

const answer = { processorId: 'payson', state: 'notSupported', reason: 'manual' } as const;
const contact = { isCustomer: false, isSomethingHeld: false, erasure: null };
const correction = { givenName: 'Ingrith' };

describe('a rectification', () => {
  const decided: RightsRequestEvent = { type: 'CorrectionDecided', data: { changes: correction } };

  it('goes to an officer, or ends where no data is held', () => {
    given(...identifiedRequest('rectification'))
      .when(judge(customer))
      .then(referred('decidedByOfficer'));
    given(received('rectification'), identified('confirmedEmail'))
      .when(judge(customer))
      .then(referred('identifiedByEmailOnly', 'decidedByOfficer'));
    given(received('rectification'), identified('confirmedEmail'))
      .when(judge(contact))
      .then({ type: 'RequestScopeDecided', data: { erase: [], retain: [] } }, done());
  });

  it('is recorded with the approval, wholly or in part, in the stream of the request', () => {
    given(...referredRequest('rectification'))
      .when({ ...decide.approve, correction })
      .then(decided, approved('officer'));
    given(...referredRequest('rectification'))
      .when({ ...decide.partlyRefuse, correction })
      .then(decided, partlyRefused('not all'), approved('officer'));
  });

  it('is not approved without a change, wholly or in part', () => {
    for (const nothing of [null, {}, { givenName: undefined }])
      for (const decision of [decide.approve, decide.partlyRefuse])
        given(...referredRequest('rectification'))
          .when({ ...decision, correction: nothing })
          .thenFails('decision-not-possible');
    given(...referredRequest('rectification'))
      .when({ ...decide.approve, correction: { phone: null } })
      .then({ type: 'CorrectionDecided', data: { changes: { phone: null } } }, approved('officer'));
  });

  it('is not recorded with a refusal', () =>
    given(...referredRequest('rectification'))
      .when({ ...decide.refuse, correction })
      .thenFails('decision-not-possible'));

  it('by the person themselves is no request and gets no answer, only recipients that must act are listed', () => {
    const note = { type: 'NoteOwnCorrection', fields: ['street'], now, answers: [answer] } as const;
    const noted: RightsRequestEvent[] = [
      { type: 'OwnCorrectionNoted', data: { fields: ['street'], notedAt: now } },
      asked('payson', now),
      answered('payson', 'notSupported', 'manual'),
    ];
    given()
      .when(note)
      .then(...noted);
    given()
      .when({ ...note, answers: [] })
      .then();
    given(...noted)
      .when(note)
      .then();
    given(...noted)
      .when({ type: 'Conclude' })
      .then();
    given(...noted)
      .when({ type: 'RecordTaskDone', processorId: 'payson', outcome: 'acknowledged' })
      .then({ type: 'RecipientTaskDone', data: { processorId: 'payson', outcome: 'acknowledged' } });
  });
});
