import { rightsRequestKinds, type RightsRequestEvent } from '@dittoo/contracts';
import { describe, it } from '@jest/globals';
import {
  approvedRequest,
  answered,
  approved,
  asked,
  customer,
  decide,
  done,
  dueAt,
  free,
  given,
  identifiedRequest,
  identified,
  judge,
  notice,
  now,
  received,
  refused,
  scope,
  referredRequest,
} from './request-history.fixture.js';
import { requestKinds } from './request-kinds.js';

/** The life of a request, the same for every kind. The rules of each kind have their own spec. */
describe.each(rightsRequestKinds)('a request of %s', (kind) => {
  const receive = { type: 'ReceiveRequest', kind, ...notice, detail: null } as const;
  const scopeOfKind = requestKinds[kind].judgedBy === 'erasureScope' ? scope : null;
  const changes = requestKinds[kind].takesCorrection ? { givenName: 'Ingrith' } : null;
  const approve = { ...decide.approve, scope: scopeOfKind, correction: changes };

  it('is received once', () => {
    const signedIn = { ...receive, identifiedBy: 'freshReauthentication' } as const;
    given()
      .when(signedIn)
      .then(...identifiedRequest(kind));
    given(...identifiedRequest(kind))
      .when(signedIn)
      .then();
  });

  it('records the address for the answers, where another request confirmed it', () => {
    const address = { email: 'ivar@example.org', language: 'sv' } as const;
    given()
      .when({ ...receive, identifiedBy: 'confirmedEmail', address })
      .then(received(kind), { type: 'RequesterAddressNoted', data: address }, identified('confirmedEmail'));
  });

  it('is judged once, after the requester was identified', () => {
    given(received(kind)).when(judge(free)).then();
    given(...approvedRequest(kind))
      .when(judge(free))
      .then();
    given().when(judge(free)).then();
  });

  it('is decided by an officer only while it waits for one', () => {
    const refuse = { ...decide.refuse, scope: null };
    given(...referredRequest(kind))
      .when(approve)
      .then(
        ...(changes === null ? [] : [{ type: 'CorrectionDecided', data: { changes } } as const]),
        ...(scopeOfKind === null ? [] : [{ type: 'RequestScopeDecided', data: scopeOfKind } as const]),
        approved('officer'),
      );
    given(...referredRequest(kind))
      .when(refuse)
      .then(refused('not you'));
    for (const history of [
      [],
      identifiedRequest(kind),
      approvedRequest(kind),
      [...referredRequest(kind), refused('not you')],
    ]) {
      given(...history)
        .when(approve)
        .thenFails('request-not-open');
      given(...history)
        .when(refuse)
        .thenFails('request-not-open');
    }
  });

  it('is refused with a reason', () =>
    given(...referredRequest(kind))
      .when({ ...decide.refuse, reason: null })
      .thenFails('invalid-field'));

  it('is approved with a scope only if its kind has one', () =>
    given(...referredRequest(kind))
      .when({ ...decide.approve, scope: scopeOfKind === null ? scope : null })
      .thenFails('decision-not-possible'));
});

describe('the clock of art. 12', () => {
  const later = '2027-02-22T22:59:59.000Z';
  const extend = { type: 'Extend', reason: 'many orders', dueAt: later, now } as const;
  const extended: RightsRequestEvent = { type: 'RequestExtended', data: { dueAt: later, reason: 'many orders' } };

  it('is extended once, with the reason', () => {
    given(...referredRequest('erasure'))
      .when(extend)
      .then(extended);
    given(...referredRequest('erasure'), extended)
      .when(extend)
      .thenFails('request-already-extended');
  });

  it('is not extended after the due date', () =>
    given(...referredRequest('erasure'))
      .when({ ...extend, now: dueAt })
      .thenFails('request-overdue'));

  it('is not extended after the answer', () => {
    given(...referredRequest('erasure'), refused('not you'))
      .when(extend)
      .thenFails('request-not-open');
    given().when(extend).thenFails('request-not-open');
  });

  it('is not extended once it is decided, or before its requester is identified', () => {
    for (const decided of [
      [received('erasure')],
      approvedRequest('erasure'),
      [...approvedRequest('erasure'), asked('payson')],
      [...referredRequest('erasure'), extended, approved('officer'), asked('payson')],
    ])
      given(...decided)
        .when(extend)
        .thenFails('request-not-open');
  });
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

  it('sends a confirmation to the address first, and again only after a pause', () => {
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

  it('continues once, in time, with the last token only', () => {
    given(...mailed)
      .when(confirm)
      .then({ type: 'RequesterAddressNoted', data: { email, language: 'sv' } }, identified('confirmedEmail'));
    for (const history of [
      [...mailed, identified('confirmedEmail')],
      [...mailed, confirmationAsked('t2')],
      identifiedRequest('access'),
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
  const told = [...approvedRequest('restriction'), asked('payson'), answered('payson', 'notSupported', 'manual')];

  it('is open where the recipient has no interface, also after the answer', () => {
    given(...told)
      .when(task)
      .then(taskDone);
    given(...told, done('partlyDone'))
      .when(task)
      .then(taskDone);
    given(...approvedRequest('erasure'), asked('payson'), answered('payson', 'failed', 'noAnswer'))
      .when(task)
      .then(taskDone);
  });

  it('is open again after a later answer of the recipient', () =>
    given(...told, taskDone, answered('payson', 'failed', 'refused'))
      .when(task)
      .then(taskDone));

  it('is not open if it is done, not needed, or no recipient was notified', () => {
    for (const history of [
      [...told, taskDone],
      [...approvedRequest('erasure'), asked('payson'), answered('payson')],
      [...approvedRequest('erasure'), asked('payson')],
      approvedRequest('restriction'),
      [],
    ])
      given(...history)
        .when(task)
        .thenFails('recipient-task-not-open');
  });
});

describe('a request of a person who is erased meanwhile', () => {
  const conclude = { type: 'ConcludeErased' } as const;

  it.each(rightsRequestKinds)('is answered rather than left open: %s', (kind) => {
    const outcome = kind === 'erasure' ? 'done' : 'partlyDone';
    for (const history of [identifiedRequest(kind), referredRequest(kind), approvedRequest(kind)])
      given(...history)
        .when(conclude)
        .then(done(outcome));
    given(...approvedRequest(kind), done())
      .when(conclude)
      .then();
    given().when(conclude).then();
  });
});
