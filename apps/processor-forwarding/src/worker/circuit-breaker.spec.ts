/*
 * Promised: a processor that does not answer is left alone, probed by one call at a time with a growing pause, and used
 * again after the first answer; an answer that refuses is an answer.
 */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import { breakerSettings, CircuitBreaker } from './circuit-breaker.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());
const wait = (ms: number) => jest.advanceTimersByTime(ms);

const breakerOf = () => new CircuitBreaker({ ...breakerSettings, consecutive: 3, window: 10, pauseMs: 100 });
const succeed = (breaker: CircuitBreaker) => breaker.call(async () => 'answer');
const fail = async (breaker: CircuitBreaker, failed = silence): Promise<void> => {
  await expect(
    breaker.call(async () => {
      throw failed;
    }),
  ).rejects.toBe(failed);
};
const silence = new TransmissionFailed('timeout', 'unknown', { retry: true });
const refusal = new TransmissionFailed('http-400', 'rejected', { retry: false });
const credentials = new TransmissionFailed('http-401', 'rejected', { retry: true, credentials: true });

describe('the circuit breaker', () => {
  it('opens after so many failures in a row, lets one probe through, and closes on its success', async () => {
    const breaker = breakerOf();
    await fail(breaker);
    await fail(breaker);
    expect(breaker.state).toBe('closed');
    await fail(breaker);
    wait(99);
    expect([breaker.state, breaker.allowance(4, 0)]).toEqual(['open', 0]);
    wait(1);
    expect([breaker.state, breaker.allowance(4, 0), breaker.allowance(4, 1)]).toEqual(['halfOpen', 1, 0]);
    expect(await succeed(breaker)).toBe('answer');
    expect([breaker.state, breaker.allowance(4, 0), breaker.allowance(4, 1)]).toEqual(['closed', 4, 4]);
  });

  it('waits twice as long after each failed probe, up to a cap, and starts anew after a success', async () => {
    const breaker = new CircuitBreaker({ ...breakerSettings, consecutive: 1, pauseMs: 100, longestPauseMs: 300 });
    const pauses: number[] = [];
    for (let probe = 0; probe < 4; probe++) {
      await fail(breaker);
      const opened = Date.now();
      while (breaker.state === 'open') wait(1);
      pauses.push(Date.now() - opened);
    }
    expect(pauses).toEqual([100, 200, 300, 300]);
    await succeed(breaker);
    await fail(breaker);
    wait(100);
    expect(breaker.state).toBe('halfOpen');
  });

  it('is half open while the probe is under way, and lets nothing else begin', async () => {
    const breaker = breakerOf();
    await fail(breaker, credentials);
    wait(100);
    let answer: (value: string) => void = () => undefined;
    const probe = breaker.call(() => new Promise<string>((resolve) => (answer = resolve)));
    expect([breaker.state, breaker.allowance(4, 1)]).toEqual(['halfOpen', 0]);
    answer('back');
    expect(await probe).toBe('back');
    expect(breaker.state).toBe('closed');
  });

  it('makes the call of a lane that was claimed before it opened, whose outcome changes nothing', async () => {
    const breaker = breakerOf();
    await fail(breaker, credentials);
    expect(await succeed(breaker)).toBe('answer');
    expect(breaker.state).toBe('open');
  });

  it('opens when more than half of the last calls failed', async () => {
    const breaker = breakerOf();
    for (let call = 0; call < 5; call++) {
      await succeed(breaker);
      await fail(breaker);
    }
    expect(breaker.state).toBe('closed');
    await fail(breaker);
    expect(breaker.state).toBe('open');
  });

  it('takes a refusal for an answer', async () => {
    const breaker = breakerOf();
    await fail(breaker);
    await fail(breaker);
    await fail(breaker, refusal);
    await fail(breaker);
    expect(breaker.state).toBe('closed');
  });

  it('opens at once where our credentials are refused', async () => {
    const breaker = breakerOf();
    await fail(breaker, credentials);
    expect(breaker.state).toBe('open');
  });

  it('throws errors of our own as they are, and does not count them', async () => {
    const breaker = breakerOf();
    const ours = new TypeError('not a transmission');
    for (let call = 0; call < 5; call++) await expect(breaker.call(() => Promise.reject(ours))).rejects.toBe(ours);
    expect(breaker.state).toBe('closed');
  });
});
