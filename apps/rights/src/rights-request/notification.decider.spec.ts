import { describe, it } from '@jest/globals';
import {
  approvedRequest,
  answerBy,
  answered,
  asked,
  done,
  given,
  identifiedRequest,
  referredRequest,
} from './request-history.fixture.js';

const answer = { processorId: 'payson', state: 'notSupported', reason: 'manual' } as const;
const told = [asked('payson'), answered('payson', 'notSupported', 'manual')];

describe.each(['restriction', 'objection', 'rectification'] as const)('a request of %s', (kind) => {
  const notify = { type: 'NotifyRecipients', answers: [answer], answerBy } as const;

  it('asks and answers once per recipient', () => {
    given(...approvedRequest(kind))
      .when(notify)
      .then(...told);
    given(...approvedRequest(kind), ...told)
      .when(notify)
      .then();
  });

  it('is only partly done while an officer must still contact a recipient', () => {
    given(...approvedRequest(kind), ...told)
      .when({ type: 'Conclude' })
      .then(done('partlyDone'));
    given(...approvedRequest(kind))
      .when({ type: 'Conclude' })
      .then(done());
  });

  it('is not concluded while a recipient may still answer', () =>
    given(...approvedRequest(kind), asked('payson'))
      .when({ type: 'Conclude' })
      .thenFails('request-pending'));

  it('is concluded once, after its approval', () => {
    for (const history of [[...approvedRequest(kind), done()], referredRequest(kind), identifiedRequest(kind), []])
      given(...history)
        .when({ type: 'Conclude' })
        .then();
  });
});
