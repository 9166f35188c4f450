/**
 * Wakes waiting readers when there may be more to read. Counted, so that a wake-up between a read and a wait is not
 * lost.
 */
export class WakeUps {
  private count = 0;
  private readonly waiting = new Set<() => void>();

  /** Number of wake-ups so far. Get it before reading and pass it to `after`. */
  get seen(): number {
    return this.count;
  }

  readonly wake = (): void => {
    this.count += 1;
    for (const resume of [...this.waiting]) resume();
  };

  /** Resolves at the first wake-up after `seen`, at `timeoutMs`, or when `signal` aborts. */
  after(seen: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.count !== seen || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const resume = (): void => {
        clearTimeout(timer);
        this.waiting.delete(resume);
        signal.removeEventListener('abort', resume);
        resolve();
      };
      const timer = setTimeout(resume, timeoutMs);
      this.waiting.add(resume);
      signal.addEventListener('abort', resume);
    });
  }
}
