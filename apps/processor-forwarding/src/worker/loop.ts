const firstBackoffMs = 500;
const longestBackoffMs = 5_000;

/**
 * Runs `turn` again and again until it is stopped. What a turn throws is reported and does not end the loop: the pause
 * after it doubles from half a second to five seconds.
 *
 * @param turn one round of work; returns how long to pause before the next, in ms
 */
export class Loop {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private isWoken = false;
  private endPause: () => void = () => undefined;

  constructor(
    private readonly turn: (signal: AbortSignal) => Promise<number>,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Ends the pause; called during a turn, the next turn follows without one. */
  wake(): void {
    this.isWoken = true;
    this.endPause();
  }

  /** Begins no further turn. @returns when the turn in progress has ended */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.endPause();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted;) {
      this.isWoken = false;
      try {
        const pauseMs = await this.turn(signal);
        failures = 0;
        if (!this.isWoken) await this.pause(pauseMs);
      } catch (error) {
        this.onError(error);
        await this.pause(Math.min(longestBackoffMs, firstBackoffMs * 2 ** failures++));
      }
    }
  }

  private async pause(ms: number): Promise<void> {
    if (ms <= 0 || this.stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.endPause = () => undefined;
  }
}

/** For log lines: an error's message may repeat personal data, its name does not. */
export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
