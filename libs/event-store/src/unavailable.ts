import { EventStoreUnavailable } from '@dittoo/kernel';

/** SQLSTATEs of a server that is shutting down, starting, full, out of disk or memory, in a deadlock, or read-only. */
const passing = /^(08|53|57P|57014|40001|40P01|25006|58030)/;

/** Whether the connection or the server failed rather than the statement. Then a retry may succeed. */
export const isUnavailable = (error: unknown): boolean => {
  const { code, severity } = error as { code?: string; severity?: string };
  if (severity !== undefined) return passing.test(code ?? '');
  return (
    /^E[A-Z]+$/.test(code ?? '') ||
    /connection|timeout|terminated|not queryable|closed the/i.test(error instanceof Error ? error.message : '')
  );
};

/** Runs `work`. @throws EventStoreUnavailable the connection or the server failed */
export const reaching = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw isUnavailable(error) ? new EventStoreUnavailable(error) : error;
  }
};
