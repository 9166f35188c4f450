import { describe, expect, it } from '@jest/globals';
import { breakerSettings, CircuitBreaker } from './circuit-breaker.js';
import { TokenBucket } from './token-bucket.js';

const breaker = () => new CircuitBreaker({ ...breakerSettings, consecutive: 3, window: 10, pauseMs: 100 });

describe('the circuit breaker', () => {
  it('opens after so many failures in a row, lets one probe through, and closes on its success', () => {
    const it = breaker();
    it.failed(0);
    it.failed(0);
    expect(it.state(0)).toBe('closed');
    it.failed(0);
    expect([it.state(99), it.allowance(99, 4)]).toEqual(['open', 0]);
    expect([it.state(100), it.allowance(100, 4)]).toEqual(['halfOpen', 1]);
    it.probe(100);
    expect(it.allowance(100, 4)).toBe(0);
    it.succeeded();
    expect([it.state(100), it.allowance(100, 4)]).toEqual(['closed', 4]);
  });

  it('waits twice as long after each failed probe', () => {
    const it = breaker();
    it.trip(0);
    it.probe(100);
    it.failed(100);
    expect([it.state(299), it.state(300)]).toEqual(['open', 'halfOpen']);
  });

  it('gives the probe back when it did not call', () => {
    const it = breaker();
    it.trip(0);
    it.probe(100);
    it.unused();
    expect(it.allowance(100, 4)).toBe(1);
  });

  it('opens when half of the calls looked back on failed', () => {
    const it = breaker();
    for (let call = 0; call < 5; call++) {
      it.succeeded();
      it.failed(0);
    }
    expect(it.state(0)).toBe('open');
  });

  it('opens at once for what does not mend itself', () => {
    const it = breaker();
    it.trip(0);
    expect(it.state(0)).toBe('open');
  });
});

describe('the token bucket', () => {
  it('lets a burst pass, then one after the other', () => {
    const bucket = new TokenBucket(2, 2, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 500, 1000]);
    expect(bucket.take(1000)).toBe(500);
    expect(bucket.take(60_000)).toBe(0);
  });
});
