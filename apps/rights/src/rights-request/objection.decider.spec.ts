import { describe, expect, it } from '@jest/globals';
import {
  approved,
  customer,
  decide,
  given,
  identified,
  judge,
  partlyRefused,
  received,
  referred,
  referredRequest,
} from './request-history.fixture.js';
import { requestKinds } from './request-kinds.js';

const contact = { isCustomer: false, isSomethingHeld: false, erasure: null };
const correction = { givenName: 'Ingrith' };

describe('an objection', () => {
  it('to marketing ends it at once and needs no officer, also by a confirmed mailbox', () => {
    expect(requestKinds.objection.endsAtOnce).toEqual(['newsletter', 'marketing', 'similarGoods', 'adMeasurement']);
    given(received('objection'), identified('confirmedEmail')).when(judge(customer)).then(approved());
    given(received('objection'), identified('confirmedEmail')).when(judge(contact)).then(approved());
  });

  it('on the person’s own grounds is decided by an officer', () => {
    given(received('objection', 'I am a public person'), identified())
      .when(judge(customer))
      .then(referred('ownGrounds'));
    given(...referredRequest('objection'))
      .when(decide.partlyRefuse)
      .then(partlyRefused('not all'), approved('officer'));
  });

  it('ends more than marketing where an officer decides for the person', () => {
    const { steps } = requestKinds.objection;
    expect(steps({ by: 'officer', partlyRefused: false })).toEqual([{ type: 'object', to: 'allObjectable' }]);
    expect(steps({ by: 'officer', partlyRefused: true })).toEqual([{ type: 'object', to: 'marketing' }]);
    expect(steps({ by: 'rule', partlyRefused: false })).toEqual([{ type: 'object', to: 'marketing' }]);
  });

  it('corrects nothing', () =>
    given(...referredRequest('objection'))
      .when({ ...decide.approve, correction })
      .thenFails('decision-not-possible'));
});
