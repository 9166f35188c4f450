import { describe, expect, it } from '@jest/globals';
import {
  approved,
  customer,
  decide,
  given,
  identifiedRequest,
  identified,
  judge,
  received,
  referred,
  referredRequest,
} from './request-history.fixture.js';
import { requestKinds } from './request-kinds.js';

const contact = { isCustomer: false, isSomethingHeld: false, erasure: null };

describe('a restriction', () => {
  it('is approved by the rule, also where no data is held', () => {
    given(...identifiedRequest('restriction'))
      .when(judge(customer))
      .then(approved());
    given(received('restriction'), identified('confirmedEmail')).when(judge(contact)).then(approved());
  });

  it('from the mailbox of a customer goes to an officer, who approves or refuses it as a whole', () => {
    given(received('restriction'), identified('confirmedEmail'))
      .when(judge(customer))
      .then(referred('identifiedByEmailOnly'));
    given(...referredRequest('restriction'))
      .when(decide.partlyRefuse)
      .thenFails('decision-not-possible');
  });

  it('restricts, then notifies the recipients', () =>
    expect(requestKinds.restriction.steps({ by: 'rule', partlyRefused: false })).toEqual([
      { type: 'restrict' },
      { type: 'tellRecipients' },
    ]));
});
