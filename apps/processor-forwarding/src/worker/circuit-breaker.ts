export interface BreakerSettings {
  /** Failures one after another that open it. */
  readonly consecutive: number;
  /** Calls looked back on, and the share of failures among them that opens it. */
  readonly window: number;
  readonly failureRate: number;
  /** First pause; doubles with each failed probe. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
}

export const breakerSettings: BreakerSettings = {
  consecutive: 5,
  window: 20,
  failureRate: 0.5,
  pauseMs: 5_000,
  longestPauseMs: 300_000,
};

/**
 * Stops claiming while a processor does not answer: lanes stay due and no attempt is used up. After the pause one probe
 * goes; its outcome closes the breaker or doubles the pause. Lives in the process: each one finds out for itself.
 */
export class CircuitBreaker {
  private recent: boolean[] = [];
  private failures = 0;
  private openUntil: number | null = null;
  private probing = false;
  private trips = 0;

  constructor(private readonly settings: BreakerSettings = breakerSettings) {}

  state(now: number): 'closed' | 'open' | 'halfOpen' {
    if (this.openUntil === null) return 'closed';
    return now < this.openUntil ? 'open' : 'halfOpen';
  }

  /** How many calls may be begun. */
  allowance(now: number, wanted: number): number {
    switch (this.state(now)) {
      case 'closed':
        return wanted;
      case 'open':
        return 0;
      case 'halfOpen':
        return this.probing ? 0 : Math.min(1, wanted);
    }
  }

  /** The probe is on its way; without effect while closed. */
  probe(now: number): void {
    if (this.state(now) === 'halfOpen') this.probing = true;
  }

  /** The probe came back without having called. */
  unused(): void {
    this.probing = false;
  }

  succeeded(): void {
    this.failures = 0;
    this.probing = false;
    this.remember(true);
    if (this.openUntil === null) return;
    this.openUntil = null;
    this.trips = 0;
    this.recent = [];
  }

  failed(now: number): void {
    this.failures += 1;
    this.remember(false);
    const failing = this.recent.filter((ok) => !ok).length;
    const rate =
      this.recent.length >= this.settings.window && failing / this.recent.length >= this.settings.failureRate;
    if (this.probing || this.failures >= this.settings.consecutive || rate) this.trip(now);
  }

  /** Opens at once: what is wrong will not mend itself, such as refused credentials. */
  trip(now: number): void {
    this.probing = false;
    const pause = Math.min(this.settings.longestPauseMs, this.settings.pauseMs * 2 ** Math.min(this.trips, 30));
    this.trips += 1;
    this.failures = 0;
    this.recent = [];
    this.openUntil = now + pause;
  }

  private remember(ok: boolean): void {
    this.recent.push(ok);
    if (this.recent.length > this.settings.window) this.recent.shift();
  }
}
