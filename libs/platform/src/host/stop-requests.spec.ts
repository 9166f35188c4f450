/* Promised: a signal that arrives twice counts once; a later one counts again. */
import { expect, it } from '@jest/globals';
import { stopRequests } from './stop-requests.js';

const listening = () => {
  const asked: string[] = [];
  let time = 100;
  const end = stopRequests({
    onStop: () => asked.push('stop'),
    onInsist: () => asked.push('insist'),
    underNpm: false,
    now: () => time,
  });
  return { asked, end, after: (ms: number) => (time += ms) };
};

it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
  '%s is a request to stop, twice at once is one',
  (signal) => {
    const { after, asked, end } = listening();
    try {
      process.emit(signal);
      for (const ms of [0, 4, 1_996]) {
        after(ms);
        process.emit(signal);
      }
      expect(asked).toEqual(['stop']);
      after(1);
      process.emit(signal);
      expect(asked).toEqual(['stop', 'insist']);
    } finally {
      end();
    }
  },
);

it('a missing parent process is one request, however long it is gone', () => {
  const { after, asked, end } = listening();
  try {
    process.emit('SIGTERM');
    after(10_000);
    process.emit('disconnect');
    expect(asked).toEqual(['stop']);
  } finally {
    end();
  }
  process.emit('disconnect');
  expect(asked).toEqual(['stop']);
});
