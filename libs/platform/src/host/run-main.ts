import type { RunningService } from './serve.js';
import { stopRequests } from './stop-requests.js';
import { reasonOf } from './waiting.js';

/** How long draining may take before the process gives up. */
const drainMs = 25_000;

export interface RunMainOptions {
  /** Whether this process was started by `npm run …`; then it stops when npm ends, however that ends. */
  readonly underNpm?: boolean;
}

/**
 * Runs a `main.ts`: starts, waits until it is asked to stop, drains, exits 0. A start that fails says why and
 * exits 1; asked again more than 2 s later the process ends at once, with 1.
 *
 * @param start must give up when `stop` is aborted, and close what it opened before it rejects
 */
export const runMain = (
  start: (stop: AbortSignal) => Promise<RunningService>,
  { underNpm = false }: RunMainOptions = {},
): void => {
  // Writing to a closed terminal fails; that must not stop the shutdown.
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
  // An error that `start` throws synchronously is a failed start too.
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

/**
 * Whether the start ended because of the request. An earlier failure is a failure, also if the request comes during
 * cleanup.
 */
const isTheStop = (error: unknown, { aborted, reason }: AbortSignal): boolean =>
  aborted && (error === reason || (error instanceof Error && error.name === 'AbortError'));
