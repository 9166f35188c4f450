/** Sleeps, at most until aborted; leaves no timer and no listener behind. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return void resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });

const shortestMs = 50;
const longestMs = 5_000;

/** The pause after `failures` in a row: twice as long each time, with full jitter, at most `capMs`. */
export const backOffMs = (failures: number, capMs = longestMs): number =>
  Math.random() * Math.min(capMs, shortestMs * 2 ** Math.min(failures, 16));

/** One turn of a `Loop`. */
export interface Turn {
  /** Aborted when the loop is asked to stop. */
  readonly signal: AbortSignal;
  /** Called by a long turn that makes progress: the next failure counts as the first. */
  progressed(): void;
}

export interface LoopOptions {
  /** Pause after a turn that found nothing to do. */
  readonly pauseMs: number;
  /** Longest wait after failures; default 5 s. */
  readonly capMs?: number;
  /** Called when a turn failed; the next one follows after a pause. */
  readonly failed: (error: unknown) => void;
}

/**
 * Repeats work until `stop`: the one lifecycle of all background work.
 *
 * @param work one turn; `true` = there is more, run again at once; `false` = pause, at most until `wake`
 *
 * A failure is reported, never ends the loop, and is followed by a growing pause. For an error that must end it, `work`
 * catches it and calls `end`.
 */
export class Loop {
  private readonly ending = new AbortController();
  private running: Promise<void> | undefined;
  private failures = 0;
  private wakeUps = 0;
  private resume: () => void = () => undefined;

  constructor(
    private readonly work: (turn: Turn) => Promise<boolean>,
    private readonly options: LoopOptions,
  ) {}

  /** Aborted once the loop is to end. */
  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** Safe to repeat. */
  start(): void {
    this.running ??= this.run();
  }

  /** Cuts the pause between two turns short; if called during a turn, the next one follows at once. */
  wake(): void {
    this.wakeUps += 1;
    this.resume();
  }

  /** Starts no further turn and does not wait for the current one; for use by `work` itself. */
  end(): void {
    this.ending.abort();
  }

  /** Lets the current turn finish and starts no other. Safe to repeat. */
  async stop(): Promise<void> {
    this.end();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this;
    const turn: Turn = {
      signal,
      progressed: () => {
        this.failures = 0;
      },
    };
    while (!signal.aborted) {
      const before = this.wakeUps;
      try {
        const more = await this.work(turn);
        this.failures = 0;
        if (!more && before === this.wakeUps) await this.rest(this.options.pauseMs);
      } catch (error) {
        if (signal.aborted) return;
        this.options.failed(error);
        await pause(backOffMs(++this.failures, this.options.capMs), signal);
      }
    }
  }

  private async rest(ms: number): Promise<void> {
    const cut = new AbortController();
    this.resume = () => cut.abort();
    await pause(ms, AbortSignal.any([this.signal, cut.signal]));
    this.resume = () => undefined;
  }
}
