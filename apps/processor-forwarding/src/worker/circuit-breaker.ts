import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  CountBreaker,
  DelegateBackoff,
  handleWhenResult,
  type CircuitBreakerPolicy,
  type IBreaker,
} from 'cockatiel';
import { transmissionFailure, type TransmissionFailed } from '../egress/transmission-failed.js';

export interface BreakerSettings {
  /** Failures one after another that open it. */
  readonly consecutive: number;
  /** How many of the last calls are counted, and the share of failures among them beyond which it opens. */
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

export type BreakerState = 'closed' | 'open' | 'halfOpen';

/** The result of a call: a failed transmission is one, too. */
type Result<T> = { readonly value: T } | { readonly failed: TransmissionFailed };

/**
 * While a processor does not answer, no lane is claimed for it: lanes stay due and no attempt is used up. After the pause
 * one lane is claimed as a probe; its outcome closes the breaker or doubles the pause. Each process has its own breaker.
 */
export class CircuitBreaker {
  private readonly policy: CircuitBreakerPolicy;
  private readonly rule: OpeningRule;
  private pauseMs = 0;
  private probeAt = 0;

  constructor(settings: BreakerSettings = breakerSettings) {
    this.rule = new OpeningRule(settings);
    const failed = (result: unknown) => isAgainstProcessor(result as Result<unknown>);
    const pauseOf = (failures: number) =>
      Math.min(settings.longestPauseMs, settings.pauseMs * 2 ** Math.min(failures - 1, 30));
    const halfOpenAfter = new DelegateBackoff(({ attempt }: { attempt: number }) => (this.pauseMs = pauseOf(attempt)));
    this.policy = circuitBreaker(handleWhenResult(failed), { breaker: this.rule, halfOpenAfter });
    this.policy.onBreak(() => (this.probeAt = Date.now() + this.pauseMs));
  }

  get state(): BreakerState {
    if (this.policy.state === CircuitState.Closed) return 'closed';
    return this.policy.state === CircuitState.Open && Date.now() < this.probeAt ? 'open' : 'halfOpen';
  }

  /** How many lanes may be claimed. @param inHand how many are being worked on: a probe is alone */
  allowance(wanted: number, inHand: number): number {
    if (this.state === 'closed') return wanted;
    return this.state === 'halfOpen' && inHand === 0 ? Math.min(1, wanted) : 0;
  }

  /**
   * Makes a call and counts its outcome. A lane that was claimed before the breaker opened finishes its call: it is made,
   * and not counted.
   *
   * @throws TransmissionFailed as the call throws it
   */
  async call<T>(work: () => Promise<T>): Promise<T> {
    const attempt = () => this.resultOf(work);
    const isCounted = this.state === 'closed' || (this.state === 'halfOpen' && this.policy.state === CircuitState.Open);
    const result = isCounted ? await this.policy.execute(attempt) : await attempt();
    if ('failed' in result) throw result.failed;
    return result.value;
  }

  private async resultOf<T>(work: () => Promise<T>): Promise<Result<T>> {
    try {
      return { value: await work() };
    } catch (error) {
      const failed = transmissionFailure(error);
      if (failed.then.credentials === true) this.rule.openAtOnce();
      return { failed };
    }
  }
}

/** An answer is an answer, also a refusal; refused credentials are not, because no other call succeeds either. */
const isAgainstProcessor = (result: Result<unknown>): boolean =>
  'failed' in result && (result.failed.outcome !== 'rejected' || result.failed.then.credentials === true);

/** Opens after failures in a row, at a rate of failures, or at once. */
class OpeningRule implements IBreaker {
  /** Nothing is carried over to another process. */
  state: unknown = null;
  private readonly inARow: ConsecutiveBreaker;
  private readonly rate: CountBreaker;
  private atOnce = false;

  constructor({ consecutive, failureRate, window }: BreakerSettings) {
    this.inARow = new ConsecutiveBreaker(consecutive);
    this.rate = new CountBreaker({ threshold: failureRate, size: window });
  }

  openAtOnce(): void {
    this.atOnce = true;
  }

  success(state: CircuitState): void {
    this.atOnce = false;
    this.inARow.success();
    this.rate.success(state);
  }

  failure(state: CircuitState): boolean {
    // All three count each failure, whichever of them opens.
    const reasons = [this.atOnce, this.inARow.failure(), this.rate.failure(state)];
    this.atOnce = false;
    return reasons.includes(true);
  }
}
