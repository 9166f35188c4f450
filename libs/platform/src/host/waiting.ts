import { setTimeout as sleep } from 'node:timers/promises';

/** The reason of an error in one line, never empty. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
};

const saidAfterMs = 1_000;
const repeatedAfterMs = 15_000;

/** To standard error at every log level, so that a user at a terminal sees what the start waits for. */
const toTerminal = (text: string): void => void process.stderr.write(`${text}\n`);

/**
 * Waits for `work`; reports what it waits for after a second, and then every 15 s.
 *
 * @param what an address without its password: `PostgreSQL at host:port`; a function where it becomes known by waiting
 * @throws the reason of `stop` once that is aborted; `work` is not awaited any longer
 */
export const waitFor = async <T>(
  what: string | (() => string),
  work: Promise<T>,
  { stop, say = toTerminal }: { readonly stop?: AbortSignal | undefined; readonly say?: (text: string) => void } = {},
): Promise<T> => {
  const startedAt = performance.now();
  const sayIt = (): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    say(`waiting for ${typeof what === 'string' ? what : what()} (${seconds} s)`);
    timer = setTimeout(sayIt, repeatedAfterMs);
  };
  let timer = setTimeout(sayIt, saidAfterMs);
  try {
    return await (stop === undefined ? work : Promise.race([work, aborted(stop)]));
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
};

const aborted = (stop: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const abort = (): void => reject(stop.reason as Error);
    if (stop.aborted) abort();
    else stop.addEventListener('abort', abort, { once: true });
  });

/** Errors of a server that is not yet reachable or still starting: a later attempt may succeed. */
const notYet = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', '57P03']);

export const comesLater = (error: unknown): boolean =>
  error instanceof AggregateError
    ? error.errors.every(comesLater)
    : notYet.has((error as NodeJS.ErrnoException).code ?? '');

/** Repeats `attempt` while the server is unavailable, for `patienceMs` at most. @throws the last attempt's error */
export const whileAway = async <T>(
  attempt: () => Promise<T>,
  { patienceMs, stop }: { readonly patienceMs: number; readonly stop?: AbortSignal | undefined },
): Promise<T> => {
  for (const end = performance.now() + patienceMs; ; await sleep(250, undefined, stop && { signal: stop })) {
    try {
      return await attempt();
    } catch (error) {
      if (!comesLater(error) || performance.now() > end) throw error;
    }
  }
};
