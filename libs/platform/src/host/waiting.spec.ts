/*
 * Promised: a wait is reported after a second, ends with the awaited work, and ends at once when the process must stop.
 */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { reasonOf, waitFor, whileAway } from './waiting.js';

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('a wait', () => {
  let said: string[];
  const say = (text: string): void => void said.push(text);
  beforeEach(() => {
    said = [];
    jest.useFakeTimers();
  });
  afterEach(() => void jest.useRealTimers());

  it('is reported after a second, then rarely', async () => {
    let arrive = (_value: number): void => undefined;
    const waiting = waitFor('PostgreSQL at 127.0.0.1:5432', new Promise<number>((resolve) => (arrive = resolve)), {
      say,
    });
    jest.advanceTimersByTime(999);
    expect(said).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(said).toEqual(['waiting for PostgreSQL at 127.0.0.1:5432 (1 s)']);
    jest.advanceTimersByTime(30_000);
    expect(said).toHaveLength(3);
    arrive(7);
    await expect(waiting).resolves.toBe(7);
    jest.advanceTimersByTime(60_000);
    expect(said).toHaveLength(3);
  });

  it('ends when the process must stop', async () => {
    const stop = new AbortController();
    const waiting = waitFor('Kafka', new Promise(() => undefined), { stop: stop.signal, say });
    stop.abort(new Error('asked to stop'));
    await expect(waiting).rejects.toThrow('asked to stop');
  });
});

describe('an unavailable server', () => {
  it('is tried again, one that refuses is not', async () => {
    const answers = [failure('ECONNREFUSED'), new AggregateError([failure('ECONNREFUSED')]), failure('28P01')];
    const attempt = jest.fn(() => Promise.reject(answers.shift() ?? new Error('asked too often')));
    await expect(whileAway(attempt, { patienceMs: 10_000 })).rejects.toThrow('28P01');
    expect(attempt).toHaveBeenCalledTimes(3);
  });

  it('is given up after a while', async () => {
    await expect(whileAway(() => Promise.reject(failure('ENOTFOUND')), { patienceMs: -1 })).rejects.toThrow(
      'ENOTFOUND',
    );
  });
});

it('a failed start gives a reason, also where a name has two addresses and neither answers', () => {
  expect(reasonOf(new Error('PORT must be a number'))).toBe('PORT must be a number');
  // What the system says of `localhost` where it is ::1 and 127.0.0.1: its own message is empty.
  const both = new AggregateError([
    new Error('connect ECONNREFUSED ::1:5432'),
    new Error('connect ECONNREFUSED 127.0.0.1:5432'),
  ]);
  expect(reasonOf(both)).toBe('connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432');
  expect(reasonOf(new TypeError(''))).toBe('TypeError');
});
