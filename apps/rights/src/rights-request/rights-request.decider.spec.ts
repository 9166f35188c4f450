import type { RightsRequestEvent, RightsRequestKind } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { rightsRequestDecider } from './rights-request.decider.js';
import type { ErasureScope } from './rights-request.js';

const given = deciderSpec(rightsRequestDecider);

const dueAt = '2026-12-22T22:59:59.000Z';
const executeAfter = '2026-11-22T08:00:00.000Z';
const answerBy = '2026-11-25T08:00:00.000Z';
const scope: ErasureScope = {
  erase: ['profile', 'contact'],
  retain: [{ category: 'consentEvidence', reason: 'legalClaims', until: '2029-11-22' }],
};
const grown: ErasureScope = {
  ...scope,
  retain: [{ category: 'orderAccounting', reason: 'bookkeeping', until: '2033-12-31' }],
};

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
const approve = { type: 'Approve', scope, executeAfter, partlyRefusedBecause: null, correction: null } as const;

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

  it('says where the answers go, where another request of theirs confirmed the address', () => {
    const address = { email: 'ivar@example.org', language: 'sv' } as const;
    given()
      .when({
        type: 'ReceiveRequest',
        kind: 'erasure',
        dueAt,
        noticeVersion: 'v1',
        detail: null,
        identifiedBy: 'confirmedEmail',
        address,
      })
      .then(
        received[0]!,
        { type: 'RequesterAddressNoted', data: address },
        { type: 'RequesterIdentified', data: { method: 'confirmedEmail' } },
      );
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

describe('a correction', () => {
  it('is decided with the approval, in the stream of the request', () => {
    const rectification: RightsRequestEvent[] = [
      {
        type: 'RightsRequestReceived',
        data: { kind: 'rectification', dueAt, noticeVersion: 'v1', detail: 'my name is spelt Ingrith' },
      },
      received[1]!,
      { type: 'RequestReferredToOfficer', data: { blockers: [] } },
    ];
    const correction = { givenName: 'Ingrith' };
    const correct = { ...approve, scope: null, correction } as const;
    const decided: RightsRequestEvent = { type: 'CorrectionDecided', data: { changes: correction } };
    given(...rectification)
      .when(correct)
      .then(decided, approved('officer'));
    given(...rectification)
      .when({ ...correct, correction: null })
      .then(approved('officer'));
    given(...rectification, decided, approved('officer'))
      .when(correct)
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

const notice = { dueAt, noticeVersion: 'v1', detail: null };
const heard = (kind: RightsRequestKind): RightsRequestEvent[] => [
  { type: 'RightsRequestReceived', data: { kind, ...notice } },
  { type: 'RequesterIdentified', data: { method: 'freshReauthentication' } },
];
const allowed = (kind: RightsRequestKind): RightsRequestEvent[] => [...heard(kind), approved('rule')];

describe('the clock of art. 12', () => {
  const later = '2027-02-22T22:59:59.000Z';
  const extend = { type: 'Extend', reason: 'many orders', dueAt: later, now: '2026-12-01T08:00:00.000Z' } as const;
  const extended: RightsRequestEvent = { type: 'RequestExtended', data: { dueAt: later, reason: 'many orders' } };

  it('is extended once, with the reason', () => {
    given(...received, referred)
      .when(extend)
      .then(extended);
    given(...received, referred, extended)
      .when(extend)
      .thenFails('request-already-extended');
  });

  it('is not extended when it has run out, nor when there is nothing left to answer', () => {
    given(...received, referred)
      .when({ ...extend, now: dueAt })
      .thenFails('request-overdue');
    given(...received, referred, { type: 'RequestRefused', data: { reason: 'not you' } })
      .when(extend)
      .thenFails('request-not-open');
    given().when(extend).thenFails('request-not-open');
  });

  it('does not lose its extension on the way', () =>
    given(...received, referred, extended, scoped, approved('officer'), asked('payson'))
      .when(extend)
      .thenFails('request-already-extended'));
});

describe('a request by e-mail', () => {
  const expiresAt = '2026-11-23T08:00:00.000Z';
  const ask = {
    type: 'ReceiveByEmail',
    kind: 'access',
    ...notice,
    email: 'anna@example.org',
    token: 't1',
    expiresAt,
    language: 'sv',
  } as const;
  const confirmationAsked = (token: string, until = expiresAt): RightsRequestEvent => ({
    type: 'ConfirmationAsked',
    data: { email: 'anna@example.org', token, expiresAt: until, language: 'sv' },
  });
  const mailed: RightsRequestEvent[] = [
    { type: 'RightsRequestReceived', data: { kind: 'access', ...notice } },
    confirmationAsked('t1'),
  ];
  const confirm = { type: 'ConfirmByEmail', token: 't1', now: '2026-11-22T08:00:00.000Z' } as const;
  const identified: RightsRequestEvent = { type: 'RequesterIdentified', data: { method: 'confirmedEmail' } };

  it('asks the address first, and again only after a while', () => {
    given()
      .when(ask)
      .then(...mailed);
    given(...mailed)
      .when({ ...ask, token: 't2', expiresAt: '2026-11-23T08:04:59.000Z' })
      .then();
    given(...mailed)
      .when({ ...ask, token: 't2', expiresAt: '2026-11-23T08:05:00.000Z' })
      .then(confirmationAsked('t2', '2026-11-23T08:05:00.000Z'));
    given(...mailed, identified)
      .when({ ...ask, token: 't2', expiresAt: '2026-11-24T08:00:00.000Z' })
      .then();
  });

  it('goes on when the token comes back, once, in time, and only the last one', () => {
    given(...mailed)
      .when(confirm)
      .then(identified);
    given(...mailed, identified)
      .when(confirm)
      .thenFails('invalid-confirmation-token');
    given(...mailed)
      .when({ ...confirm, now: expiresAt })
      .thenFails('invalid-confirmation-token');
    given(...mailed, confirmationAsked('t2'))
      .when(confirm)
      .thenFails('invalid-confirmation-token');
    given(...heard('access'))
      .when(confirm)
      .thenFails('invalid-confirmation-token');
    given().when(confirm).thenFails('invalid-confirmation-token');
  });

  it('is not judged before it is confirmed', () =>
    given(...mailed)
      .when({ type: 'DecideByRule', blockers: [], scope: null, executeAfter })
      .then());

  it('may end with nothing held', () =>
    given(...mailed, identified)
      .when({ type: 'AnswerNothingHeld' })
      .then({ type: 'RequestScopeDecided', data: { erase: [], retain: [] } }, done('done')));
});

describe('a copy', () => {
  const expiresAt = '2026-11-29T08:00:00.000Z';
  const record = { type: 'RecordCopy', expiresAt, digest: 'd1' } as const;
  const prepared: RightsRequestEvent = { type: 'CopyPrepared', data: { expiresAt, digest: 'd1' } };
  const collect = { type: 'CollectCopy', format: 'json', now: '2026-11-22T08:00:00.000Z' } as const;
  const collected: RightsRequestEvent = { type: 'CopyCollected', data: { format: 'json' } };
  const purged: RightsRequestEvent = { type: 'CopyPurged', data: { reason: 'expired' } };
  const ready = [...allowed('access'), prepared, done('done')];

  it('answers the request when it lies ready', () => {
    given(...allowed('portability'))
      .when(record)
      .then(prepared, done('done'));
    given(...ready)
      .when(record)
      .then();
  });

  it('is handed out once, in time', () => {
    given(...ready)
      .when(collect)
      .then(collected);
    given(...ready, collected)
      .when({ ...collect, format: 'html' })
      .thenFails('gone');
    given(...ready)
      .when({ ...collect, now: expiresAt })
      .thenFails('gone');
    given(...ready, purged)
      .when(collect)
      .thenFails('gone');
  });

  it('is not there before the answer, nor after a refusal, nor for another right', () => {
    given(...allowed('access'))
      .when(collect)
      .thenFails('request-not-answered');
    given(...heard('access'), referred, { type: 'RequestRefused', data: { reason: 'not you' } })
      .when(collect)
      .thenFails('not-found');
    given(...allowed('restriction'))
      .when(collect)
      .thenFails('not-found');
  });

  it('is purged once, fetched or not', () => {
    given(...ready)
      .when({ type: 'PurgeCopy', reason: 'expired' })
      .then(purged);
    given(...ready, collected)
      .when({ type: 'PurgeCopy', reason: 'expired' })
      .then(purged);
    given(...ready, purged)
      .when({ type: 'PurgeCopy', reason: 'subjectErased' })
      .then();
    given(...allowed('access'))
      .when({ type: 'PurgeCopy', reason: 'subjectErased' })
      .then();
  });
});

describe('telling the recipients (art. 19)', () => {
  const answer = { processorId: 'payson', state: 'notSupported', reason: 'manual' } as const;
  const notify = { type: 'NotifyRecipients', answers: [answer], answerBy } as const;
  const told = [asked('payson'), answered('payson', 'notSupported', 'manual')];
  const task = { type: 'RecordTaskDone', processorId: 'payson', outcome: 'acknowledged' } as const;
  const taskDone: RightsRequestEvent = {
    type: 'RecipientTaskDone',
    data: { processorId: 'payson', outcome: 'acknowledged' },
  };

  it('asks and answers once for each', () => {
    given(...allowed('restriction'))
      .when(notify)
      .then(...told);
    given(...allowed('restriction'), ...told)
      .when(notify)
      .then();
  });

  it('is not called done while a person still has to', () => {
    given(...allowed('restriction'), ...told)
      .when({ type: 'Conclude' })
      .then(done('partlyDone'));
    given(...allowed('restriction'))
      .when({ type: 'Conclude' })
      .then(done('done'));
    given(...allowed('restriction'), done('done'))
      .when({ type: 'Conclude' })
      .then();
    given(...heard('restriction'), referred)
      .when({ type: 'Conclude' })
      .then();
  });

  it('is a person`s task where no machine answers, and done once', () => {
    given(...allowed('restriction'), ...told, done('partlyDone'))
      .when(task)
      .then(taskDone);
    given(...allowed('restriction'), ...told, done('partlyDone'), taskDone)
      .when(task)
      .thenFails('recipient-task-not-open');
    given(...byRule, asked('payson'), answered('payson'))
      .when(task)
      .thenFails('recipient-task-not-open');
    given(...byRule)
      .when(task)
      .thenFails('recipient-task-not-open');
    given().when(task).thenFails('recipient-task-not-open');
  });

  it('follows a correction the person made themselves, in one append', () => {
    const now = executeAfter;
    const correction = {
      type: 'RecordRectification',
      kind: 'rectification',
      ...notice,
      now,
      answers: [answer],
    } as const;
    const heardOf: RightsRequestEvent = { type: 'RightsRequestReceived', data: { kind: 'rectification', ...notice } };
    const askedNow: RightsRequestEvent = { type: 'RecipientAsked', data: { processorId: 'payson', answerBy: now } };
    const whole = [heardOf, approved('rule'), askedNow, told[1]!, done('partlyDone')];
    given()
      .when(correction)
      .then(...whole);
    given(...whole)
      .when(correction)
      .then();
    given(...whole)
      .when({ type: 'Conclude' })
      .then();
  });
});

describe('a request of somebody who is erased meanwhile', () => {
  const conclude = { type: 'ConcludeErased' } as const;

  it('is answered, and not hidden: it was not done', () => {
    given(...heard('access'), referred)
      .when(conclude)
      .then(done('partlyDone'));
    given(...allowed('restriction'))
      .when(conclude)
      .then(done('partlyDone'));
    given(...allowed('restriction'), done('done'))
      .when(conclude)
      .then();
    given().when(conclude).then();
  });

  it('is done where it asked for just that', () =>
    given(...received, referred)
      .when(conclude)
      .then(done('done')));
});
