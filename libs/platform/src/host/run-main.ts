import type { RunningService } from './serve.js';
import { stopRequests } from './stop-requests.js';
import { reasonOf } from './waiting.js';

/** How long draining may take before the process gives up. */
const drainMs = 25_000;

export interface RunMainOptions {
  /** Was this process started by `npm run …`? Then it ends when npm does, however that ends. */
  readonly underNpm?: boolean;
}

/**
 * Runs a `main.ts`: starts, waits until it is asked to stop, drains, exits 0. A start that fails says why and
 * exits 1; asked again more than 2 s later the process ends at once, with 1.
 *
 * @param start is told by `stop` that it need not go on; what it opened it closes itself before it rejects
 */
export const runMain = (
  start: (stop: AbortSignal) => Promise<RunningService>,
  { underNpm = false }: RunMainOptions = {},
): void => {
  // A terminal that is gone takes no more lines; that is no reason to leave things undone.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const stopping = new AbortController();
  const exit = (code: number, reason?: string): void => {
    if (reason !== undefined) process.stderr.write(`${reason}\n`);
    process.exit(code);
  };
  stopRequests({
    underNpm,
    onStop: () => {
      setTimeout(() => exit(1, 'cannot stop in order: it takes too long'), drainMs).unref();
      stopping.abort(new Error('asked to stop'));
    },
    onInsist: () => exit(1),
  });
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
  // Also what `start` throws before it waits for anything is a start that failed.
  void new Promise<RunningService>((resolve) => resolve(start(stopping.signal))).then(
    async (service) => {
      await stopped;
      await service.close().then(
        () => exit(0),
        (error: unknown) => exit(1, `cannot stop in order: ${reasonOf(error)}`),
      );
    },
    (error: unknown) => (isTheStop(error, stopping.signal) ? exit(0) : exit(1, `cannot start: ${reasonOf(error)}`)),
  );
};

/** Did the start end because it was asked to? What failed before is a failure, also when it is asked while tidying up. */
const isTheStop = (error: unknown, { aborted, reason }: AbortSignal): boolean =>
  aborted && (error === reason || (error instanceof Error && error.name === 'AbortError'));
