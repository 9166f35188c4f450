/** So many requests a second, with a burst; times are monotonic milliseconds handed in. */
export class TokenBucket {
  private tokens: number;
  private at: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    now: number,
  ) {
    this.tokens = burst;
    this.at = now;
  }

  /** How long a request that took a token now would wait, in ms. */
  wait(now: number): number {
    const tokens = Math.min(this.burst, this.tokens + (Math.max(0, now - this.at) / 1000) * this.perSecond) - 1;
    return tokens >= 0 ? 0 : (-tokens / this.perSecond) * 1000;
  }

  /** Is half the burst left, and a token beside it? What has no hurry asks this first. */
  isHalfFull(now: number): boolean {
    const tokens = Math.min(this.burst, this.tokens + (Math.max(0, now - this.at) / 1000) * this.perSecond);
    return tokens >= Math.min(this.burst, this.burst / 2 + 1);
  }

  /** Takes a token. @returns how long to wait before it may be used, in ms; 0 = at once */
  take(now: number): number {
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.at) / 1000) * this.perSecond);
    this.at = Math.max(this.at, now);
    this.tokens -= 1;
    return this.tokens >= 0 ? 0 : (-this.tokens / this.perSecond) * 1000;
  }
}
