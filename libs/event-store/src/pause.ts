/** Sleeps, at most until aborted. */
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

/** Full jitter, at most five seconds. */
export const backOff = (failures: number, signal: AbortSignal): Promise<void> =>
  pause(Math.random() * Math.min(5_000, 50 * 2 ** Math.min(failures, 7)), signal);
