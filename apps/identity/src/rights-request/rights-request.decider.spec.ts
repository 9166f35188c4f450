import type { RightsRequestEvent } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { rightsRequestDecider } from './rights-request.decider.js';

const given = deciderSpec(rightsRequestDecider);

const dueAt = '2026-12-22T22:59:59.000Z';
const executeAfter = '2026-11-22T08:00:00.000Z';
const answerBy = '2026-11-25T08:00:00.000Z';
const scope = {
  erase: ['profile', 'contact'],
  retain: [{ category: 'consentEvidence', reason: 'legalClaims', until: '2029-11-22' }],
};
const grown = { ...scope, retain: [{ category: 'orderAccounting', reason: 'bookkeeping', until: '2033-12-31' }] };

const received: RightsRequestEvent[] = [
  { type: 'RightsRequestReceived', data: { kind: 'erasure', dueAt, noticeVersion: 'v1', detail: null } },
  { type: 'RequesterIdentified', data: { method: 'freshReauthentication' } },
];
const scoped: RightsRequestEvent = { type: 'RequestScopeDecided', data: scope };
const approved = (by: 'rule' | 'officer'): RightsRequestEvent => ({
  type: 'RequestApproved',
  data: { by, executeAfter },
});
const referred: RightsRequestEvent = { type: 'RequestReferredToOfficer', data: { blockers: ['openOrder'] } };
const asked = (processorId: string): RightsRequestEvent => ({
  type: 'RecipientAsked',
  data: { processorId, answerBy },
});
const answered = (
  processorId: string,
  state: 'acknowledged' | 'failed' | 'notSupported' = 'acknowledged',
  reason = 'deleted',
): RightsRequestEvent => ({ type: 'RecipientAnswered', data: { processorId, state, reason } });
const byRule = [...received, scoped, approved('rule')];
const verified: RightsRequestEvent = { type: 'ErasureVerified', data: { categories: scope.erase } };
const done = (outcome: 'done' | 'partlyDone'): RightsRequestEvent => ({ type: 'RequestAnswered', data: { outcome } });
const approve = { type: 'Approve', scope, executeAfter, partlyRefusedBecause: null } as const;

describe('a request', () => {
  it('is received once', () => {
    const receive = {
      type: 'ReceiveRequest',
      kind: 'erasure',
      dueAt,
      noticeVersion: 'v1',
      detail: null,
      identifiedBy: 'freshReauthentication',
    } as const;
    given()
      .when(receive)
      .then(...received);
    given(...received)
      .when(receive)
      .then();
  });

  it('is approved by rule where nothing stands in the way, and only then', () => {
    const decide = { type: 'DecideByRule', blockers: [] as string[], scope, executeAfter } as const;
    given(...received)
      .when(decide)
      .then(scoped, approved('rule'));
    given(...received)
      .when({ ...decide, blockers: ['openOrder'] })
      .then(referred);
    given(...byRule)
      .when(decide)
      .then();
  });

  it('is decided by an officer when it was referred, and only then', () => {
    given(...received, referred)
      .when(approve)
      .then(scoped, approved('officer'));
    given(...received, referred)
      .when({ ...approve, partlyRefusedBecause: 'an order is on its way' })
      .then(scoped, { type: 'RequestPartlyRefused', data: { reason: 'an order is on its way' } }, approved('officer'));
    given(...received, referred)
      .when({ type: 'Refuse', reason: 'not you' })
      .then({ type: 'RequestRefused', data: { reason: 'not you' } });
    given(...byRule)
      .when(approve)
      .thenFails('request-not-open');
    given(...byRule)
      .when({ type: 'Refuse', reason: 'not you' })
      .thenFails('request-not-open');
  });
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
      .then(referred);
    given(...received, referred, scoped, approved('officer'))
      .when(blocked)
      .then();
    given(...byRule, asked('payson'))
      .when(blocked)
      .then();
  });
});

describe('recipients', () => {
  const ask = { type: 'AskRecipients', processorIds: ['payson', 'mondido'], answerBy } as const;
  const answer = { processorId: 'payson', state: 'acknowledged', reason: 'deleted' } as const;

  it('are asked once each', () => {
    given(...byRule)
      .when(ask)
      .then(asked('payson'), asked('mondido'));
    given(...byRule, asked('payson'), answered('payson'))
      .when(ask)
      .then(asked('mondido'));
  });

  it('answer once, also faster than our note, and also late', () => {
    given(...byRule, asked('payson'))
      .when({ type: 'RecordAnswer', answer, answerBy })
      .then(answered('payson'));
    given(...byRule, asked('payson'), answered('payson'))
      .when({ type: 'RecordAnswer', answer, answerBy })
      .then();
    given(...byRule)
      .when({ type: 'RecordAnswer', answer, answerBy })
      .then(asked('payson'), answered('payson'));
    given(...byRule, asked('payson'), answered('payson', 'failed', 'noAnswer'), verified, done('partlyDone'))
      .when({ type: 'RecordAnswer', answer, answerBy })
      .then(answered('payson'));
    given().when({ type: 'RecordAnswer', answer, answerBy }).then();
  });

  it('that said nothing have failed', () =>
    given(...byRule, asked('payson'), asked('mondido'), answered('payson'))
      .when({ type: 'GiveUpOnRecipients' })
      .then(answered('mondido', 'failed', 'noAnswer')));
});

describe('the end', () => {
  const executing = [...byRule, asked('payson'), asked('mondido')];

  it('does not come before every recipient has answered', () =>
    given(...executing, answered('payson'))
      .when({ type: 'VerifyErasure' })
      .thenFails('request-pending'));

  it('says whether all of it is done', () => {
    given(...executing, answered('payson'), answered('mondido'))
      .when({ type: 'VerifyErasure' })
      .then(verified, done('done'));
    given(...executing, answered('payson', 'notSupported', 'manual'), answered('mondido'))
      .when({ type: 'VerifyErasure' })
      .then(verified, done('partlyDone'));
  });

  it('comes once', () =>
    given(...executing, answered('payson'), answered('mondido'), verified, done('done'))
      .when({ type: 'VerifyErasure' })
      .then());
});
