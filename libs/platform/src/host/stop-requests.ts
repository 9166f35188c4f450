/** How close together two requests to stop are one: a terminal and npm both pass on what was typed once. */
const togetherMs = 2_000;

/** How soon it is noticed that npm is gone. */
const parentLookMs = 500;

/**
 * Node restores every signal's default before our first line runs, so under `nohup` too SIGHUP would end the process
 * where it stands: it is one of these, and what shall outlive its terminal needs a session of its own (`setsid`).
 */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

export interface StopRequests {
  /** The first request. */
  readonly onStop: () => void;
  /** Another one, more than 2 s after the first. */
  readonly onInsist: () => void;
  /** Whether npm is the parent process: it forwards SIGINT and SIGTERM and dies of any other signal. */
  readonly underNpm: boolean;
  readonly now?: () => number;
}

/**
 * Listens to every request to stop this process: SIGINT, SIGTERM, SIGHUP, SIGQUIT; the end of a parent that
 * holds an IPC channel; the end of npm.
 *
 * @returns stops listening
 */
export const stopRequests = ({
  onStop,
  onInsist,
  underNpm,
  now = () => performance.now(),
}: StopRequests): (() => void) => {
  let firstAt: number | undefined;
  const request = (): void => {
    if (firstAt === undefined) {
      firstAt = now();
      onStop();
    } else if (now() - firstAt > togetherMs) onInsist();
  };
  const noticed = (): void => {
    if (firstAt === undefined) request(); // an absence is not said twice
  };
  for (const signal of signals) process.on(signal, request);
  process.on('disconnect', noticed);
  const parent = process.ppid;
  const look = setInterval(() => {
    if (underNpm && process.ppid !== parent) noticed();
  }, parentLookMs).unref();
  return () => {
    clearInterval(look);
    for (const signal of signals) process.off(signal, request);
    process.off('disconnect', noticed);
  };
};
