import type { RightsRequestEvent } from '@dittoo/contracts';
import { describe, expect, it } from '@jest/globals';
import { requestKinds } from './request-kinds.js';
import {
  approvedRequest,
  answerBy,
  answered,
  approved,
  asked,
  customer,
  decide,
  done,
  free,
  given,
  identifiedRequest,
  identified,
  judge,
  partlyRefused,
  received,
  referred,
  scope,
  scoped,
  referredRequest,
} from './request-history.fixture.js';
import type { ErasureScope } from './rights-request.js';

const byRule = approvedRequest('erasure');
const grown: ErasureScope = {
  ...scope,
  retain: [{ category: 'orderAccounting', reason: 'bookkeeping', until: '2033-12-31' }],
};
const verified: RightsRequestEvent = { type: 'ErasureVerified', data: { categories: scope.erase } };

describe('an erasure is judged', () => {
  const blocked = { ...customer, erasure: { scope, blockers: ['openOrder', 'legalHold'] } };

  it('by the rule where there is no blocker, for the end of the cooling-off', () =>
    given(...identifiedRequest('erasure'))
      .when(judge(free, 86_400_000))
      .then(scoped, approved('rule', '2026-11-23T08:00:00.000Z')));

  it('by an officer where there is one, or where the requester is not signed in', () => {
    given(...identifiedRequest('erasure'))
      .when(judge(blocked))
      .then(referred('openOrder', 'legalHold'));
    given(received('erasure'), identified('confirmedEmail'))
      .when(judge(blocked))
      .then(referred('identifiedByEmailOnly', 'openOrder', 'legalHold'));
    given(received('erasure'), identified('confirmedEmail'))
      .when(judge({ ...free, isCustomer: false }))
      .then(scoped, approved());
  });

  it('as done where no data is held', () =>
    given(received('erasure'), identified('confirmedEmail'))
      .when(judge({ ...free, isCustomer: false, isSomethingHeld: false }))
      .then({ type: 'RequestScopeDecided', data: { erase: [], retain: [] } }, done()));

  it('only with its scope', () =>
    given(...identifiedRequest('erasure'))
      .when(judge(customer))
      .thenFails('decision-not-possible'));

  it('by an officer in part: data of open orders is kept', () => {
    given(...referredRequest('erasure'))
      .when({ ...decide.partlyRefuse, scope })
      .then(scoped, partlyRefused('not all'), approved('officer'));
    expect(requestKinds.erasure.keptIfPartlyRefused).toEqual(['orderDelivery']);
  });

  it('by an officer, who corrects nothing with it', () =>
    given(...referredRequest('erasure'))
      .when({ ...decide.approve, scope, correction: { givenName: 'Ingrith' } })
      .thenFails('decision-not-possible'));
});

describe('the scope', () => {
  const confirm = { type: 'ConfirmScope', blockers: [] as string[], scope } as const;

  it('is recorded again only when it changed', () => {
    given(...byRule)
      .when(confirm)
      .then();
    given(...byRule)
      .when({ ...confirm, scope: grown })
      .then({ type: 'RequestScopeDecided', data: grown });
  });

  it('is referred to an officer on a new blocker, unless an officer decided or recipients were asked', () => {
    const blocked = { ...confirm, blockers: ['openOrder'] };
    given(...byRule)
      .when(blocked)
      .then(referred('openOrder'));
    given(...referredRequest('erasure'), scoped, approved('officer'))
      .when(blocked)
      .then();
    given(...byRule, asked('payson'))
      .when(blocked)
      .then();
  });
});

describe('recipients of an erasure', () => {
  const ask = { type: 'AskRecipients', processorIds: ['payson', 'mondido'], answerBy } as const;
  const record = {
    type: 'RecordAnswer',
    answer: { processorId: 'payson', state: 'acknowledged', reason: 'deleted' },
    answerBy,
  } as const;

  it('are asked once each, with one deadline', () => {
    given(...byRule)
      .when(ask)
      .then(asked('payson'), asked('mondido'));
    given(...byRule, asked('payson'), answered('payson'))
      .when({ ...ask, answerBy: '2026-11-26T08:00:00.000Z' })
      .then(asked('mondido'));
  });

  it('answer once, also before the question is recorded, and also late', () => {
    given(...byRule, asked('payson'))
      .when(record)
      .then(answered('payson'));
    given(...byRule, asked('payson'), answered('payson'))
      .when(record)
      .then();
    given(...byRule)
      .when(record)
      .then(asked('payson'), answered('payson'));
    given(...byRule, asked('payson'), answered('payson', 'failed', 'noAnswer'), verified, done('partlyDone'))
      .when(record)
      .then(answered('payson'));
  });

  it('answer erasures only', () => {
    given().when(record).then();
    given(...approvedRequest('restriction'))
      .when(record)
      .then();
  });

  it('that did not answer have failed', () =>
    given(...byRule, asked('payson'), asked('mondido'), answered('payson'))
      .when({ type: 'GiveUpOnRecipients' })
      .then(answered('mondido', 'failed', 'noAnswer')));
});

describe('the end of an erasure', () => {
  const executing = [...byRule, asked('payson'), asked('mondido')];
  const verify = { type: 'VerifyErasure' } as const;

  it('waits until every recipient has answered', () =>
    given(...executing, answered('payson'))
      .when(verify)
      .thenFails('request-pending'));

  it('records whether all of it is done', () => {
    given(...executing, answered('payson'), answered('mondido'))
      .when(verify)
      .then(verified, done());
    given(...executing, answered('payson', 'notSupported', 'manual'), answered('mondido'))
      .when(verify)
      .then(verified, done('partlyDone'));
    given(...referredRequest('erasure'), scoped, partlyRefused('not all'), approved('officer'))
      .when(verify)
      .then(verified, done('partlyDone'));
  });

  it('is recorded once, and only by destroyed keys', () => {
    given(...executing, answered('payson'), answered('mondido'), verified, done())
      .when(verify)
      .then();
    given(...executing)
      .when({ type: 'Conclude' })
      .thenFails('decision-not-possible');
    given(...approvedRequest('restriction'))
      .when(verify)
      .then();
  });
});
