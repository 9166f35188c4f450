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
  notice,
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

  it('by the person notifies recipients of the old value, in one append', () => {
    const record = {
      type: 'RecordRectification',
      kind: 'rectification',
      ...notice,
      detail: null,
      now,
      answers: [answer],
    } as const;
    const whole = [
      received('rectification'),
      approved(),
      asked('payson', now),
      answered('payson', 'notSupported', 'manual'),
      done('partlyDone'),
    ];
    given()
      .when(record)
      .then(...whole);
    given(...whole)
      .when(record)
      .then();
    given(...whole)
      .when({ type: 'Conclude' })
      .then();
    given()
      .when({ ...record, answers: [{ ...answer, state: 'acknowledged', reason: 'told' }] })
      .then(
        received('rectification'),
        approved(),
        asked('payson', now),
        answered('payson', 'acknowledged', 'told'),
        done(),
      );
  });
});
