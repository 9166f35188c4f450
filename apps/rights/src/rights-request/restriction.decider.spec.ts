import { describe, expect, it } from '@jest/globals';
import {
  approved,
  customer,
  decide,
  given,
  heard,
  identified,
  judge,
  received,
  referred,
  waiting,
} from './request-history.fixture.js';
import { requestKinds } from './request-kinds.js';

const contact = { isCustomer: false, isSomethingHeld: false, erasure: null };

describe('a restriction', () => {
  it('is approved by the rule, also where nothing is held', () => {
    given(...heard('restriction'))
      .when(judge(customer))
      .then(approved());
    given(received('restriction'), identified('confirmedEmail')).when(judge(contact)).then(approved());
  });

  it('from the mailbox of a customer goes to an officer, who approves or refuses the whole of it', () => {
    given(received('restriction'), identified('confirmedEmail'))
      .when(judge(customer))
      .then(referred('identifiedByEmailOnly'));
    given(...waiting('restriction'))
      .when(decide.partlyRefuse)
      .thenFails('decision-not-possible');
  });

  it('restricts, then tells the recipients', () =>
    expect(requestKinds.restriction.steps({ by: 'rule', partlyRefused: false })).toEqual([
      { type: 'restrict' },
      { type: 'tellRecipients' },
    ]));
});
