import { describe, expect, it } from '@jest/globals';
import { TokenBucket } from './token-bucket.js';

describe('the token bucket', () => {
  it('lets a burst pass, then one request after the other', () => {
    const bucket = new TokenBucket(2, 2, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 500, 1000]);
    expect(bucket.take(1000)).toBe(500);
    expect(bucket.take(60_000)).toBe(0);
  });

  it('says what the next request would wait, without taking a token', () => {
    const bucket = new TokenBucket(2, 1, 0);
    expect([bucket.wait(0), bucket.take(0), bucket.wait(0), bucket.wait(250), bucket.take(500)]).toEqual([0, 0, 500, 250, 0]); // prettier-ignore
  });
});
