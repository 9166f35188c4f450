import type { RightsRequestEvent } from '@dittoo/contracts';
import { describe, it } from '@jest/globals';
import {
  approvedRequest,
  approved,
  customer,
  decide,
  done,
  given,
  identifiedRequest,
  identified,
  judge,
  now,
  received,
  referred,
  refused,
  referredRequest,
} from './request-history.fixture.js';

/** Access and portability differ only in the contents of their copy, not in their decisions. */
describe.each(['access', 'portability'] as const)('a request of %s', (kind) => {
  const byEmail = [received(kind), identified('confirmedEmail')];
  const contact = { isCustomer: false, isSomethingHeld: true, erasure: null };

  it('is approved by the rule', () => {
    given(...identifiedRequest(kind))
      .when(judge(customer, 86_400_000))
      .then(approved()); // without a cooling-off
    given(...byEmail)
      .when(judge(contact))
      .then(approved());
  });

  it('from the mailbox of a customer goes to an officer', () =>
    given(...byEmail)
      .when(judge(customer))
      .then(referred('identifiedByEmailOnly')));

  it('ends at once where no data is held', () =>
    given(...byEmail)
      .when(judge({ ...contact, isSomethingHeld: false }))
      .then({ type: 'RequestScopeDecided', data: { erase: [], retain: [] } }, done()));

  it('is approved as a whole: it cannot be refused in part, and corrects nothing', () => {
    given(...referredRequest(kind))
      .when(decide.partlyRefuse)
      .thenFails('decision-not-possible');
    given(...referredRequest(kind))
      .when({ ...decide.approve, correction: { givenName: 'Ingrith' } })
      .thenFails('decision-not-possible');
  });

  const expiresAt = '2026-11-29T08:00:00.000Z';
  const record = { type: 'RecordCopy', expiresAt, digest: 'd1' } as const;
  const prepared: RightsRequestEvent = { type: 'CopyPrepared', data: { expiresAt, digest: 'd1' } };
  const collect = { type: 'CollectCopy', format: 'json', now } as const;
  const collected: RightsRequestEvent = { type: 'CopyCollected', data: { format: 'json' } };
  const purged: RightsRequestEvent = { type: 'CopyPurged', data: { reason: 'expired' } };
  const ready = [...approvedRequest(kind), prepared, done()];

  it('is answered only by its copy', () => {
    given(...approvedRequest(kind))
      .when(record)
      .then(prepared, done());
    given(...ready)
      .when(record)
      .then();
    given(...approvedRequest(kind))
      .when({ type: 'Conclude' })
      .thenFails('decision-not-possible');
  });

  it('hands its copy out once, in time', () => {
    given(...ready)
      .when(collect)
      .then(collected);
    for (const history of [
      [...ready, collected],
      [...ready, purged],
    ])
      given(...history)
        .when({ ...collect, format: 'html' })
        .thenFails('gone');
    given(...ready)
      .when({ ...collect, now: expiresAt })
      .thenFails('gone');
  });

  it('has no copy before the answer', () =>
    given(...approvedRequest(kind))
      .when(collect)
      .thenFails('request-not-answered'));

  it('has no copy after a refusal', () =>
    given(...referredRequest(kind), refused('not you'))
      .when(collect)
      .thenFails('not-found'));

  it('purges its copy once, fetched or not', () => {
    const purge = { type: 'PurgeCopy', reason: 'expired' } as const;
    given(...ready)
      .when(purge)
      .then(purged);
    given(...ready, collected)
      .when(purge)
      .then(purged);
    given(...ready, purged)
      .when({ ...purge, reason: 'subjectErased' })
      .then();
    given(...approvedRequest(kind))
      .when({ ...purge, reason: 'subjectErased' })
      .then();
  });
});

it.each(['rectification', 'erasure', 'restriction', 'objection'] as const)('%s has no copy', (kind) => {
  given(...approvedRequest(kind))
    .when({ type: 'CollectCopy', format: 'json', now })
    .thenFails('not-found');
  given(...approvedRequest(kind))
    .when({ type: 'RecordCopy', expiresAt: now, digest: 'd1' })
    .thenFails('not-found');
});
