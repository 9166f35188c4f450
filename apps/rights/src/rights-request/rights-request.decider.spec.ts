import { rightsRequestKinds, type RightsRequestEvent } from '@dittoo/contracts';
import { describe, it } from '@jest/globals';
import {
  allowed,
  answered,
  approved,
  asked,
  customer,
  decide,
  done,
  dueAt,
  free,
  given,
  heard,
  identified,
  judge,
  notice,
  now,
  received,
  refused,
  scope,
  waiting,
} from './request-history.fixture.js';
import { requestKinds } from './request-kinds.js';

/** The life of a request, the same for every kind. What a kind decides by itself has a spec of its own. */
describe.each(rightsRequestKinds)('a request of %s', (kind) => {
  const receive = { type: 'ReceiveRequest', kind, ...notice, detail: null } as const;
  const scopeOfKind = requestKinds[kind].judgedBy === 'erasureScope' ? scope : null;

  it('is received once', () => {
    const signedIn = { ...receive, identifiedBy: 'freshReauthentication' } as const;
    given()
      .when(signedIn)
      .then(...heard(kind));
    given(...heard(kind))
      .when(signedIn)
      .then();
  });

  it('says where the answers go, where another request of the person confirmed the address', () => {
    const address = { email: 'ivar@example.org', language: 'sv' } as const;
    given()
      .when({ ...receive, identifiedBy: 'confirmedEmail', address })
      .then(received(kind), { type: 'RequesterAddressNoted', data: address }, identified('confirmedEmail'));
  });

  it('is judged once, after the requester was identified', () => {
    given(received(kind)).when(judge(free)).then();
    given(...allowed(kind))
      .when(judge(free))
      .then();
    given().when(judge(free)).then();
  });

  it('is decided by an officer while it waits for one, and only then', () => {
    const refuse = { ...decide.refuse, scope: null };
    given(...waiting(kind))
      .when({ ...decide.approve, scope: scopeOfKind })
      .then(
        ...(scopeOfKind === null ? [] : [{ type: 'RequestScopeDecided', data: scopeOfKind } as const]),
        approved('officer'),
      );
    given(...waiting(kind))
      .when(refuse)
      .then(refused('not you'));
    for (const history of [[], heard(kind), allowed(kind), [...waiting(kind), refused('not you')]]) {
      given(...history)
        .when({ ...decide.approve, scope: scopeOfKind })
        .thenFails('request-not-open');
      given(...history)
        .when(refuse)
        .thenFails('request-not-open');
    }
  });

  it('is refused with a reason', () =>
    given(...waiting(kind))
      .when({ ...decide.refuse, reason: null })
      .thenFails('invalid-field'));

  it('is approved with a scope where it is about one, and only there', () =>
    given(...waiting(kind))
      .when({ ...decide.approve, scope: scopeOfKind === null ? scope : null })
      .thenFails('decision-not-possible'));
});

describe('the clock of art. 12', () => {
  const later = '2027-02-22T22:59:59.000Z';
  const extend = { type: 'Extend', reason: 'many orders', dueAt: later, now } as const;
  const extended: RightsRequestEvent = { type: 'RequestExtended', data: { dueAt: later, reason: 'many orders' } };

  it('is extended once, with the reason', () => {
    given(...waiting('erasure'))
      .when(extend)
      .then(extended);
    given(...waiting('erasure'), extended)
      .when(extend)
      .thenFails('request-already-extended');
  });

  it('is not extended when it has run out', () =>
    given(...waiting('erasure'))
      .when({ ...extend, now: dueAt })
      .thenFails('request-overdue'));

  it('is not extended when there is nothing left to answer', () => {
    given(...waiting('erasure'), refused('not you'))
      .when(extend)
      .thenFails('request-not-open');
    given().when(extend).thenFails('request-not-open');
  });

  it('does not lose its extension on the way', () =>
    given(...waiting('erasure'), extended, approved('officer'), asked('payson'))
      .when(extend)
      .thenFails('request-already-extended'));
});

describe('a request by e-mail', () => {
  const expiresAt = '2026-11-23T08:00:00.000Z';
  const email = 'anna@example.org';
  const ask = {
    type: 'ReceiveByEmail',
    kind: 'access',
    ...notice,
    detail: null,
    email,
    token: 't1',
    expiresAt,
    language: 'sv',
  } as const;
  const confirmationAsked = (token: string, until = expiresAt): RightsRequestEvent => ({
    type: 'ConfirmationAsked',
    data: { email, token, expiresAt: until, language: 'sv' },
  });
  const mailed = [received('access'), confirmationAsked('t1')];
  const confirm = { type: 'ConfirmByEmail', token: 't1', now } as const;

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
    given(...mailed, identified('confirmedEmail'))
      .when({ ...ask, token: 't2', expiresAt: '2026-11-24T08:00:00.000Z' })
      .then();
  });

  it('goes on when the token comes back, once, in time, and only the last one', () => {
    given(...mailed)
      .when(confirm)
      .then(identified('confirmedEmail'));
    for (const history of [
      [...mailed, identified('confirmedEmail')],
      [...mailed, confirmationAsked('t2')],
      heard('access'),
      [],
    ])
      given(...history)
        .when(confirm)
        .thenFails('invalid-confirmation-token');
    given(...mailed)
      .when({ ...confirm, now: expiresAt })
      .thenFails('invalid-confirmation-token');
  });

  it('is not judged before it is confirmed', () =>
    given(...mailed)
      .when(judge(customer))
      .then());
});

describe('a recipient`s task', () => {
  const task = { type: 'RecordTaskDone', processorId: 'payson', outcome: 'acknowledged' } as const;
  const taskDone: RightsRequestEvent = {
    type: 'RecipientTaskDone',
    data: { processorId: 'payson', outcome: 'acknowledged' },
  };
  const told = [...allowed('restriction'), asked('payson'), answered('payson', 'notSupported', 'manual')];

  it('is open where no machine answers, also after the answer', () => {
    given(...told)
      .when(task)
      .then(taskDone);
    given(...told, done('partlyDone'))
      .when(task)
      .then(taskDone);
    given(...allowed('erasure'), asked('payson'), answered('payson', 'failed', 'noAnswer'))
      .when(task)
      .then(taskDone);
  });

  it('is open again when the recipient says something later', () =>
    given(...told, taskDone, answered('payson', 'failed', 'refused'))
      .when(task)
      .then(taskDone));

  it('is not open where it is done, not needed, or nobody was told', () => {
    for (const history of [
      [...told, taskDone],
      [...allowed('erasure'), asked('payson'), answered('payson')],
      [...allowed('erasure'), asked('payson')],
      allowed('restriction'),
      [],
    ])
      given(...history)
        .when(task)
        .thenFails('recipient-task-not-open');
  });
});

describe('a request of a person who is erased meanwhile', () => {
  const conclude = { type: 'ConcludeErased' } as const;

  it.each(rightsRequestKinds)('is answered and not hidden: %s', (kind) => {
    const outcome = kind === 'erasure' ? 'done' : 'partlyDone';
    for (const history of [heard(kind), waiting(kind), allowed(kind)])
      given(...history)
        .when(conclude)
        .then(done(outcome));
    given(...allowed(kind), done())
      .when(conclude)
      .then();
    given().when(conclude).then();
  });
});
