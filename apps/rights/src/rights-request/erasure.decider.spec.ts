import type { RightsRequestEvent } from '@dittoo/contracts';
import { describe, expect, it } from '@jest/globals';
import { requestKinds } from './request-kinds.js';
import {
  allowed,
  answerBy,
  answered,
  approved,
  asked,
  customer,
  decide,
  done,
  free,
  given,
  heard,
  identified,
  judge,
  partlyRefused,
  received,
  referred,
  scope,
  scoped,
  waiting,
} from './request-history.fixture.js';
import type { ErasureScope } from './rights-request.js';

const byRule = allowed('erasure');
const grown: ErasureScope = {
  ...scope,
  retain: [{ category: 'orderAccounting', reason: 'bookkeeping', until: '2033-12-31' }],
};
const verified: RightsRequestEvent = { type: 'ErasureVerified', data: { categories: scope.erase } };

describe('an erasure is judged', () => {
  const blocked = { ...customer, erasure: { scope, blockers: ['openOrder', 'legalHold'] } };

  it('by the rule where nothing stands in the way, for the end of the cooling-off', () =>
    given(...heard('erasure'))
      .when(judge(free, 86_400_000))
      .then(scoped, approved('rule', '2026-11-23T08:00:00.000Z')));

  it('by an officer where something does, or the requester is not signed in', () => {
    given(...heard('erasure'))
      .when(judge(blocked))
      .then(referred('openOrder', 'legalHold'));
    given(received('erasure'), identified('confirmedEmail'))
      .when(judge(blocked))
      .then(referred('identifiedByEmailOnly', 'openOrder', 'legalHold'));
    given(received('erasure'), identified('confirmedEmail'))
      .when(judge({ ...free, isCustomer: false }))
      .then(scoped, approved());
  });

  it('with nothing held as done', () =>
    given(received('erasure'), identified('confirmedEmail'))
      .when(judge({ ...free, isCustomer: false, isSomethingHeld: false }))
      .then({ type: 'RequestScopeDecided', data: { erase: [], retain: [] } }, done()));

  it('with its scope, and not without', () =>
    given(...heard('erasure'))
      .when(judge(customer))
      .thenFails('decision-not-possible'));

  it('by an officer in part: what open orders need stays', () => {
    given(...waiting('erasure'))
      .when({ ...decide.partlyRefuse, scope })
      .then(scoped, partlyRefused('not all'), approved('officer'));
    expect(requestKinds.erasure.keptIfPartlyRefused).toEqual(['orderDelivery']);
  });

  it('by an officer, who corrects nothing with it', () =>
    given(...waiting('erasure'))
      .when({ ...decide.approve, scope, correction: { givenName: 'Ingrith' } })
      .thenFails('decision-not-possible'));
});

describe('the scope', () => {
  const confirm = { type: 'ConfirmScope', blockers: [] as string[], scope } as const;

  it('is said again only when it changed', () => {
    given(...byRule)
      .when(confirm)
      .then();
    given(...byRule)
      .when({ ...confirm, scope: grown })
      .then({ type: 'RequestScopeDecided', data: grown });
  });

  it('goes to an officer when something came in between, unless one decided or recipients were asked', () => {
    const blocked = { ...confirm, blockers: ['openOrder'] };
    given(...byRule)
      .when(blocked)
      .then(referred('openOrder'));
    given(...waiting('erasure'), scoped, approved('officer'))
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

  it('are asked once each, with one time to answer', () => {
    given(...byRule)
      .when(ask)
      .then(asked('payson'), asked('mondido'));
    given(...byRule, asked('payson'), answered('payson'))
      .when({ ...ask, answerBy: '2026-11-26T08:00:00.000Z' })
      .then(asked('mondido'));
  });

  it('answer once, also faster than our note, and also late', () => {
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

  it('answer an erasure and nothing else', () => {
    given().when(record).then();
    given(...allowed('restriction'))
      .when(record)
      .then();
  });

  it('that said nothing have failed', () =>
    given(...byRule, asked('payson'), asked('mondido'), answered('payson'))
      .when({ type: 'GiveUpOnRecipients' })
      .then(answered('mondido', 'failed', 'noAnswer')));
});

describe('the end of an erasure', () => {
  const executing = [...byRule, asked('payson'), asked('mondido')];
  const verify = { type: 'VerifyErasure' } as const;

  it('does not come before every recipient has answered', () =>
    given(...executing, answered('payson'))
      .when(verify)
      .thenFails('request-pending'));

  it('says whether all of it is done', () => {
    given(...executing, answered('payson'), answered('mondido'))
      .when(verify)
      .then(verified, done());
    given(...executing, answered('payson', 'notSupported', 'manual'), answered('mondido'))
      .when(verify)
      .then(verified, done('partlyDone'));
    given(...waiting('erasure'), scoped, partlyRefused('not all'), approved('officer'))
      .when(verify)
      .then(verified, done('partlyDone'));
  });

  it('comes once, and by destroyed keys alone', () => {
    given(...executing, answered('payson'), answered('mondido'), verified, done())
      .when(verify)
      .then();
    given(...executing)
      .when({ type: 'Conclude' })
      .thenFails('decision-not-possible');
    given(...allowed('restriction'))
      .when(verify)
      .then();
  });
});
