import type { RightsRequestEvent } from '@dittoo/contracts';
import { describe, it } from '@jest/globals';
import { approvedRequest, done, given, referredRequest, refused } from './request-history.fixture.js';

const mailed: RightsRequestEvent = { type: 'AnswerDelivered', data: { by: 'mail' } };
const byOfficer: RightsRequestEvent = { type: 'AnswerDelivered', data: { by: 'officer' } };
const undelivered: RightsRequestEvent = { type: 'AnswerUndelivered', data: { reason: 'valueGone' } };
const deliver = { type: 'RecordDelivery', by: 'mail' } as const;
const giveUp = { type: 'RecordUndelivered', reason: 'valueGone' } as const;

describe('the delivery of an answer', () => {
  it('is recorded once, of an answer and of a refusal', () => {
    for (const answered of [
      [...approvedRequest('access'), done()],
      [...referredRequest('erasure'), refused('no')],
    ]) {
      given(...answered)
        .when(deliver)
        .then(mailed);
      given(...answered)
        .when(giveUp)
        .then(undelivered);
      given(...answered, mailed)
        .when(deliver)
        .then();
      given(...answered, mailed)
        .when(giveUp)
        .then();
      given(...answered, undelivered)
        .when(giveUp)
        .then();
    }
  });

  it('may be made good by an officer', () =>
    given(...approvedRequest('access'), done(), undelivered)
      .when({ ...deliver, by: 'officer' })
      .then(byOfficer));

  it('does not exist before the answer', () => {
    for (const history of [[], approvedRequest('access'), referredRequest('erasure')])
      for (const command of [deliver, giveUp])
        given(...history)
          .when(command)
          .thenFails('request-not-answered');
  });
});
