import type { RunningService } from './serve.js';

/** How long draining may take before the process gives up. */
const drainMs = 25_000;

/** In one line, and never empty. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
};

/**
 * Runs a `main.ts`: starts, waits for SIGTERM or SIGINT (or the end of a parent that holds a channel), drains, exits 0. A start that fails says why in one line and
 * exits 1; a second signal exits at once.
 */
export const runMain = (start: () => Promise<RunningService>): void => {
  const running = start();
  running.catch((error: unknown) => {
    process.stderr.write(`cannot start: ${reasonOf(error)}\n`);
    process.exit(1);
  });
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), drainMs).unref();
    running.then(
      async (service) => {
        await service.close();
        process.exit(0);
      },
      () => undefined,
    );
  };
  process.on('SIGTERM', stop);
  // Started with a channel to a parent: nobody is left to stop it once that is gone.
  process.on('disconnect', stop);
  process.on('SIGINT', stop);
};
