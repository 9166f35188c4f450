import { describe, it } from '@jest/globals';
import { allowed, answerBy, answered, asked, done, given, heard, waiting } from './request-history.fixture.js';

const answer = { processorId: 'payson', state: 'notSupported', reason: 'manual' } as const;
const told = [asked('payson'), answered('payson', 'notSupported', 'manual')];

describe.each(['restriction', 'objection', 'rectification'] as const)('a request of %s', (kind) => {
  const notify = { type: 'NotifyRecipients', answers: [answer], answerBy } as const;

  it('asks and answers once for each recipient', () => {
    given(...allowed(kind))
      .when(notify)
      .then(...told);
    given(...allowed(kind), ...told)
      .when(notify)
      .then();
  });

  it('is not called done while a person still has to speak to a recipient', () => {
    given(...allowed(kind), ...told)
      .when({ type: 'Conclude' })
      .then(done('partlyDone'));
    given(...allowed(kind))
      .when({ type: 'Conclude' })
      .then(done());
  });

  it('is not concluded while a recipient may answer', () =>
    given(...allowed(kind), asked('payson'))
      .when({ type: 'Conclude' })
      .thenFails('request-pending'));

  it('is concluded once, after its approval', () => {
    for (const history of [[...allowed(kind), done()], waiting(kind), heard(kind), []])
      given(...history)
        .when({ type: 'Conclude' })
        .then();
  });
});
